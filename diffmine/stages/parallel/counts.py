"""What translations add and remove, counted (section 5.1; the paper counts segmented things).

A patch shows the element whose centre is nearest to its feature, if that is within the element's
radius, else none. With S_i(e) whether one of the patches of image i shows e before, and A_i(e)
whether one does after the translation into a label,

    added = number of images with A_i(e) and not S_i(e),  removed = with S_i(e) and not A_i(e)

and the interval is that of images, or the groups they belong to, drawn again with replacement.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

NONE = -1


def nearest(
    features: Float[np.ndarray, "n d"],
    centres: Float[np.ndarray, "k d"],
    radii: Float[np.ndarray, " k"],
) -> Int[np.ndarray, " n"]:
    """The element that each patch shows, -1 for none."""
    if not len(centres) or not len(features):
        return np.full(len(features), NONE)
    squares = (features**2).sum(1)[:, None] + (centres**2).sum(1) - 2 * features @ centres.T
    closest = squares.argmin(axis=1)
    apart = np.linalg.norm(features - centres[closest], axis=1)
    return np.where(apart <= radii[closest], closest, NONE)


def shows(
    images: Int[np.ndarray, " n"], element: Int[np.ndarray, " n"], count: int, elements: int
) -> Bool[np.ndarray, "count elements"]:
    """Which of `count` images show which elements, from the element of each patch."""
    shown = np.zeros((count, elements), bool)
    known = element != NONE
    shown[images[known], element[known]] = True
    return shown


@dataclass(frozen=True)
class Counts:
    """Images by element: with it before and after, those that gained and those that lost it, with
    95 % intervals (low, high)."""

    before: Int[np.ndarray, " k"]
    after: Int[np.ndarray, " k"]
    added: Int[np.ndarray, " k"]
    removed: Int[np.ndarray, " k"]
    added_band: Float[np.ndarray, "2 k"]
    removed_band: Float[np.ndarray, "2 k"]


def counted(
    before: Bool[np.ndarray, "n k"],
    after: Bool[np.ndarray, "n k"],
    groups: Int[np.ndarray, " n"],
    resamples: int,
    seed: int,
) -> Counts:
    """The counts of the images of one label's translations."""
    added, removed = after & ~before, before & ~after
    times = resampled(groups, resamples, seed)  # resamples n
    return Counts(
        before.sum(axis=0),
        after.sum(axis=0),
        added.sum(axis=0),
        removed.sum(axis=0),
        _band(times, added),
        _band(times, removed),
    )


def resampled(
    groups: Int[np.ndarray, " n"], resamples: int, seed: int
) -> Float[np.ndarray, "resamples n"]:
    """How often each image is drawn in each resample of the groups."""
    _, where = np.unique(groups, return_inverse=True)
    size = int(where.max(initial=-1)) + 1
    if not size:
        return np.zeros((resamples, 0))
    chance = np.random.default_rng(seed)
    times = chance.multinomial(size, np.full(size, 1 / size), resamples)
    return times[:, where].astype(np.float64)


def _band(
    times: Float[np.ndarray, "resamples n"], hits: Bool[np.ndarray, "n k"]
) -> Float[np.ndarray, "2 k"]:
    """The interval of a count among as many images as there are."""
    total = times.sum(axis=1, keepdims=True)  # resamples 1
    share = (times @ hits) / np.maximum(total, 1)
    return np.percentile(share, [2.5, 97.5], axis=0) * len(hits)
