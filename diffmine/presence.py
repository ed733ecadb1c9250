"""Presence: the share of each label's images that show an element anywhere (section 5.1).

An image of label c shows an element with centre m and radius r if one of its windows has a feature
within r of m: windows of the size that most of the element's patches have, a cell of the features
apart, read under c's prompt as those of patches are (stages/cluster.py). The lists of patches do
not matter here, so an element counts under a label for which it is not typical, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from diffmine.config import ClusterConfig
from diffmine.diffusion.model import Model, load_model
from diffmine.engine import Engine, Progress
from diffmine.features import grids
from diffmine.parallel.tables import Element
from diffmine.store.atlas import Atlas
from diffmine.store.several import COLUMNS, labels_of

STAGE = "trends"


@dataclass(frozen=True)
class Balls:
    """The elements that are looked for with windows of one side, in pixels; `rows` are theirs among
    all elements."""

    side: int
    rows: Int[np.ndarray, " k"]
    centres: Float[np.ndarray, "k d"]
    radii: Float[np.ndarray, " k"]

    def near(self, windows: Float[np.ndarray, "n d"]) -> Bool[np.ndarray, " k"]:
        """Which of the elements have a window near them."""
        squares = (windows**2).sum(1)[:, None] + (self.centres**2).sum(1)
        squares = squares - 2 * windows @ self.centres.T  # n k
        return np.asarray((squares <= self.radii**2).any(axis=0))


def presence(
    atlas: Atlas, elements: Sequence[Element], engine: Engine, progress: Progress
) -> Int[np.ndarray, "elements labels"]:
    """How many images of each label show each element. Part of the stage trends: what is counted is
    kept until that ends, so that it goes on where it stopped.

    Raises AtlasError where the atlas has no model to read features with.
    """
    config = ClusterConfig(**atlas.manifest.config.get("cluster", {}))
    cases = _cases(atlas)
    shards = [cases[at : at + config.shard] for at in range(0, len(cases), config.shard)]
    total = np.zeros((len(elements), len(atlas.labels)), np.int64)
    if not elements:
        return total
    balls = _balls(atlas, elements)
    model: Model | None = None
    done = 0

    def count(work: tuple[int, list[tuple[str, str]]]) -> Int[np.ndarray, "elements labels"]:
        nonlocal model, done
        number, shard = work
        note = atlas.note_of(STAGE, f"presence-{number:05d}")
        if note is None:
            model = model or load_model(atlas.needed_model())
            note = {"hits": _hits(atlas, model, shard, balls, config)}
            atlas.keep_note(STAGE, f"presence-{number:05d}", note)
        hits = np.zeros_like(total)
        for element, label, images in note["hits"]:
            hits[element, label] = images
        done += len(shard)
        progress(STAGE, done, len(cases), "images looked through for elements")
        return hits

    for hits in engine.map(count, list(enumerate(shards))):
        total += hits
    return total


def _cases(atlas: Atlas) -> list[tuple[str, str]]:
    """Every image with each of its labels, in the order of the table."""
    table = atlas.table("images", COLUMNS)
    names = table["image_id"].to_pylist()
    known = set(atlas.labels)
    return [
        (name, label)
        for name, labels in zip(names, labels_of(table), strict=True)
        for label in labels
        if label in known
    ]


def _balls(atlas: Atlas, elements: Sequence[Element]) -> list[Balls]:
    sides: dict[tuple[str, int], Counter[int]] = {}
    for label in atlas.labels:
        for patch in atlas.patches(label):
            if patch.element is not None:
                sides.setdefault((label, patch.element), Counter())[patch.size] += 1
    of_side: dict[int, list[int]] = {}
    for row, element in enumerate(elements):
        counted = sides[element.label, element.element]
        side = min(counted, key=lambda each: (-counted[each], each))
        of_side.setdefault(side, []).append(row)
    return [
        Balls(
            side,
            np.array(rows),
            np.stack([elements[row].centre for row in rows]),
            np.array([elements[row].radius for row in rows]),
        )
        for side, rows in sorted(of_side.items())
    ]


def _hits(
    atlas: Atlas,
    model: Model,
    cases: list[tuple[str, str]],
    balls: list[Balls],
    config: ClusterConfig,
) -> list[tuple[int, int, int]]:
    """(element, label, images) by their places in the lists, where there are images."""
    hits: Counter[tuple[int, int]] = Counter()
    for grid in grids(atlas, model, cases, config):
        target = atlas.labels.index(grid.label)
        for each in balls:
            shown = each.rows[each.near(window_features(grid.cells, each.side, grid.size))]
            hits.update((row, target) for row in shown.tolist())
    return [(element, label, images) for (element, label), images in sorted(hits.items())]


def window_features(
    grid: Float[np.ndarray, "d hf wf"], side: int, size: tuple[int, int]
) -> Float[np.ndarray, "n d"]:
    """The features of length 1, as dift.window_feature's, of all windows of `side` pixels a cell
    apart, row by row, the last ones at the edges; `size` is the image's (height, width) in pixels.
    """
    sums = np.pad(grid.astype(np.float64).cumsum(1).cumsum(2), ((0, 0), (1, 0), (1, 0)))
    for axis, pixels in ((1, size[0]), (2, size[1])):
        cells = grid.shape[axis]
        wide = min(side * cells / pixels, float(cells))
        starts = np.unique([*np.arange(0, cells - wide, 1.0), cells - wide])
        sums = _between(sums, starts + wide, axis) - _between(sums, starts, axis)
    means = sums.reshape(len(grid), -1).T  # n d
    lengths = np.linalg.norm(means, axis=1, keepdims=True)
    return np.asarray(means / np.maximum(lengths, 1e-12), np.float32)


def _between(sums: np.ndarray, at: Float[np.ndarray, " n"], axis: int) -> np.ndarray:
    """Running sums at places between cells."""
    low = np.minimum(np.floor(at).astype(int), sums.shape[axis] - 2)
    share = (at - low).reshape([-1 if each == axis else 1 for each in range(sums.ndim)])
    return sums.take(low, axis) * (1 - share) + sums.take(low + 1, axis) * share
