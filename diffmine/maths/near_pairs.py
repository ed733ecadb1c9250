"""All pairs of 64-bit hashes that differ in few bits.

Few hashes are compared each with each. Of many, only those are that can be near: a hash is cut
into four bands of 16 bits, and where two hashes differ in at most 8 bits, one of their bands
differs in at most two (multi-index hashing; Norouzi, Punjani and Fleet 2012).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations

import numpy as np
from jaxtyping import Int, Int64, UInt64

_ROWS, _COLUMNS = 128, 4096  # what a processor has at hand
_MANY = 20_000
"""Hashes from which on looking them up in bands takes less time than comparing all."""
_BANDS, _WIDTH = 4, 16
_TOGETHER = 1 << 20
"""Pairs that are looked at together."""

Pairs = Iterator[tuple[Int[np.ndarray, " k"], Int[np.ndarray, " k"]]]


def pairs_near(
    hashes: Int64[np.ndarray, " n"],
    bits: int,
    waiting: Callable[[int], None] = lambda done: None,
) -> Pairs:
    """All pairs (one < other) whose hashes differ in at most so many bits (under 64), each once, in
    blocks. `waiting` hears how many hashes are done, about, and may raise."""
    unsigned = hashes.view(np.uint64)
    if len(hashes) < _MANY:
        return _each_with_each(unsigned, bits, waiting)
    return _by_bands(unsigned, bits, waiting)


def _each_with_each(
    hashes: UInt64[np.ndarray, " n"], bits: int, waiting: Callable[[int], None]
) -> Pairs:
    count = len(hashes)
    for first in range(0, count, _ROWS):
        rows = hashes[first : first + _ROWS, None]
        for left in range(first, count, _COLUMNS):
            apart = np.bitwise_count(rows ^ hashes[left : left + _COLUMNS])
            one, other = np.nonzero(apart <= bits)
            later = other + left > one + first
            if later.any():
                yield one[later] + first, other[later] + left
        waiting(min(first + _ROWS, count))


def _by_bands(hashes: UInt64[np.ndarray, " n"], bits: int, waiting: Callable[[int], None]) -> Pairs:
    masks = _masks(bits // _BANDS)
    for band in range(_BANDS):
        bucket = _Buckets((hashes >> np.uint64(_WIDTH * band)).astype(np.uint16))
        for number, mask in enumerate(masks):
            for one, other in bucket.pairs(mask):
                apart = hashes[one] ^ hashes[other]
                near = np.flatnonzero(np.bitwise_count(apart) <= bits)
                new = near[~_earlier(apart[near], band, bits // _BANDS)]
                if len(new):
                    a, b = one[new], other[new]
                    yield np.minimum(a, b), np.maximum(a, b)
            share = (band + (number + 1) / len(masks)) / _BANDS
            waiting(int(share * len(hashes)))


def _masks(bits: int) -> list[int]:
    """All bands of at most so many bits, the empty one first."""
    places = [1 << place for place in range(_WIDTH)]
    return [sum(own) for count in range(bits + 1) for own in combinations(places, count)]


def _earlier(apart: UInt64[np.ndarray, " k"], band: int, bits: int) -> np.ndarray:
    """Whether a pair was met in a band before this one already."""
    met = np.zeros(len(apart), bool)
    for before in range(band):
        own = (apart >> np.uint64(_WIDTH * before)) & np.uint64((1 << _WIDTH) - 1)
        met |= np.bitwise_count(own) <= bits
    return met


class _Buckets:
    """Rows by the value of their band."""

    def __init__(self, key: np.ndarray) -> None:
        self.order = np.argsort(key, kind="stable")
        self.key = key[self.order].astype(np.int64)
        self.count = np.bincount(self.key, minlength=1 << _WIDTH)
        self.start = np.cumsum(self.count) - self.count

    def pairs(self, mask: int) -> Pairs:
        """Rows whose bands differ by just `mask`, each pair once, in blocks."""
        place = np.arange(len(self.key))
        if mask:
            there = self.key ^ mask
            first, many = self.start[there], np.where(there > self.key, self.count[there], 0)
        else:  # those of the own bucket that come later
            first = place + 1
            many = self.start[self.key] + self.count[self.key] - first
        ends = np.cumsum(many)
        left, done = 0, 0
        while left < len(many):
            right = max(int(np.searchsorted(ends, done + _TOGETHER, "right")), left + 1)
            own = many[left:right]
            one = np.repeat(place[left:right], own)
            begins = np.cumsum(own) - own
            other = np.arange(len(one)) - np.repeat(begins - first[left:right], own)
            if len(one):
                yield self.order[one], self.order[other]
            left, done = right, int(ends[right - 1])
