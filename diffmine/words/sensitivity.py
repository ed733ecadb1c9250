"""What is said of an atlas that was mined again: the same in the terminal and in the app."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from diffmine.atlas.sensitivity import OWN, Sensitivity
from diffmine.words.records import cell

Row = Mapping[str, Any]
ALL = "mean of labels"
HEADS = ("Mined from", "Label", "Overlap", "95 %", "By chance", "Halves", "What it tells",
         "Images", "Windows")  # fmt: skip
COLUMNS = (
    *(
        "variant",
        "draws",
        "label",
        "top",
        "of",
        "n",
        "overlap",
        "overlap_low",
        "overlap_high",
        "chance",
    ),
    *("halves_overlap", "below", "below_low", "below_high", "verdict"),
    *("images", "images_low", "images_high", "halves_images"),
    *("windows", "windows_low", "windows_high", "halves_windows"),
)
"""Of the table as CSV."""
MEANING = (
    "Overlap: the share of the atlas's first patches that the other list's first ones hold as "
    "well. By chance: what windows at random would hold. Halves: what the lists of two halves of "
    "the same number of draws hold of each other; they differ by their draws alone and have half "
    "as many, so lists of all draws agree somewhat better. Images and windows: Spearman's rank "
    "correlation of typicality, over images and over windows of a patch's size at half-overlapping "
    "places; in brackets that of the halves. Intervals are those of 95 % of the resamples of "
    "images, or of their groups, with the lists as they are; of 40 comparisons about one is called "
    "different by chance."
)
SHARED = (
    "Kept bands are a part of the atlas's own draws, so that their lists agree more with it than "
    "those of new draws would."
)


def title(result: Sensitivity) -> str:
    """What was compared with what."""
    own = result.own
    low, high = own["t_range"]
    images, labels = sum(result.images.values()), len(result.images)
    return (
        f"Mined again, {images:,} images of {labels:,} labels: beside timesteps {low}-{high}, seed "
        f"{own['seed']}, {own['draws']} draws"
    )


def notes(result: Sensitivity) -> list[str]:
    """What has to be known to read the figures."""
    shared = any(not variant["new"] for variant in result.variants)
    return [MEANING, *([SHARED] if shared else [])]


def draws(variant: Row) -> str:
    """Whose draws a way of mining has."""
    if not variant["new"]:
        return "kept bands"
    return f"{variant['draws']} new draws"


def variant_of(result: Sensitivity, row: Row) -> Row:
    """The way of mining that a row is about."""
    return next(one for one in result.variants if one["name"] == row["variant"])


def drawn_alike(result: Sensitivity, variant: Row) -> bool:
    """Whether a way of mining differs from the atlas's own by its draws alone."""
    return list(variant["t_range"]) == list(result.own["t_range"])


def verdict(result: Sensitivity, row: Row) -> str:
    """What an overlap tells: nothing but sampling, within what sampling explains, or more."""
    variant = variant_of(result, row)
    if drawn_alike(result, variant):
        return "sampling alone"
    if row["below"] is None or row["below_high"] is None:
        return "no second seed to judge it by"
    if row["below_high"] < 0:
        return "differs by more than the draws"
    return "within what the draws explain"


def summary(result: Sensitivity) -> list[str]:
    """A sentence on each way of mining, over all labels."""
    lines = []
    for variant in result.variants:
        name = str(variant["name"])
        rows = [row for row in result.rows if row["variant"] == name]
        mean = next(row for row in rows if not row["label"])
        own = [row for row in rows if row["label"]]
        text = (
            f"{name[0].upper()}{name[1:]}: {percent(mean['overlap'])} of the patches are the same"
        )
        text += f", {percent(mean['chance'])} by chance"
        if drawn_alike(result, variant):
            lines.append(f"{text}; only the draws are others, so this is their sampling error.")
            continue
        if mean["below"] is None:
            lines.append(f"{text}; without a second seed nothing says how much the draws do.")
            continue
        text += f", {percent(mean['halves_overlap'])} between halves of the draws"
        more = sum(verdict(result, row) == "differs by more than the draws" for row in own)
        if more:
            lines.append(f"{text}; of {len(own)} labels {more} differ by more than the draws.")
        else:
            lines.append(f"{text}; no label differs by more than the draws explain.")
    return lines


def cells(result: Sensitivity, row: Row) -> list[str]:
    """A row under HEADS."""
    variant = variant_of(result, row)
    return [
        f"{row['variant']}, {draws(variant)}",
        str(row["label"]) or ALL,
        f"{percent(row['overlap'])} of {row['top']:,}",
        shares(row, "overlap"),
        percent(row["chance"]),
        percent(row["halves_overlap"]),
        verdict(result, row),
        correlation(row, "images"),
        correlation(row, "windows"),
    ]


def correlation(row: Row, name: str) -> str:
    """`.93, .90 to .95 (.91)`: with its interval, and that of the halves."""
    value, halves = row[name], row[f"halves_{name}"]
    text = figure(value)
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    if low is not None and high is not None:
        text += f", {figure(low)} to {figure(high)}"
    return text if halves is None else f"{text} ({figure(halves)})"


def shares(row: Row, name: str) -> str:
    """`67 to 77 %`; empty where it is not known."""
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return "" if low is None or high is None else f"{100 * low:.0f} to {percent(high)}"


def figure(value: float | None) -> str:
    """`.93`, or a dash for what is not known."""
    if value is None:
        return "–"
    return f"{value:.2f}".replace("0.", ".", 1).replace("-", "−")


def percent(share: float | None) -> str:
    """`47 %`, or a dash for what is not known."""
    return "–" if share is None else f"{100 * share:.0f} %"


def walls(patches: Sequence[Row], label: str, most: int) -> dict[str, list[Row]]:
    """The first patches of a label in each way of mining, the atlas's own first."""
    shown: dict[str, list[Row]] = {OWN: []}
    for row in patches:
        if row["label"] == label and row["rank"] <= most:
            shown.setdefault(row["variant"], []).append(row)
    return shown


def as_csv(result: Sensitivity) -> bytes:
    """All figures as CSV in UTF-8 with a byte order mark, as spreadsheets want it; no cell is a
    formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in result.rows:
        known = {**row, "label": row["label"] or ALL, "verdict": verdict(result, row)}
        known["draws"] = draws(variant_of(result, row))
        writer.writerow([cell(known[name]) for name in COLUMNS])
    return out.getvalue().encode("utf-8-sig")
