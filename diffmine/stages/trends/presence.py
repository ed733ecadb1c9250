"""Presence: which images show an element anywhere (section 5.1).

An image of label c shows an element with centre m and radius r if one of its windows has a feature
within r of m: windows of the size that most of the element's patches have, a cell of the features
apart, read under c's prompt as those of patches are (stages/cluster). The lists of patches do
not matter here, so an element counts under a label for which it is not typical, too.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float, Int

from diffmine.atlas.balls import Ball
from diffmine.atlas.several import COLUMNS, labels_of
from diffmine.atlas.shards import Outcome, Shard, ShardFunction, run_shards
from diffmine.atlas.writer import Workspace
from diffmine.config import ClusterConfig
from diffmine.engine import Engine, Progress, Report, Tell
from diffmine.model.features import Case, grids
from diffmine.model.load import load_model
from diffmine.model.model import Model

STAGE = "trends"


@dataclass(frozen=True)
class Balls:
    """The elements that are looked for with windows of one side, in pixels; `rows` are their places
    among all elements."""

    side: int
    rows: Int[np.ndarray, " k"]
    centres: Float[np.ndarray, "k d"]
    radii: Float[np.ndarray, " k"]

    def near(self, windows: Float[np.ndarray, "n d"]) -> Bool[np.ndarray, " k"]:
        """Which of the elements have a window near them."""
        squares = (windows**2).sum(1)[:, None] + (self.centres**2).sum(1)
        squares = squares - 2 * windows @ self.centres.T  # n k
        return np.asarray((squares <= self.radii**2).any(axis=0))


@dataclass
class PresenceShard(ShardFunction):
    """Searches images for elements."""

    config: ClusterConfig
    balls: list[Balls]

    def __call__(self, shard: Shard[list[tuple[str, str]]], tell: Tell) -> Outcome:
        """For each image of the shard the elements that it shows, by their places in the list, as
        JSON."""
        shown: dict[tuple[str, str], list[int]] = {}
        picture = self.atlas.pictures.picture
        cases = (Case(name, label, picture(name)) for name, label in shard.work)
        for done, grid in enumerate(grids(self.model, cases, self.config), start=1):
            rows: list[int] = []
            for balls in self.balls:
                windows = window_features(grid.cells, balls.side, grid.size)
                rows += balls.rows[balls.near(windows)].tolist()
            shown[grid.image_id, grid.label] = sorted(rows)  # images of a size come together
            tell(done)
        in_order = [shown[name, label] for name, label in shard.work]
        return Outcome({shard.files[0]: json.dumps({"shown": in_order}).encode()})

    @cached_property
    def model(self) -> Model:
        """The atlas's model; AtlasError where it has none."""
        return load_model(self.atlas.needed_model())


@dataclass(frozen=True)
class Presence:
    """Which images show which elements: `cases` are the images with each of their labels, by their
    places in the lists of both; `pairs` are an element and a case that shows it, by their places in
    the lists, rising."""

    images: Int[np.ndarray, " cases"]
    targets: Int[np.ndarray, " cases"]
    pairs: Int[np.ndarray, "n 2"]

    def counts(self, elements: int, labels: int) -> Int[np.ndarray, "elements labels"]:
        """How many images of each label show each element."""
        total = np.zeros((elements, labels), np.int64)
        np.add.at(total, (self.pairs[:, 0], self.targets[self.pairs[:, 1]]), 1)
        return total


def presence(
    atlas: Workspace, elements: Sequence[Ball], engine: Engine, progress: Progress
) -> Presence:
    """Which images show each element, under each of their labels. Part of the stage trends: what is
    seen is kept until it ends, so that a run continues where one stopped.

    Raises AtlasError where the atlas has no model to read features with.
    """
    config = atlas.configured(ClusterConfig)
    if not elements:
        none = np.zeros(0, np.int64)
        return Presence(none, none, np.zeros((0, 2), np.int64))
    cases = _cases(atlas)
    names, shards = [], []
    for number, start in enumerate(range(0, len(cases), config.shard)):
        work = cases[start : start + config.shard]
        names.append(f"shown-{number:05d}")
        shards.append(Shard((f"work/{STAGE}/{names[-1]}.json",), len(work), work))
    run_shards(
        atlas,
        shards,
        PresenceShard(atlas.path, config, _balls(atlas, elements)),
        engine=engine,
        progress=progress,
        report=Report(STAGE),
        unit="images looked through for elements",
    )
    shown: list[list[int]] = []
    for name in names:
        note = atlas.note_of(STAGE, name)
        assert note is not None
        shown += note["shown"]
    return _gathered(atlas, cases, shown)


def _gathered(atlas: Workspace, cases: list[tuple[str, str]], shown: list[list[int]]) -> Presence:
    row_of = {name: row for row, name in enumerate(atlas.table("images")["image_id"].to_pylist())}
    label_of = {label: at for at, label in enumerate(atlas.labels)}
    case = np.repeat(np.arange(len(shown)), [len(rows) for rows in shown])
    element = np.array([row for rows in shown for row in rows], np.int64)
    order = np.lexsort((case, element))
    return Presence(
        np.array([row_of[name] for name, _ in cases]),
        np.array([label_of[label] for _, label in cases]),
        np.stack([element[order], case[order]], axis=1),
    )


def _cases(atlas: Workspace) -> list[tuple[str, str]]:
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


def _balls(atlas: Workspace, elements: Sequence[Ball]) -> list[Balls]:
    sides: dict[tuple[str, int], Counter[int]] = {}
    for label in atlas.labels:
        for patch in atlas.patches(label):
            if patch.element is not None:
                sides.setdefault((label, patch.element), Counter())[patch.size] += 1
    of_side: dict[int, list[int]] = {}
    for row, element in enumerate(elements):
        counted = sides[element.label, element.element]
        side = min(counted, key=lambda size: (-counted[size], size))
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
    share = (at - low).reshape([-1 if number == axis else 1 for number in range(sums.ndim)])
    return sums.take(low, axis) * (1 - share) + sums.take(low + 1, axis) * share
