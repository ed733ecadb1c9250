"""Shares over time, of images whose dates are spans of years (section 5.1, by year).

An image dated from year a to year b lies in the bin of years l to h with the weight

    w = years of [a, b] in [l, h] / (b - a + 1)

so that one of the 1950s lies with a tenth in each of its years, and nowhere as 1955. The share of
a bin is sum(w shows) / sum(w). Its band is between the 2.5th and the 97.5th percentile of resamples
of whole groups. Where no image of a bin shows it, or all do, every resample says the same; there
the bound is that of so many groups without one exception, 1 - 0.025^(1 / groups), a group counting
by its weight, at most 1.

Groups that hold the same spans, showing the same, cannot be told apart: they are drawn together,
which gives the same resamples at the cost of the kinds of groups, not of the images.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.sparse import csr_array

from diffmine.maths.bootstrap import interval

_MOST, _LEAST, _CELLS = 1000, 100, 20_000_000
_BLOCK = 4_000_000
_ALONE = 0.025
SMALLEST = 0.5
"""A bin with less weight than this many images has no share."""


@dataclass(frozen=True)
class Course:
    """What is known of each bin: the weight of all images that lie in it and of those that show
    what is asked for, its share with the bounds of its band, 0 to 1, NaN where the weight is below
    SMALLEST."""

    weight: Float[np.ndarray, " k"]
    shown: Float[np.ndarray, " k"]
    share: Float[np.ndarray, " k"]
    low: Float[np.ndarray, " k"]
    high: Float[np.ndarray, " k"]


def overlaps(
    spans: Int[np.ndarray, "n 2"], bins: Int[np.ndarray, "k 2"]
) -> Float[np.ndarray, "n k"]:
    """The weight of each span (first and last year) in each bin (likewise), 0 to 1."""
    first = np.maximum(spans[:, None, 0], bins[None, :, 0])  # n k
    last = np.minimum(spans[:, None, 1], bins[None, :, 1])
    years = spans[:, 1] - spans[:, 0] + 1
    return np.asarray(np.clip(last - first + 1, 0, None) / years[:, None], np.float64)


def course(
    spans: Int[np.ndarray, "n 2"],
    groups: Int[np.ndarray, " n"],
    shows: Bool[np.ndarray, " n"],
    bins: Int[np.ndarray, "k 2"],
    seed: int = 0,
) -> Course:
    """The share over some bins of the images that show something.

    Args:
        spans: The first and last year of each image.
        groups: A number for each image's group; images of a group are drawn together.
        shows: Which of them show it.
        bins: The first and last year of each bin.
        seed: Of the resamples: 1,000, fewer (at least 100) where there are very many kinds of
            groups.
    """
    known, code = np.unique(spans, axis=0, return_inverse=True)
    overlap = overlaps(known, bins)  # u k
    kinds, often = _kinds(groups, 2 * code.ravel() + shows, 2 * len(known))
    images, hits = kinds[:, 0::2] + kinds[:, 1::2], kinds[:, 1::2]  # t u
    weight = often @ images @ overlap  # k
    shown = often @ hits @ overlap
    share = np.full(len(bins), np.nan)
    enough = weight >= SMALLEST
    share[enough] = np.clip(shown[enough] / weight[enough], 0, 1)
    low, high = share.copy(), share.copy()
    if enough.any():
        again = _resampled(images, hits, often, overlap[:, enough], seed)
        low[enough], high[enough] = np.array([interval(column) for column in again.T]).T
        alone = _ALONE ** (1 / _groups_in(images, often, overlap[:, enough]))
        bare, full = share[enough] <= 0, share[enough] >= 1
        high[enough] = np.where(bare, np.maximum(high[enough], 1 - alone), high[enough])
        low[enough] = np.where(full, np.minimum(low[enough], alone), low[enough])
    return Course(weight, shown, share, low, high)


def _kinds(
    groups: Int[np.ndarray, " n"], codes: Int[np.ndarray, " n"], count: int
) -> tuple[csr_array, Float[np.ndarray, " t"]]:
    """The kinds of groups, a row each of how many images it has of each code, and how many groups
    are of it. Two groups are of a kind when the sums of a random number of each image's code are
    equal, modulo 2^64."""
    _, group = np.unique(groups, return_inverse=True)
    group = group.ravel()
    random = np.random.default_rng(1).integers(0, 2**64, count, np.uint64, endpoint=False)
    sums = np.zeros(int(group.max(initial=-1)) + 1, np.uint64)
    np.add.at(sums, group, random[codes])
    _, first, often = np.unique(sums, return_index=True, return_counts=True)
    row = np.full(len(sums), -1)
    row[first] = np.arange(len(first))
    there = row[group] >= 0
    entries = (np.ones(int(there.sum())), (row[group][there], codes[there]))
    return csr_array(entries, shape=(len(first), count)), often.astype(np.float64)


def _resampled(
    images: csr_array,
    hits: csr_array,
    often: Float[np.ndarray, " t"],
    overlap: Float[np.ndarray, "u k"],
    seed: int,
) -> Float[np.ndarray, "r k"]:
    """The share of each bin in each resample; NaN where none of its images was drawn."""
    chance = np.random.default_rng(seed)
    total, kinds = int(often.sum()), len(often)
    left = int(np.clip(_CELLS // kinds, _LEAST, _MOST))
    rows = max(_BLOCK // kinds, 1)
    parts = []
    while left > 0:
        times = chance.multinomial(total, often / total, min(rows, left)).astype(np.float64)
        with np.errstate(invalid="ignore", divide="ignore"):
            parts.append((times @ hits @ overlap) / (times @ images @ overlap))
        left -= rows
    return np.concatenate(parts)


def _groups_in(
    images: csr_array, often: Float[np.ndarray, " t"], overlap: Float[np.ndarray, "u k"]
) -> Float[np.ndarray, " k"]:
    """How many groups lie in each bin, each by its weight there, at most 1."""
    total = np.zeros(overlap.shape[1])
    rows = max(_BLOCK // overlap.shape[1], 1)
    for start in range(0, len(often), rows):
        here = images[start : start + rows] @ overlap  # rows k
        total += often[start : start + rows] @ np.minimum(here, 1.0)
    return np.maximum(total, 1e-9)
