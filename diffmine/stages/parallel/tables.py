"""From the parts of the parallel set to the sequences, the elements of change and the counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from jaxtyping import Float, Int

from diffmine.atlas.balls import Ball
from diffmine.atlas.neighbours import feature_matrix
from diffmine.atlas.reader import Atlas
from diffmine.atlas.schemas import CHANGES, COUNTS, SEQUENCES
from diffmine.atlas.writer import Workspace
from diffmine.config import TrendsConfig
from diffmine.stages.parallel.counts import NONE, Counts, counted, nearest, shows
from diffmine.stages.parallel.named import describe
from diffmine.stages.parallel.sequences import MEASURES, Grouped, grouped, ranked
from diffmine.stages.parallel.shards import BEST, MINED

TABLES = ("sequences.parquet", "changes.parquet", "counts.parquet")
FOLDER = "parallel-windows"
_SHOWN = 12
_PLACE = ["window", "image_id", "label", "row", "col", "size"]


def write_tables(atlas: Workspace, config: TrendsConfig, elements: list[Ball]) -> dict[str, float]:
    """Write sequences.parquet, changes.parquet and counts.parquet; how many rows they have."""
    sequences, changes = _sequences(atlas, config)
    atlas.write("sequences.parquet", sequences, SEQUENCES)
    atlas.write("changes.parquet", changes, CHANGES)
    counts = _counts(atlas, config, elements)
    atlas.write("counts.parquet", counts, COUNTS)
    return {"sequences": float(len(sequences)), "elements of change": float(len(changes))}


# Sequences


def _sequences(
    atlas: Atlas, config: TrendsConfig
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    scored = _of_kind(atlas, BEST, [*_PLACE, "typicality", *MEASURES])
    labels = len(atlas.labels)
    if not len(scored):
        return [], []
    places = scored.take(pa.array(range(0, len(scored), labels))).select(_PLACE).to_pylist()
    curves = _by_label(scored["typicality"], labels)
    best = ranked(curves, [place["window"] for place in places], config.sequences)
    names = [places[row]["window"] for row in best.rows.tolist()]
    features = _features(atlas, names, labels)
    settings = {"dimensions": config.dimensions, "changes": config.changes, "seed": config.seed}
    grouping = grouped(features, best.typicality, names, **settings)
    rows = [
        {
            **places[row],
            "rank": at + 1,
            "typicality": float(best.typicality[at]),
            "curve": curves[row].tolist(),
            "change": int(grouping.change[at]),
            "distance": float(grouping.distance[at]),
        }
        for at, row in enumerate(best.rows.tolist())
    ]
    looks = {name: _by_label(scored[name], labels)[best.rows] for name in MEASURES}
    return rows, _changes(atlas, grouping, best.typicality, curves[best.rows], looks, features)


def _changes(
    atlas: Atlas,
    grouping: Grouped,
    typicality: Float[np.ndarray, " n"],
    curves: Float[np.ndarray, "n labels"],
    looks: dict[str, Float[np.ndarray, "n labels"]],
    features: Float[np.ndarray, "n labels d"],
) -> list[dict[str, Any]]:
    rows = []
    for change in range(int(grouping.change.max()) + 1):
        own = grouping.change == change
        words = describe(
            {name: values[own] for name, values in looks.items()},
            curves[own],
            features[own],
            atlas.labels,
        )
        rows.append(
            {
                "change": change,
                "rank": change + 1,
                "size": int(own.sum()),
                "median": float(np.median(typicality[own])),
                "spread": float(grouping.distance[own].mean()),
                "name": words.name,
                "most_typical": words.most_typical,
                "most_changed": words.most_changed,
                **words.curves,
            }
        )
    return rows


def _of_kind(atlas: Atlas, kind: str, columns: list[str]) -> pa.Table:
    """Some columns of the windows of a kind: as many rows for each as there are labels."""
    table = atlas.read_parts(FOLDER, [*columns, "kind"])
    return table.filter(pc.equal(table["kind"], kind)).select(columns)


def _by_label(column: pa.ChunkedArray, labels: int) -> Float[np.ndarray, "n labels"]:
    return np.asarray(column.to_numpy(), np.float64).reshape(-1, labels)


def _features(atlas: Atlas, names: list[str], labels: int) -> Float[np.ndarray, "n labels d"]:
    """The features of some sequences in their order, part by part: those of all would be many."""
    wanted = {name: at for at, name in enumerate(names)}
    out: np.ndarray | None = None
    for path in atlas.parts(FOLDER):
        table = atlas.read_part(f"{FOLDER}/{path.name}").select(["window", "kind", "after"])
        chosen = pc.and_(
            pc.equal(table["kind"], BEST), pc.is_in(table["window"], pa.array(names, pa.string()))
        )
        table = table.filter(chosen)
        matrix = feature_matrix(table.rename_columns({"after": "feature"}))
        if len(table):
            rows = [wanted[name] for name in table["window"].to_pylist()[::labels]]
            if out is None:
                out = np.zeros((len(names), labels, matrix.shape[1]), np.float32)
            out[rows] = matrix.reshape(len(rows), labels, -1)
    assert out is not None
    return out


# Counts


@dataclass(frozen=True)
class _Matched:
    """The mined patches under one label: image (by number), and element before and after."""

    image: Int[np.ndarray, " n"]
    patch: list[str]
    before: Int[np.ndarray, " n"]
    after: Int[np.ndarray, " n"]


def _counts(atlas: Atlas, config: TrendsConfig, elements: list[Ball]) -> list[dict[str, Any]]:
    images: dict[str, int] = {}
    own: list[str] = []
    by_target = _matched(atlas, elements, images, own)
    groups = _groups(atlas, list(images))
    label = np.array(own, str)
    rows: list[dict[str, Any]] = []
    for target in atlas.labels:
        matched = by_target[target]
        size = len(images), len(elements)
        before = shows(matched.image, matched.before, *size)
        after = shows(matched.image, matched.after, *size)
        others = label != target
        counts = counted(
            before[others], after[others], groups[others], config.bootstrap, config.seed
        )
        control = counted(before[~others], after[~others], groups[~others], 1, config.seed)
        gained = (after & ~before) & others[:, None]
        lost = (before & ~after) & others[:, None]
        for at, element in enumerate(elements):
            rows.append(
                {"label": element.label, "element": element.element, "target": target}
                | {"n": int(others.sum()), "control_n": int((~others).sum())}
                | _numbers(counts, control, at)
                | {"added_patches": _examples(matched, matched.after, at, gained)}
                | {"removed_patches": _examples(matched, matched.before, at, lost)}
            )
    return rows


def _matched(
    atlas: Atlas, elements: list[Ball], images: dict[str, int], own: list[str]
) -> dict[str, _Matched]:
    """The elements of the mined patches by target, part by part; fills `images` (numbers by name)
    and `own` (their labels)."""
    parts: dict[str, list[_Matched]] = {target: [] for target in atlas.labels}
    centres = np.array([ball.centre for ball in elements], np.float32)
    radii = np.array([ball.radius for ball in elements], np.float32)
    for path in atlas.parts(FOLDER):
        table = atlas.read_part(f"{FOLDER}/{path.name}")
        table = table.filter(pc.equal(table["kind"], MINED))
        for name, label in zip(
            table["image_id"].to_pylist(), table["label"].to_pylist(), strict=True
        ):
            if name not in images:
                images[name] = len(images)
                own.append(label)
        for target in atlas.labels:
            rows = table.filter(pc.equal(table["target"], target))
            sides = [
                nearest(_float(rows, name), centres, radii) if len(rows) else np.zeros(0, int)
                for name in ("before", "after")
            ]
            numbers = np.array([images[n] for n in rows["image_id"].to_pylist()], int)
            parts[target].append(_Matched(numbers, rows["window"].to_pylist(), *sides))
    return {target: _together(own_parts) for target, own_parts in parts.items()}


def _together(parts: list[_Matched]) -> _Matched:
    return _Matched(
        np.concatenate([np.zeros(0, int), *(part.image for part in parts)]),
        [name for part in parts for name in part.patch],
        np.concatenate([np.zeros(0, int), *(part.before for part in parts)]),
        np.concatenate([np.zeros(0, int), *(part.after for part in parts)]),
    )


def _float(table: pa.Table, name: str) -> Float[np.ndarray, "n d"]:
    return feature_matrix(pa.table({"feature": table[name]})).astype(np.float32)


def _groups(atlas: Atlas, names: list[str]) -> Int[np.ndarray, " n"]:
    """The group of each image by number; an image without one is a group of its own."""
    known = dict(_pairs(atlas))
    keys = [known.get(name) or f"\0{name}" for name in names]
    return np.unique(np.array(keys, str), return_inverse=True)[1] if keys else np.zeros(0, int)


def _pairs(atlas: Atlas) -> Iterator[tuple[str, str | None]]:
    table = atlas.table("images", ["image_id", "group"])
    return zip(table["image_id"].to_pylist(), table["group"].to_pylist(), strict=True)


def _numbers(counts: Counts, control: Counts, at: int) -> dict[str, Any]:
    (added_low, removed_low), (added_high, removed_high) = (
        (float(counts.added_band[side, at]), float(counts.removed_band[side, at]))
        for side in (0, 1)
    )
    return {
        "before": int(counts.before[at]),
        "after": int(counts.after[at]),
        "added": int(counts.added[at]),
        "added_low": added_low,
        "added_high": added_high,
        "removed": int(counts.removed[at]),
        "removed_low": removed_low,
        "removed_high": removed_high,
        "control_added": int(control.added[at]),
        "control_removed": int(control.removed[at]),
    }


def _examples(
    matched: _Matched, element: Int[np.ndarray, " n"], at: int, images: np.ndarray
) -> list[str]:
    """The first patches that show an element in images that gained or lost it, one for each."""
    rows = np.flatnonzero((element == at) & images[matched.image, at])
    _, first = np.unique(matched.image[rows], return_index=True)
    return [matched.patch[row] for row in rows[np.sort(first)][:_SHOWN].tolist()]


__all__ = ["NONE", "write_tables"]
