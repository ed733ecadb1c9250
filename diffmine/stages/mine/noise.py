"""The best windows of noise maps: the control of the warnings (maths/noise.py, maths/artefacts.py).

Each noise map stands on an image of the label. Noise maps differ in level and in spread as much as
the label's maps do: lists of noise are as steep as the real one, and no picture has a part in them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float, Int
from numpy.random import Generator

from diffmine.config import MineConfig
from diffmine.maths.choose import choose, size_weights
from diffmine.maths.grid import grid
from diffmine.maths.noise import Shape, Smoothness
from diffmine.maths.ranking import CANDIDATE, Ranked
from diffmine.maths.windows import window_sizes
from diffmine.stages.mine.maps import Images, Maps

MOST = 300
"""Images of a label that are looked at, and noise maps that stand on them, where it has more."""
ROUNDS = 3
"""Noise maps for an image of a label with few."""


@dataclass
class LabelNoise:
    """What a label's maps are like: how smooth, and by image their shape, level and spread."""

    smoothness: Smoothness = field(default_factory=Smoothness)
    images: dict[int, tuple[Shape, float, float]] = field(default_factory=dict)

    def add(self, maps: Maps, at: list[int]) -> None:
        """Take in some maps of a batch."""
        mean = maps.mean[at]
        self.smoothness.add(mean)
        levels, spreads = mean.mean(axis=(1, 2)).tolist(), mean.std(axis=(1, 2)).tolist()
        for image, *scale in zip(maps.images[at].tolist(), levels, spreads, strict=True):
            self.images[image] = (maps.shape, *scale)


def noise_of(batches: Iterable[Maps], images: Images, seed: int) -> dict[int, LabelNoise]:
    """By label, what its maps are like: those of MOST images at random where it has more."""
    chosen = {label: set(_some(own, images, seed)) for label, own in images.by_label.items()}
    noise: dict[int, LabelNoise] = {}
    for maps in batches:
        at_of: dict[int, list[int]] = {}
        for at, (image, label) in enumerate(zip(maps.images.tolist(), maps.labels, strict=True)):
            if image in chosen[label]:
                at_of.setdefault(label, []).append(at)
        for label, chosen_at in at_of.items():
            noise.setdefault(label, LabelNoise()).add(maps, chosen_at)
    return noise


def _some(own: list[int], images: Images, seed: int) -> list[int]:
    """At most MOST of some images, whole groups as far as they go."""
    rows = np.array(own, np.int64)
    return rows[_shuffled(images.group[rows], np.random.default_rng(seed))][:MOST].tolist()


def _shuffled(groups: Int[np.ndarray, " n"], chance: Generator) -> Int[np.ndarray, " n"]:
    """An order of images at random that keeps those of a group (-1: none) together."""
    codes = np.where(groups < 0, -1 - np.arange(len(groups)), groups)
    _, codes = np.unique(codes, return_inverse=True)
    places = chance.permutation(int(codes.max(initial=0)) + 1)[codes]
    return np.lexsort((chance.permutation(len(groups)), places))


def noise_windows(
    noise: LabelNoise, images: Images, config: MineConfig, chance: Generator
) -> tuple[np.ndarray, Int[np.ndarray, " n"], int]:
    """The best windows of noise maps (rows of CANDIDATE, best first); for each how many maps its
    image had before this one; and the number of noise maps."""
    known = np.array(sorted(noise.images), np.int64)
    rounds = -(-min(ROUNDS * len(known), MOST) // len(known))
    on = np.tile(known, rounds)
    shape_of = {
        image: (*noise.images[image][0], int(images.height[image]), int(images.width[image]))
        for image in known.tolist()
    }
    shapes = [shape_of[image] for image in on.tolist()]
    levels, spreads = np.array([scale[1:] for scale in noise.images.values()]).T
    parts = [np.empty(0, CANDIDATE)]
    for shape in sorted(set(shapes)):
        at = np.flatnonzero([other == shape for other in shapes])
        fields = noise.smoothness.fields(shape[:2], len(at), chance)
        maps = _as_different(fields, levels, spreads, chance)
        for k, windows in zip(at.tolist(), _windows(maps, shape[2:], config), strict=True):
            windows["image"], windows["name"] = on[k], str(k // len(known))
            group = int(images.group[on[k]])  # a round is a data set of its own
            windows["group"] = group * rounds + k // len(known) if group >= 0 else -1
            parts.append(windows)
    rows = np.concatenate(parts)
    ranked = Ranked("top", len(rows), config.per_group, rows)
    ranked.prune()
    return ranked.rows, ranked.rows["name"].astype(np.int64), len(on)


def _as_different(
    fields: Float[np.ndarray, "n h w"],
    levels: Float[np.ndarray, " m"],
    spreads: Float[np.ndarray, " m"],
    chance: Generator,
) -> Float[np.ndarray, "n h w"]:
    """Fields whose spreads and then levels vary as much as those of maps, where theirs vary less.

    What a field has of its own is left as it is: one that is high has its peak inside, and a steep
    one has it at a border.
    """
    own = fields.std(axis=(1, 2))
    if own.all() and (spreads > 0).any():
        logs = np.log(spreads[spreads > 0])
        more = np.sqrt(max(logs.var() - np.log(own).var(), 0.0))
        factors = np.exp(more * chance.standard_normal(len(fields)))
        fields = fields * (factors / np.sqrt(np.mean(factors**2)))[:, None, None]
    more = np.sqrt(max(levels.var() - fields.mean(axis=(1, 2)).var(), 0.0))
    return fields + levels.mean() + more * chance.standard_normal((len(fields), 1, 1))


def _windows(
    maps: Float[np.ndarray, "b h w"], pixels: Shape, config: MineConfig
) -> list[np.ndarray]:
    """The windows of each map, chosen as candidates.py chooses them."""
    sizes = [size for size in window_sizes(config, *pixels) if size <= min(pixels)]
    weights = size_weights(sizes, config.size_power) if sizes else []
    grids = [grid((maps.shape[1], maps.shape[2]), pixels, size) for size in sizes]
    sums = [size_grid.sums(maps) for size_grid in grids]
    parts = []
    for at in range(len(maps)):
        best = choose(grids, [own[at] for own in sums], weights, config.per_image)
        windows = np.zeros(len(best), CANDIDATE)
        windows["merit"] = [window.score for window in best]
        for name in ("row", "col", "size"):
            windows[name] = [getattr(window, name) for window in best]
        parts.append(windows)
    return parts
