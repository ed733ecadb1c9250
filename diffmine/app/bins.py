"""The bins of years that the dates of an atlas fall into, and the images that a filter leaves."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from diffmine.app.shelf import Shelf
from diffmine.app.view import WIDTHS
from diffmine.atlas.filters import Filter
from diffmine.data.dates.bins import Bin, Widths

MOST_BINS, SUITS = 240, 24


@dataclass(frozen=True)
class Time:
    """The bins that the dates of an atlas fall into, and the widths that it can have."""

    width: int
    widths: list[int]
    bins: list[Bin]

    @property
    def ends(self) -> np.ndarray:
        """First and last year of each bin, int64 (k, 2)."""
        return np.array([(one.first, one.last) for one in self.bins], np.int64).reshape(-1, 2)


def time_of(shelf: Shelf, width: int) -> Time | None:
    """The bins of a width, 0 for one that suits; None where no two images differ in their years."""
    spans = shelf.dated.spans()
    if not len(spans) or spans.min() == spans.max():
        return None
    first, last = int(spans[:, 0].min()), int(spans[:, 1].max())
    counts = {one: _binned(first, last, one) for one in WIDTHS}
    widths = [one for one in WIDTHS if 1 < len(counts[one]) <= MOST_BINS] or [WIDTHS[-1]]
    if width not in widths:
        width = next((one for one in widths if len(counts[one]) <= SUITS), widths[-1])
    return Time(width, widths, counts[width])


def bin_of(shelf: Shelf, time: Time) -> np.ndarray:
    """The bin of each image, int64 (n,): the one that holds all its years; as many as there are
    bins where its years reach over several, and one more where it has none."""
    first, last = shelf.dated.first, shelf.dated.last
    starts, stops = time.ends.T
    known = shelf.dated.closed
    code = np.full(len(first), len(time.bins) + 1)
    at = np.clip(np.searchsorted(starts, first[known], "right") - 1, 0, len(starts) - 1)
    code[known] = np.where(last[known] <= stops[at], at, len(time.bins))
    code[np.isnan(first) != np.isnan(last)] = len(time.bins)
    return code


def passing(shelf: Shelf, filter: Filter) -> np.ndarray:
    """Which images a filter lets pass, bool (n,): what it says of patches says nothing of them."""
    of_images = replace(filter, least=None, most=None, clear=False)
    return shelf.sieve.images(of_images, np.zeros(len(shelf.dated.first)))


def _binned(first: int, last: int, width: int) -> list[Bin]:
    if last - first > width * (MOST_BINS + 2):
        return [Widths(width).at(first)] * (MOST_BINS + 1)  # too many, however they lie
    return Widths(width).touching(first, last, MOST_BINS) or []
