"""evaluation.json as one table for the terminal."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from diffmine.atlas.evaluation import Evaluation
from diffmine.stages.evaluate.trends import AXIS

Row = dict[str, Any]
ALL = "all labels"


def table_of(found: Evaluation) -> Table:
    """What a person wants first: measure, label, what was judged, figure, interval, beside what."""
    table = Table(title=_title(found), title_justify="left", show_edge=False)
    for head in ("measure", "label", "of", "value", "95 % interval", "beside it", "n"):
        table.add_column(head, justify="right" if head in ("value", "n") else "left")
    for rows in (_localisation(found), _precision(found), _rest(found)):
        for row in rows:
            table.add_row(*row)
        table.add_section()
    return table


def show(found: Evaluation) -> None:
    """Print the table, and what of the boxes was left out."""
    console = Console(highlight=False, width=None)
    if not console.is_terminal:  # a log is as wide as it needs to be
        console = Console(highlight=False, width=160)
    console.print(table_of(found))
    boxes = found.boxes
    for count, what in (
        (boxes["refused"], f"rows of the boxes refused ({boxes['reason']})"),
        (boxes["elsewhere"], "boxes of pictures that the atlas lacks"),
        (boxes["cropped"], "boxes outside what is mined"),
        (boxes["without_map"], "images with boxes of a label under which they were not scored"),
    ):
        if count:
            console.print(f"{count} {what}", markup=False)
    for label, count in boxes["unknown"].items():
        console.print(f"{count} boxes of {label!r}, no label of the atlas (--rename)", markup=False)


def _title(found: Evaluation) -> str:
    boxes = found.boxes
    return f"{boxes['boxes']} boxes in {boxes['images']} images"


def figure(value: float | None) -> str:
    """`.213`, or a dash for what is not known."""
    if value is None:
        return "–"
    return f"{value:.3f}".replace("0.", ".", 1) if abs(value) < 1 else f"{value:.2f}"


def between(row: Row, name: str) -> str:
    """`.160 to .270`."""
    low, high = row.get(f"{name}_low"), row.get(f"{name}_high")
    return "" if low is None or high is None else f"{figure(low)} to {figure(high)}"


def _localisation(found: Evaluation) -> list[list[str]]:
    rows = []
    for row in found.localisation:
        beside = (
            f"prevalence {figure(row['prevalence'])}, pointing {figure(row['pointing'])} "
            f"(near {figure(row['near'])}), IoU {figure(row['iou'])}"
        )
        rows.append(
            ["AUC-PR", row["label"] or ALL, row["score"], figure(row["ap"]), between(row, "ap"),
             beside, str(row["n"])]
        )  # fmt: skip
    return sorted(rows, key=lambda row: row[1] != ALL)


def _precision(found: Evaluation) -> list[list[str]]:
    rows = []
    control = {(r["method"], r["label"], r["top"], r["kind"]): r for r in found.precision}
    for row in found.precision:
        if row["kind"] != "top":
            continue
        beside = [
            f"{kind} {figure(other['precision'])}"
            for kind in ("random", "least")
            for other in [control.get((row["method"], row["label"], row["top"], kind))]
            if other is not None
        ]
        low = f"{figure(row['low'])} to {figure(row['high'])}"
        rows.append(
            [f"precision of top {row['top']:,}", row["label"] or ALL, row["method"],
             figure(row["precision"]), low, ", ".join(beside), str(row["n"])]
        )  # fmt: skip
    return sorted(rows, key=lambda row: row[1] != ALL)


def _rest(found: Evaluation) -> list[list[str]]:
    rows = []
    for row in found.recall:
        missed = f"missed: {', '.join(row['missed'])}" if row["missed"] else ""
        count = str(len(row["found"]) + len(row["missed"]))
        rows.append(["recall of elements", row["label"], row["method"], figure(row["recall"]), "",
                     missed, count])  # fmt: skip
    for method, label in dict.fromkeys((r["method"], r["label"]) for r in found.purity):
        own = [r for r in found.purity if (r["method"], r["label"]) == (method, label)]
        count = sum(r["n"] for r in own)
        mean = sum(r["purity"] * r["n"] for r in own) / count
        nothing = sum(r["n"] for r in own if r["shows"] == "nothing") / count
        rows.append(["purity of clusters", label, method, figure(mean), "",
                     f"of nothing {figure(nothing)}", str(count)])  # fmt: skip
    for row in found.agreement:
        if row["kind"] == "random":
            rows.append(["agreement, random", row["label"], row["method"],
                         figure(row["spearman"]), "", "", str(row["n"])])  # fmt: skip
    for row in found.confounds:
        if row["flagged"]:
            beside = f"random {figure(row['expected'])}"
            rows.append(["confound", row["label"], row["element"], figure(row["share"]), "",
                         beside, str(row["n"])])  # fmt: skip
    for row in found.trends:
        shown = f"RMSE {figure(row['rmse'])}, purity {figure(row['purity'])}"
        if row.get("kind") == AXIS:
            shown = "first axis of all elements"
        beside = f"Pearson {figure(row.get('pearson'))}, {shown}"
        rows.append(["trend", row["label"] or "–", row["trend"], figure(row["spearman"]), "",
                     beside, str(len(row["labels"]))])  # fmt: skip
    for method, seconds in found.seconds.items():
        rows.append(["seconds for a label", ALL, method, f"{seconds:.1f}", "", "", ""])
    return rows
