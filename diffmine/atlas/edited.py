"""Tables of an atlas with people's merges and splits applied (edits.json)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from jaxtyping import Bool, Float, Int

from diffmine.atlas import schemas
from diffmine.atlas.edits import Edits, Place
from diffmine.maths.elements import MIXED, alike, silhouette

TABLES = ("patches", "elements", "trends", "shown", "counts")
_NONE = -1


@dataclass(frozen=True)
class Built:
    """What applying edits needs of an atlas: the features of patches by their names (None unless
    all of them have one), the rows of a label with the edits applied, and whether trends were
    computed from what is there now."""

    labels: list[str]
    edits: Edits
    features: Callable[[list[str]], np.ndarray | None]
    rows: Callable[[str], pa.Table]
    fresh_trends: Callable[[], bool]


def applied(built: Built, name: str, table: pa.Table) -> pa.Table:
    """A table of TABLES with the edits applied."""
    edits = built.edits
    if name in ("trends", "shown", "counts"):
        return table if built.fresh_trends() else _without(table, edits.touched)
    if not edits.moves:
        return table
    return (_patches if name == "patches" else _elements)(built, table, edits)


def _patches(built: Built, table: pa.Table, edits: Edits) -> pa.Table:
    element = np.array(pc.fill_null(table["element"], _NONE).to_numpy(), np.int64)
    for edit in edits.moves:
        goes = _of(table, edit.label)
        if edit.kind != "gather":
            goes &= element == edit.element
        if edit.patches:
            goes &= pc.is_in(table["patch_id"], pa.array(edit.patches)).to_numpy()
        element[goes] = edit.target
    distance = np.array(table["distance"].to_numpy(), np.float32)
    for label, one in edits.changed:
        rows = np.flatnonzero(_of(table, label) & (element == one))
        matrix = built.features(table["patch_id"].take(rows).to_pylist())
        if len(rows) and matrix is not None:
            distance[rows] = np.linalg.norm(matrix - matrix.mean(axis=0), axis=1)
    columns = {
        "element": pa.array(element, pa.int32(), mask=element == _NONE),
        "distance": pa.array(distance, pa.float32(), mask=np.isnan(distance)),
    }
    for name, column in columns.items():
        table = table.set_column(table.column_names.index(name), name, column)
    return table


def _elements(built: Built, table: pa.Table, edits: Edits) -> pa.Table:
    labels = {label for label, _ in edits.changed}
    known = table.to_pylist()
    rows = [row for row in known if row["label"] not in labels]
    for label in built.labels:
        if label in labels:
            old = {row["element"]: row for row in known if row["label"] == label}
            changed = {element for name, element in edits.changed if name == label}
            rows += _label_rows(built, label, old, changed)
    return pa.Table.from_pylist(rows, schemas.ELEMENTS).select(table.column_names)


def _label_rows(
    built: Built, label: str, old: dict[int, dict[str, Any]], changed: set[int]
) -> list[dict[str, Any]]:
    """The elements of a label: as built where nothing was edited, measured anew elsewhere."""
    patches = built.rows(label)
    element = np.array(pc.fill_null(patches["element"], _NONE).to_numpy(), np.int64)
    score, distance = (patches[name].to_numpy() for name in ("typicality", "distance"))
    matrix = built.features(patches["patch_id"].to_pylist())
    rows = []
    for one in sorted(set(element.tolist()) - {_NONE}):
        own = element == one
        row = {"label": label, "element": one, "name": "", **old.get(one, {})}
        if one in changed or one not in old:
            row |= {"median": float(np.median(score[own])), "size": int(own.sum())}
            row |= {"spread": float(np.nanmean(distance[own]))}
            row |= {"mixed": matrix is not None and silhouette(matrix, element, one) <= MIXED}
        rows.append(row)
    rows.sort(key=lambda row: -row["median"])
    for rank, row in enumerate(rows, start=1):
        row |= {"rank": rank, "like_label": None, "like_element": None, "likeness": None}
    if matrix is not None:
        _propose(rows, matrix, element)
    return rows


def _propose(
    rows: list[dict[str, Any]], matrix: Float[np.ndarray, "n d"], element: Int[np.ndarray, " n"]
) -> None:
    centres = np.stack([matrix[element == row["element"]].mean(axis=0) for row in rows])
    spread = np.array([row["spread"] for row in rows], np.float32)
    for row, (other, likeness) in zip(rows, alike(centres, spread), strict=True):
        if other is not None:
            row |= {"like_label": row["label"], "like_element": rows[other]["element"]}
            row |= {"likeness": likeness}


def _without(table: pa.Table, touched: Iterable[Place]) -> pa.Table:
    """Trends without the rows of elements that are no longer what they were computed for."""
    for label, element in touched:
        gone = pc.and_(pc.equal(table["label"], label), pc.equal(table["element"], element))
        table = table.filter(pc.invert(pc.fill_null(gone, False)))
    return table


def _of(table: pa.Table, label: str) -> Bool[np.ndarray, " n"]:
    return np.asarray(pc.equal(table["label"], label).to_numpy(), bool)
