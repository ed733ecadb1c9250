"""When the images of an atlas are from: the years between which each lies for sure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from jaxtyping import Bool, Float, Int

from diffmine.atlas.reader import Atlas


@dataclass(frozen=True)
class Dated:
    """The images of an atlas in the order of their table, each with its first and last year as
    astronomers count (0 is 1 BC), NaN where it is not known, and a number for its group: images
    without one are alone in theirs."""

    first: Float[np.ndarray, " n"]
    last: Float[np.ndarray, " n"]
    group: Int[np.ndarray, " n"]

    @property
    def closed(self) -> Bool[np.ndarray, " n"]:
        """Which of them have both years: those that a share over time counts."""
        return ~(np.isnan(self.first) | np.isnan(self.last))

    @property
    def undated(self) -> int:
        """How many have no year at all."""
        return int((np.isnan(self.first) & np.isnan(self.last)).sum())

    @property
    def open(self) -> int:
        """How many have one end only, as "1920 or before"."""
        return int((np.isnan(self.first) != np.isnan(self.last)).sum())

    def spans(self) -> Int[np.ndarray, "m 2"]:
        """First and last year of the closed ones."""
        closed = self.closed
        return np.stack([self.first[closed], self.last[closed]], axis=1).astype(np.int64)


def dated(atlas: Atlas) -> Dated:
    """The dates of an atlas. Where it holds a year alone, as older ones do, that is both ends."""
    columns = ["date_first", "date_last", "year", "group"]
    table = atlas.table("images", columns)
    first, last, year = (_numbers(table[name]) for name in columns[:3])
    alone = np.isnan(first) & np.isnan(last)
    first, last = (np.where(alone, year, end) for end in (first, last))
    return Dated(first, last, _groups(table["group"]))


def _numbers(column: pa.ChunkedArray) -> Float[np.ndarray, " n"]:
    return np.asarray(pc.cast(column, pa.float64()).to_numpy(), np.float64)


def _groups(column: pa.ChunkedArray) -> Int[np.ndarray, " n"]:
    named = pc.fill_null(column, "")
    code = pc.index_in(named, pc.unique(named)).to_numpy().astype(np.int64)
    alone = pc.equal(named, "").to_numpy()
    return np.where(alone, len(column) + np.arange(len(column)), code)
