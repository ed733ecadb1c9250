"""Intervals: the images, or the groups they belong to, are resampled with replacement.

A label's figure is the mean over its images; that of all labels the mean of the labels' means. Both
are computed anew for each resample; the interval is between the 2.5th and the 97.5th percentile.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int


class Bootstrap:
    """`count` resamples of the groups that the items of a study have."""

    def __init__(self, groups: Int[np.ndarray, " n"], count: int, seed: int) -> None:
        self._known, _ = np.unique(groups, return_inverse=True)
        size = max(len(self._known), 1)
        chance = np.random.default_rng(seed)
        self._times = chance.multinomial(size, np.full(size, 1 / size), count).astype(np.int16)

    def times(self, groups: Int[np.ndarray, " n"]) -> Int[np.ndarray, "count n"]:
        """How often each resample holds each of some items."""
        return self._times[:, np.searchsorted(self._known, groups)]

    def means(
        self, values: Float[np.ndarray, " n"], groups: Int[np.ndarray, " n"]
    ) -> Float[np.ndarray, " count"]:
        """The mean of the items in each resample; NaN where none of them was drawn."""
        weights = self.times(groups).astype(np.float64)
        with np.errstate(invalid="ignore"):
            return (weights @ values) / weights.sum(axis=1)


def interval(resampled: Float[np.ndarray, " count"]) -> tuple[float, float]:
    """The 95 % interval of a figure from its resamples; NaN when none is known."""
    known = resampled[np.isfinite(resampled)]
    if not len(known):
        return float("nan"), float("nan")
    low, high = np.percentile(known, [2.5, 97.5]).tolist()
    return low, high


def mean_of(resampled: list[Float[np.ndarray, " count"]]) -> Float[np.ndarray, " count"]:
    """The mean over labels in each resample, of those labels that have an item in it."""
    stacked = np.array(resampled)
    known = np.isfinite(stacked)
    with np.errstate(invalid="ignore"):
        return np.where(known, stacked, 0.0).sum(axis=0) / known.sum(axis=0)
