"""From the maps of some images to windows that may enter the lists of their labels."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from jaxtyping import Float

from diffmine.config import MineConfig
from diffmine.maths.choose import choose, size_weights
from diffmine.maths.error import decayed, in_pixels, independent_areas, shared
from diffmine.maths.grid import Grid, grid
from diffmine.maths.ranking import SIGNS, Ranked, merit, patch_name
from diffmine.maths.windows import random_places, window_sizes
from diffmine.stages.mine.maps import Images, Maps

Place = tuple[int, int, int]
Scored = tuple[Place, float | None, float]
"""A window with its mean typicality (None: not computed yet) and its score."""
Key = tuple[int, str]
Lists = dict[Key, Ranked]
Rows = dict[Key, list[tuple[Any, ...]]]
"""Rows of ranking.CANDIDATE by label (its place among the labels) and kind."""


def candidates(maps: Maps, images: Images, lists: Lists, config: MineConfig) -> Rows:
    """Windows of maps of one shape that may still enter their lists.

    For a map none of whose windows can enter a full list, only the bound is computed: in a large
    set most maps cost one product of matrices. Images that a race gave up have random windows
    alone.
    """
    sizes = [size for size in window_sizes(config, *maps.pixels) if size <= min(maps.pixels)]
    if not sizes:
        return {}
    weights = dict(zip(sizes, size_weights(sizes, config.size_power), strict=True))
    grids = {size: grid(maps.shape, maps.pixels, size) for size in sizes}
    sums = [size_grid.sums(maps.mean) for size_grid in grids.values()]  # of each size: b k l
    reach = _reach(sums, [weights[size] / size**2 for size in sizes])
    rows: Rows = {}
    for at, image in enumerate(maps.images.tolist()):
        label, name = maps.labels[at], images.names[image]
        error = _errors(maps, at)
        for kind, sign in SIGNS.items():
            best = lists[label, kind]
            if not sign:
                seed = f"{config.seed}/{name}"
                drawn = random_places(maps.pixels, sizes, config.per_image, seed)
                windows: list[Scored] = [(place, None, 0.0) for place in drawn]
            elif maps.draws[at] >= images.fewest and reach[kind][at] >= best.floor:
                own = [size_sums[at] for size_sums in sums]
                windows = _chosen(grids, own, weights, config.per_image, sign, best.floor)
            else:
                continue
            for place, mean, score in windows:
                patch = patch_name(images.labels[label], kind, name, place)
                weight = weights[place[2]]
                value = merit(kind, score, patch)
                if value < best.floor:
                    continue
                if mean is None:
                    mean = grids[place[2]].at(maps.mean[at], *place[:2]) / place[2] ** 2
                row = (value, patch, image, images.group[image], *place, mean, error(place), weight)
                rows.setdefault((label, kind), []).append(row)
    return rows


def _chosen(
    grids: dict[int, Grid],
    sums: list[Float[np.ndarray, "_ _"]],
    weights: dict[int, float],
    keep: int,
    sign: int,
    floor: float,
) -> list[Scored]:
    best = choose(list(grids.values()), sums, list(weights.values()), keep, sign, floor)
    return [((w.row, w.col, w.size), w.typicality, w.score) for w in best]


def _reach(
    sums: list[Float[np.ndarray, "b _ _"]], factors: list[float]
) -> dict[str, Float[np.ndarray, " b"]]:
    """For each map a merit that none of its windows exceeds, for top and for least."""
    pairs = list(zip(sums, factors, strict=True))
    return {
        "top": np.max([s.max(axis=(1, 2)) * f for s, f in pairs], axis=0),
        "least": -np.min([s.min(axis=(1, 2)) * f for s, f in pairs], axis=0),
    }


def _errors(maps: Maps, at: int) -> Callable[[Place], float]:
    """The standard error of windows of a map; most maps are never asked for it."""
    pixels = in_pixels(maps.shape, maps.pixels)

    @cache
    def map_and_decay() -> tuple[Float[np.ndarray, "h w"], list[float]]:
        return maps.errors(at), maps.decay(at)

    @cache
    def areas() -> float:
        return independent_areas(pixels.mean_square(map_and_decay()[0]), maps.se[at])

    def error(place: Place) -> float:
        errors, decay = map_and_decay()
        square = pixels.window_square(errors, *place)
        if len(decay):
            return decayed(square, decay, place[2] * maps.shape[0] / maps.pixels[0])
        return shared(square, areas(), place[2] ** 2 / (maps.pixels[0] * maps.pixels[1]))

    return error
