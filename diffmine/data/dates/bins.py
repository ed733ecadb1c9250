"""Bins: years as labels. Decades, any width, centuries, or named periods.

A bin of w years holds floor(year / w) w and the w - 1 years after it, counted away from the year 1
on both sides: 1920-1924, 504-500 BC. Centuries are as they are read (interval.py): the 19th is 1800
to 1899, the 5th before Christ 500 to 401 BC.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from diffmine.data.dates import texts
from diffmine.data.dates.date import Date

Spanning = Literal["refuse", "split", "middle"]
"""What becomes of a date that reaches over several bins: no label, all of them, or that of its
middle year."""
MOST_LABELS = 20
"""Labels of one split date; one that reaches over more is refused."""
_CENTURY, _DECADE = 100, 10


@dataclass(frozen=True)
class Bin:
    """A label and its first and last year, None where it is open (astronomical years)."""

    label: str
    first: int | None
    last: int | None

    def holds(self, first: int | None, last: int | None) -> bool:
        """Whether all years from `first` to `last` are in it; None is without end."""
        begins = self.first is None or (first is not None and self.first <= first)
        return begins and (self.last is None or (last is not None and last <= self.last))

    def touches(self, first: int | None, last: int | None) -> bool:
        """Whether some of them are."""
        early = self.last is not None and first is not None and self.last < first
        return not early and not (self.first is not None and last is not None and last < self.first)


@dataclass(frozen=True)
class Widths:
    """Bins of so many years, labelled 1920, 1920-1924, 1920s."""

    width: int

    def __post_init__(self) -> None:
        if self.width < 1:
            raise ValueError(f"A label holds at least one year, not {self.width}.")

    def touching(self, first: int | None, last: int | None, most: int) -> list[Bin] | None:
        return _walk(self, first, last, most)

    def at(self, year: int) -> Bin:
        """The bin of a year."""
        before = year < 1
        number = 1 - year if before else year
        low = number // self.width * self.width
        low, high = max(low, 1), low + self.width - 1
        ends = (1 - high, 1 - low) if before else (low, high)
        return Bin(_name(low, high, before, self.width), *ends)


@dataclass(frozen=True)
class Centuries:
    """Bins of a century, labelled 19th century, 5th century BC."""

    def touching(self, first: int | None, last: int | None, most: int) -> list[Bin] | None:
        return _walk(self, first, last, most)

    def at(self, year: int) -> Bin:
        """The bin of a year."""
        if year < 1:
            number = -year // _CENTURY + 1
            return Bin(
                f"{_ordinal(number)} century BC", 1 - _CENTURY * number, -_CENTURY * (number - 1)
            )
        number = year // _CENTURY + 1
        low = _CENTURY * (number - 1)
        return Bin(f"{_ordinal(number)} century", max(low, 1), low + _CENTURY - 1)


@dataclass(frozen=True)
class Periods:
    """Named bins in their order, which hold no year twice (diffmine.data.dates.periods)."""

    bins: tuple[Bin, ...]

    def touching(self, first: int | None, last: int | None, most: int) -> list[Bin] | None:
        return [one for one in self.bins if one.touches(first, last)][: most + 1]


Bins = Widths | Centuries | Periods
"""Ways to cut time into labels. `touching` gives the bins of some years in their order, at most
`most` and one more; None if the bins are without end and the years too."""


@dataclass(frozen=True)
class Labelled:
    """The labels of a date; without one the reason, which goes on "refused, since"."""

    labels: tuple[str, ...]
    reason: str = ""


def labels_of(date: Date, bins: Bins, spanning: Spanning) -> Labelled:
    """The labels of a date: one, or several if it is to be split, or none and why."""
    first, last = date.first, date.last
    if spanning == "middle" and date.middle is not None:
        first = last = date.middle
    touched = bins.touching(first, last, MOST_LABELS)
    if touched is None:
        return Labelled((), texts.OPEN_BINS.format(end="end" if last is None else "beginning"))
    if not touched:
        return Labelled((), texts.NO_PERIOD)
    if spanning == "split":
        if len(touched) > MOST_LABELS:
            return Labelled((), texts.many(MOST_LABELS))
        return Labelled(tuple(one.label for one in touched))
    if len(touched) > 1:
        return Labelled((), _spans(touched, bins, last))
    if not touched[0].holds(first, last):
        return Labelled((), texts.PARTLY)
    return Labelled((touched[0].label,))


def _spans(touched: Sequence[Bin], bins: Bins, last: int | None) -> str:
    end = touched[-1].label
    if len(touched) > MOST_LABELS and last is not None:
        end = (bins.touching(last, last, 1) or touched)[-1].label
    return texts.spans(touched[0].label, end)


def _walk(
    bins: Widths | Centuries, first: int | None, last: int | None, most: int
) -> list[Bin] | None:
    if first is None or last is None:
        return None
    walked = [bins.at(first)]
    while (walked[-1].last or 0) < last and len(walked) <= most:
        walked.append(bins.at((walked[-1].last or 0) + 1))
    return walked


def _name(low: int, high: int, before: bool, width: int) -> str:
    """1920s, 480s BC, 1920-1924, 504-500 BC, AD 79."""
    if width == _DECADE and low >= _DECADE:
        return f"{low}s{' BC' * before}"
    if before:
        return f"{low} BC" if low == high else f"{high}-{low} BC"
    return texts.year(low) if low == high else f"{texts.year(low)}-{high}"


def _ordinal(number: int) -> str:
    ends = {1: "st", 2: "nd", 3: "rd"}
    teen = number // 10 % 10 == 1
    return f"{number}{'th' if teen else ends.get(number % 10, 'th')}"
