"""From the maps of some images to a label's list of patches, as mine chooses them, and to windows
of a patch's size at half-overlapping places, of which none is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from diffmine.config import MineConfig
from diffmine.maths.choose import choose, size_weights
from diffmine.maths.error import decayed, in_pixels, independent_areas, shared
from diffmine.maths.grid import bilinear, grid
from diffmine.maths.moments import Moments
from diffmine.maths.ranking import CANDIDATE, Ranked, merit, patch_name
from diffmine.maths.windows import window_means, window_sizes

KIND = "top"


@dataclass(frozen=True, eq=False)
class Pictures:
    """The images of a label that are compared: names, sides in pixels, and groups by number (-1:
    none)."""

    label: str
    names: list[str]
    pixels: list[tuple[int, int]]
    group: Int[np.ndarray, " n"]


def list_of(pictures: Pictures, scores: Sequence[Moments], config: MineConfig) -> np.ndarray:
    """All patches that a label's images give, best first, as rows of ranking.CANDIDATE."""
    ranked = Ranked(KIND, max(1, len(scores) * config.per_image), config.per_group)
    rows = [
        row
        for at, moments in enumerate(scores)
        for row in _windows(pictures, at, _rounded(moments), config)
    ]
    ranked.add(np.array(rows, CANDIDATE))
    ranked.prune()
    return ranked.rows


def _rounded(moments: Moments) -> Moments:
    """With a mean map as maps/ keeps it: sums of windows are exact only so (maths/grid.py)."""
    mean = moments.mean.astype(np.float16).astype(np.float64)
    return Moments(moments.n, mean, moments.squares, moments.blocks)


def _windows(
    pictures: Pictures, at: int, moments: Moments, config: MineConfig
) -> list[tuple[object, ...]]:
    pixels, name = pictures.pixels[at], pictures.names[at]
    sizes = [size for size in window_sizes(config, *pixels) if size <= min(pixels)]
    if not sizes:
        return []
    grids = [grid(moments.mean.shape, pixels, size) for size in sizes]
    sums = [one.sums(moments.mean[None])[0] for one in grids]
    weights = size_weights(sizes, config.size_power)
    rows: list[tuple[object, ...]] = []
    for w in choose(grids, sums, weights, config.per_image):
        place = (w.row, w.col, w.size)
        patch = patch_name(pictures.label, KIND, name, place)
        error = _error(moments, pixels, place)
        head = (merit(KIND, w.score, patch), patch, at, int(pictures.group[at]))
        weight = weights[sizes.index(w.size)]
        rows.append((*head, *place, w.typicality, error, weight))
    return rows


def _error(moments: Moments, size: tuple[int, int], place: tuple[int, int, int]) -> float:
    """The standard error of a window, as mine reckons it."""
    if moments.n < 2:
        return float("nan")
    pixels, errors = in_pixels(moments.mean.shape, size), moments.errors
    square = pixels.window_square(errors, *place)
    if len(moments.decay) > 1:
        return decayed(square, moments.decay.tolist(), place[2] * errors.shape[0] / size[0])
    areas = independent_areas(pixels.mean_square(errors), moments.score_error)
    return shared(square, areas, place[2] ** 2 / (size[0] * size[1]))


def windows_of(
    pictures: Pictures, scores: Sequence[Moments], config: MineConfig
) -> tuple[Float[np.ndarray, " w"], Int[np.ndarray, " w"]]:
    """The mean of every window of the smallest size at half-overlapping places, and the number of
    its image."""
    means, images = [], []
    for at, moments in enumerate(scores):
        height, width = pictures.pixels[at]
        size = window_sizes(config, height, width)[0]
        if size > min(height, width):
            continue
        h, w = moments.mean.shape
        map = bilinear(h, height) @ moments.mean @ bilinear(w, width).T
        step = max(1, size // 2)
        means.append(window_means(map, size)[::step, ::step].ravel())
        images.append(np.full(len(means[-1]), at))
    if not means:
        return np.zeros(0), np.zeros(0, np.int64)
    return np.concatenate(means), np.concatenate(images)
