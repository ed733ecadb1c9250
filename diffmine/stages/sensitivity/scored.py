"""The maps of some images in each way of drawing: kept bands, drawn again, halves of the draws."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from diffmine.atlas.maps import read_known
from diffmine.atlas.reader import Atlas
from diffmine.atlas.sensitivity import FIRST, WHOLE, Variant
from diffmine.config import TypicalityConfig
from diffmine.errors import AtlasError
from diffmine.maths.moments import Moments, joined, without
from diffmine.maths.scores import TYPICALITY

Key = tuple[str, str]
"""An image and a label that it is scored under."""
Scores = dict[Key, Moments]
_SUMS = ["image_id", "label", "score", "height", "width", "draws", "mean", "squares", "blocks"]
_MAPS = [
    *("image_id", "label", "score", "height", "width", "draws"),
    *("mean", "standard_error", "decay", "se"),
]


@dataclass
class Scored:
    """The maps of each way to mine, by its name; the two halves of the draws of one of them."""

    own: Scores
    variants: dict[str, Scores] = field(default_factory=dict)
    halves: tuple[Scores, Scores] | None = None


def scored(
    atlas: Atlas, variants: Sequence[Variant], parts: dict[str, list[str]], keys: set[Key]
) -> Scored:
    """Of the images and labels `keys`: the atlas's own maps, those of bands put together, and those
    in the `parts` of maps-again of each way of drawing that is new.

    Raises AtlasError for an image that was never scored.
    """
    pair = 1 if atlas.configured(TypicalityConfig).scheme == "paper" else 2
    bands = {band for variant in variants for band in variant.bands}
    maps = _of(_read(atlas.parts("maps"), keys, {TYPICALITY.name, *bands}, pair))
    sums = _of(_sums(atlas, keys, bands, pair)) if bands else {}
    known = Scored(_every(maps.get(TYPICALITY.name, {}), keys, atlas))
    for variant in variants:
        if variant.bands:
            of = [
                _every({**maps.get(band, {}), **sums.get(band, {})}, keys, atlas)
                for band in variant.bands
            ]
            known.variants[variant.name] = {
                key: joined([scores[key] for scores in of]) for key in keys
            }
            continue
        paths = [atlas.path / name for name in parts[variant.name]]
        again = _of(_read(paths, keys, {WHOLE, FIRST}, pair))
        whole = known.variants[variant.name] = _every(again[WHOLE], keys, atlas)
        if FIRST in again:
            first = _every(again[FIRST], keys, atlas)
            rest = {key: without(whole[key], first[key]) for key in keys}
            known.halves = (first, rest)
    return known


def _every(scores: Scores, keys: set[Key], atlas: Atlas) -> Scores:
    missing = sorted(keys - set(scores))
    if missing:
        raise AtlasError(
            f"{atlas.path} has no map of {missing[0][0]} under {missing[0][1]!r}; run diffmine "
            "typicality on it first."
        )
    return scores


def _of(rows: Iterator[tuple[str, Key, Moments]]) -> dict[str, Scores]:
    by_score: dict[str, Scores] = {}
    for score, key, moments in rows:
        by_score.setdefault(score, {})[key] = moments
    return by_score


def _read(
    paths: Sequence[Path], keys: set[Key], scores: set[str], pair: int
) -> Iterator[tuple[str, Key, Moments]]:
    """Moments from rows of maps: what their standard errors tell."""
    for path in paths:
        for row in _rows(read_known(path, _MAPS), keys, scores):
            shape = (row["height"], row["width"])
            if not row.get("standard_error"):
                raise AtlasError(
                    f"The map of {row['image_id']} has no standard errors; remove the maps and run "
                    "diffmine typicality again."
                )
            moments = Moments.of_errors(
                row["draws"] / pair,
                _array(row["mean"]).reshape(shape),
                _array(row["standard_error"]).reshape(shape),
                _array(row.get("decay") or [1.0]),
                float(row["se"]),
            )
            yield row.get("score") or TYPICALITY.name, (row["image_id"], row["label"]), moments


def _sums(
    atlas: Atlas, keys: set[Key], scores: set[str], pair: int
) -> Iterator[tuple[str, Key, Moments]]:
    """Moments from rows of sums, which are exact."""
    for path in atlas.parts("sums"):
        for row in _rows(read_known(path, _SUMS), keys, scores):
            shape = (row["height"], row["width"])
            mean, squares = (_array(row[name]).reshape(shape) for name in ("mean", "squares"))
            moments = Moments(row["draws"] / pair, mean, squares, _array(row["blocks"]))
            yield row["score"], (row["image_id"], row["label"]), moments


def _rows(table: pa.Table, keys: set[Key], scores: set[str]) -> Iterator[dict[str, Any]]:
    images = pa.array(sorted({image for image, _ in keys}), pa.string())
    keep = pc.is_in(table["image_id"], value_set=images)
    if "score" in table.column_names:
        names = pc.fill_null(table["score"], TYPICALITY.name)
        keep = pc.and_(keep, pc.is_in(names, value_set=pa.array(sorted(scores), pa.string())))
    for row in table.filter(keep).to_pylist():
        if (row["image_id"], row["label"]) in keys:
            yield row


def _array(values: Any) -> np.ndarray:
    return np.asarray(values, np.float64)
