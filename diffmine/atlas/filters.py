"""Which patches of a list pass a filter: by score, group, year and source of their image.

    pass = least <= typicality <= most  and  group in groups  and  source in sources
           and  [first, last] meets [since, until]  and (clear: not inside the noise)

A date is the years between which an image lies for sure: one "c. 1950s" is there for 1948 as for
1955. Where one end is not known, as of "1920 or before", it is as far as can be.

Columns are compared as arrays, and only those of the list that is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from jaxtyping import Bool, Float, Int

from diffmine.atlas.dated import dated
from diffmine.atlas.reader import Atlas
from diffmine.atlas.records import Patch
from diffmine.maths.score import ERRORS

_HOST = r"^https?://(?:[^/?#@]*@)?(?P<host>[^/?#:]+)"
_NONE = -1


@dataclass(frozen=True)
class Filter:
    """What to keep: typicality from `least` to `most`, dates that meet the years from `since` to
    `until` (both ends are kept), names of groups and of sources; `clear` leaves out what is inside
    the noise. None and empty keep everything, and a bound leaves out what has no such value."""

    least: float | None = None
    most: float | None = None
    groups: tuple[str, ...] = ()
    since: int | None = None
    until: int | None = None
    sources: tuple[str, ...] = ()
    clear: bool = False

    def __bool__(self) -> bool:
        return self != EVERYTHING


EVERYTHING = Filter()


class Sieve:
    """Applies filters to the lists of an atlas; `groups` and `sources` are the names in it, the
    most frequent first, `years` the first and the last year, or None."""

    def __init__(self, atlas: Atlas) -> None:
        self.atlas = atlas
        images = atlas.table("images")
        self._images = images["image_id"].combine_chunks()
        dates = dated(atlas)
        self._first, self._last = _ends(dates.first, dates.last)
        self.groups, self._group = _named(images["group"])
        self.sources, self._source = _named(source_of(images))
        known = np.concatenate([dates.first, dates.last])
        known = known[~np.isnan(known)]
        self.years = (int(known.min()), int(known.max())) if len(known) else None
        self.rows = lru_cache(maxsize=16)(self._rows)
        self.everywhere = lru_cache(maxsize=4)(self._everywhere)
        self._score = lru_cache(maxsize=64)(self._scores)

    def span(self, label: str, kind: str) -> tuple[float, float] | None:
        """Lowest and highest typicality of a list, None when it is empty."""
        values = self._score(label, kind)
        return (float(np.nanmin(values)), float(np.nanmax(values))) if len(values) else None

    def count(self, label: str, kind: str, filter: Filter) -> int:
        """How many patches of a list pass."""
        return len(self.rows(label, kind, filter)) if filter else self.atlas.count(label, kind)

    def patches(self, label: str, kind: str, filter: Filter, start: int, count: int) -> list[Patch]:
        """Some of those that pass, in the order of their rank."""
        if not filter:
            return self.atlas.patches(label, kind, start, count)
        return self.atlas.patches_at(self.rows(label, kind, filter)[start : start + count])

    def element(self, label: str, element: int, filter: Filter, count: int) -> list[Patch]:
        """Patches of an element that pass, from its centre outwards, first those that are not
        inside the noise."""
        rows = self.atlas.rows(label)
        if filter:
            chosen = self.rows(label, "top", filter) - self.atlas.bounds(label)[0]
            rows = rows.take(pa.array(chosen))
        rows = rows.filter(pc.equal(rows["element"], element))
        score, distance = (
            np.asarray(rows[name].to_numpy(), np.float64) for name in ("typicality", "distance")
        )
        order = np.lexsort((distance, ~_clear(rows, score)))[:count]
        return [Patch(**row) for row in rows.take(pa.array(order)).to_pylist()]

    def _everywhere(self, filter: Filter) -> Bool[np.ndarray, " patches"]:
        """For each row of patches.parquet whether it passes."""
        columns = ["image_id", "typicality", "se", "noise"]
        return self._passes(self.atlas.lists.columns(columns), filter)

    def images(
        self, filter: Filter, score: Float[np.ndarray, " images"]
    ) -> Bool[np.ndarray, " images"]:
        """Which images pass, by the score that each is given; noise says nothing of an image."""
        every = np.arange(len(self._first))
        return self._bounded(np.ones(len(every), bool), score, every, filter)

    def _scores(self, label: str, kind: str) -> Float[np.ndarray, " n"]:
        return np.asarray(self.atlas.rows(label, kind)["typicality"].to_numpy(), np.float64)

    def _rows(self, label: str, kind: str, filter: Filter) -> Int[np.ndarray, " n"]:
        """Rows of patches.parquet that pass."""
        passes = self._passes(self.atlas.rows(label, kind), filter)
        return self.atlas.bounds(label, kind)[0] + np.flatnonzero(passes)

    def _passes(self, rows: pa.Table, filter: Filter) -> Bool[np.ndarray, " n"]:
        image = _codes(pc.index_in(rows["image_id"], self._images))
        score = np.asarray(rows["typicality"].to_numpy(), np.float64)
        passes = _clear(rows, score) if filter.clear else np.ones(len(score), bool)
        return self._bounded(passes, score, image, filter)

    def _bounded(
        self,
        passes: Bool[np.ndarray, " n"],
        score: Float[np.ndarray, " n"],
        image: Int[np.ndarray, " n"],
        filter: Filter,
    ) -> Bool[np.ndarray, " n"]:
        for first, last, low, high in (
            (score, score, filter.least, filter.most),
            (self._first[image], self._last[image], filter.since, filter.until),
        ):
            if low is not None:
                passes &= last >= low
            if high is not None:
                passes &= first <= high
        for codes, names, wanted in (
            (self._group, self.groups, filter.groups),
            (self._source, self.sources, filter.sources),
        ):
            if wanted:
                passes &= _wanted(names, wanted)[codes[image]]
        return passes


def _ends(
    first: Float[np.ndarray, " n"], last: Float[np.ndarray, " n"]
) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"]]:
    """First and last year with an end that is not known as far as can be; NaN without any date."""
    none = np.isnan(first) & np.isnan(last)
    first = np.where(np.isnan(first) & ~none, -np.inf, first)
    return first, np.where(np.isnan(last) & ~none, np.inf, last)


def _clear(rows: pa.Table, score: Float[np.ndarray, " n"]) -> Bool[np.ndarray, " n"]:
    """Which patches are not inside the noise."""
    error = np.asarray(rows["se"].to_numpy(), np.float64)
    noise = np.asarray(pc.fill_null(rows["noise"], False).to_numpy(), bool)
    return (np.abs(score) >= ERRORS * error) & ~noise


def source_of(images: pa.Table) -> pa.ChunkedArray:
    """Where each image is from: the host of its web address, else its licence, else its credit."""
    host = pc.struct_field(pc.extract_regex(images["source_url"], _HOST), "host")
    return pc.coalesce(
        pc.utf8_lower(host), *(_without_empty(images[n]) for n in ("licence", "credit"))
    )


def _without_empty(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.if_else(pc.equal(column, ""), pa.scalar(None, pa.string()), column)


def _named(column: pa.ChunkedArray) -> tuple[list[str], Int[np.ndarray, " n"]]:
    """The names in a column, the most frequent first, and each row's place among them, -1 when it
    has none."""
    column = _without_empty(column)
    counted = [row for row in pc.value_counts(column).to_pylist() if row["values"] is not None]
    names = [row["values"] for row in sorted(counted, key=lambda r: (-r["counts"], r["values"]))]
    return names, _codes(pc.index_in(column, pa.array(names, pa.string())))


def _wanted(names: list[str], wanted: tuple[str, ...]) -> Bool[np.ndarray, " n"]:
    """For the place of each name whether it is asked for; the last one is where -1 points."""
    asked = frozenset(wanted)
    return np.array([*(name in asked for name in names), False])


def _codes(places: pa.ChunkedArray) -> Int[np.ndarray, " n"]:
    return np.asarray(pc.fill_null(places, _NONE).to_numpy(), np.int64)
