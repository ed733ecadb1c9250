"""The parallel set on the screen: sequences by element of change, and what translations change."""

from __future__ import annotations

from typing import Any

import numpy as np

from diffmine.app import texts as shared
from diffmine.app import words
from diffmine.app.components.chart.figures import BLUE, VERMILION, chart_value
from diffmine.app.components.rows.rows import rows_value
from diffmine.app.components.wall.wall import wall_value
from diffmine.app.parts import MANY, Value
from diffmine.app.shelf import Row, Shelf
from diffmine.app.sprites import sheet_of
from diffmine.app.strip import spread
from diffmine.app.tabs.trends import texts
from diffmine.app.texts import plurals
from diffmine.atlas.records import Patch

CHANGES = 12
PER_CHANGE = 3
SIDES = {text: side for side, text in texts.SIDES.items()}
_COLOURS = {"added": BLUE, "removed": VERMILION}
_CLEAR = {"added": "rgba(0,114,178,0)", "removed": "rgba(213,94,0,0)"}


def rows_of_changes(shelf: Shelf) -> Value:
    """The elements of change, each with its most central sequences."""
    by_change: dict[int, list[Row]] = {}
    for row in shelf.rows_of("sequences"):
        by_change.setdefault(row["change"], []).append(row)
    tiles: list[np.ndarray] = []
    rows: list[Value] = []
    for change in shelf.rows_of("changes")[:CHANGES]:
        central = sorted(by_change.get(change["change"], []), key=lambda row: row["distance"])
        for at, sequence in enumerate(central[:PER_CHANGE]):
            items = _items(shelf, sequence, tiles, captions=not rows)
            title = f"{change['rank']}. {change['name']}" if not at else ""
            facts = _facts(change) if not at else []
            facts = [*facts, texts.CO_TYPICALITY.format(score=words.score(sequence["typicality"]))]
            row = {"key": sequence["window"], "title": title, "facts": facts, "items": items}
            rows.append(row)
    return rows_value(sheet_of(shelf.cache, tiles, generated=True) if tiles else None, rows)


def _facts(change: Row) -> list[str]:
    return [
        plurals(change["size"], "sequence"),
        texts.MOST_TYPICAL_OF.format(label=change["most_typical"]),
        texts.MOST_DIFFERENT_UNDER.format(label=change["most_changed"]),
    ]


def _items(shelf: Shelf, sequence: Row, tiles: list[np.ndarray], *, captions: bool) -> list[Value]:
    """The window under every label: the source framed, the rest generated."""
    items: list[Value] = []
    for label in spread(shelf.labels, sequence["label"]):
        is_source = label == sequence["label"]
        generated = None if is_source else shelf.generated(sequence["image_id"], label)
        one: Value = {"id": sequence["window"], "caption": label if captions else ""}
        if is_source:
            one |= {
                "frame": True,
                "alt": shared.SOURCE_OF_LABEL.format(label=label),
                "at": len(tiles),
            }
            tiles.append(_cut(sequence, shelf.pixels(sequence["image_id"])))
        elif generated is not None:
            one |= {"made": True, "alt": shared.GENERATED.format(label=label), "at": len(tiles)}
            tiles.append(_cut(sequence, generated))
        else:
            one |= {"blank": True, "alt": shared.NOT_TRANSLATED.format(label=label)}
        items.append(one)
    return items


def _cut(place: Row, pixels: np.ndarray) -> np.ndarray:
    row, col, size = place["row"], place["col"], place["size"]
    return np.ascontiguousarray(pixels[row : row + size, col : col + size])


def whole_sequence(shelf: Shelf, window: str) -> tuple[str, Value] | None:
    """The whole pictures of a sequence with its window, and a line on it."""
    sequence = next((row for row in shelf.rows_of("sequences") if row["window"] == window), None)
    if sequence is None:
        return None
    source = shelf.pixels(sequence["image_id"])
    high, wide = source.shape[:2]
    box = [100 * sequence["col"] / wide, 100 * sequence["row"] / high]
    box += [100 * sequence["size"] / wide, 100 * sequence["size"] / high]
    tiles: list[np.ndarray] = []
    items: list[Value] = []
    for label in spread(shelf.labels, sequence["label"]):
        is_source = label == sequence["label"]
        pixels = source if is_source else shelf.generated(sequence["image_id"], label)
        if pixels is None:
            continue
        alt = (shared.SOURCE_OF_LABEL if is_source else shared.GENERATED).format(label=label)
        items.append(
            {"id": window, "caption": label, "alt": alt, "box": box, "at": len(tiles)}
            | ({"frame": True} if is_source else {"made": True})
        )
        tiles.append(pixels)
    line = texts.SEQUENCE_LINE.format(
        image=words.markdown(sequence["image_id"]),
        label=words.markdown(sequence["label"]),
        rank=sequence["rank"],
    )
    sheet = sheet_of(shelf.cache, tiles, generated=True)
    return line, wall_value(sheet, items, size=92, strip=True)


# Counts


def cells(shelf: Shelf, label: str) -> list[list[Row]]:
    """The counts of the elements of a label: a row for each element, a cell for each target."""
    counts = {(row["element"], row["target"]): row for row in shelf.rows_of("counts")
             if row["label"] == label}  # fmt: skip
    rows = [
        [counts.get((element["element"], target), {}) for target in shelf.labels]
        for element in shelf.elements(label)
    ]
    return [row for row in rows if all(row)]


def matrix(shelf: Shelf, label: str, side: str) -> Value:
    """The heat map of elements and labels translated into, as shares of the images."""
    rows = cells(shelf, label)
    names = [shelf.element_name(label, row[0]["element"]) for row in rows]
    title, empty = texts.COUNTS_OF[side].format(label=label), texts.NOTHING_COUNTED
    if not rows:
        return chart_value(shelf.cache, [], {}, title=title, alt=title, empty=empty)
    trace: Value = {
        "type": "heatmap",
        "x": list(shelf.labels),
        "y": names,
        "z": [[row[side] / max(row["n"], 1) for row in line] for line in rows],
        "zmin": 0,
        "text": [[str(row[side]) for row in line] for line in rows],
        "texttemplate": "%{text}" if len(shelf.labels) <= MANY else "",
        "hovertext": [[_hover(row, side) for row in line] for line in rows],
        "hoverinfo": "text",
        "colorscale": [[0, _CLEAR[side]], [1, _COLOURS[side]]],
        "showscale": False,
        "xgap": 2 if len(shelf.labels) <= MANY else 0,
        "ygap": 2,
    }
    axis = {"type": "category", "showgrid": False}
    labels, names_of = list(shelf.labels), {"categoryorder": "array"}
    layout = {
        "xaxis": {
            **axis,
            **names_of,
            "categoryarray": labels,
            "title": {"text": texts.TRANSLATED_INTO},
        },
        "yaxis": {**axis, **names_of, "categoryarray": names, "autorange": "reversed"},
    }
    most = max((row[side], at, row["target"]) for at, line in enumerate(rows) for row in line)
    told = texts.COUNTS_MOST.format(
        element=names[most[1]], label=most[2], images=plurals(most[0], "image")
    )
    alt = f"{title}. {told}"
    return chart_value(shelf.cache, [trace], layout, title=title, alt=alt, empty=empty)


def _hover(row: Row, side: str) -> str:
    low, high = row[f"{side}_low"], row[f"{side}_high"]
    text = texts.CELL.format(
        side=texts.SIDE_OF[side],
        count=row[side],
        images=plurals(row["n"], "image"),
        low=low,
        high=high,
    )
    if row["control_n"]:
        control = texts.CELL_CONTROL.format(count=row[f"control_{side}"], n=row["control_n"])
        text += f"<br>{control}"
    return text


def examples(shelf: Shelf, row: Row, side: str) -> tuple[str, Value]:
    """Pairs of source and translation behind a cell, and a line on it."""
    patches = [shelf.known(name) for name in row[f"{side}_patches"]]
    tiles: list[np.ndarray] = []
    items: list[Value] = []
    for patch in patches:
        generated = shelf.generated(patch.image_id, row["target"]) if patch else None
        if patch is not None and generated is not None:
            items += _pair(shelf, patch, generated, row["target"], tiles)
    name = words.markdown(shelf.element_name(row["label"], row["element"]))
    target = words.markdown(row["target"])
    low, high = row[f"{side}_low"], row[f"{side}_high"]
    line = texts.CELL_LINE.format(
        element=name,
        label=words.markdown(row["label"]),
        side=texts.SIDE_OF[side],
        count=row[side],
        images=plurals(row["n"], "image"),
        target=target,
        low=low,
        high=high,
        control=row[f"control_{side}"],
        control_n=row["control_n"],
    )
    sheet = sheet_of(shelf.cache, tiles, generated=True) if tiles else None
    return line, wall_value(sheet, items, empty=texts.NOTHING_BEHIND_CELL, size=64)


def _pair(
    shelf: Shelf, patch: Patch, generated: np.ndarray, target: str, tiles: list[np.ndarray]
) -> list[Value]:
    place: dict[str, Any] = {"row": patch.row, "col": patch.col, "size": patch.size}
    tiles += [_cut(place, shelf.pixels(patch.image_id)), _cut(place, generated)]
    source = {
        "frame": True,
        "caption": patch.label,
        "alt": texts.SOURCE_PATCH.format(patch=words.alt(patch)),
    }
    other = {"made": True, "caption": target, "alt": shared.GENERATED.format(label=target)}
    common = {"id": patch.patch_id}
    return [common | source | {"at": len(tiles) - 2}, common | other | {"at": len(tiles) - 1}]
