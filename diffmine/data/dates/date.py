"""A date: the interval of years that holds it, and what was written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Precision = Literal["day", "month", "season", "year", "decade", "century"]
PRECISIONS: tuple[Precision, ...] = ("day", "month", "season", "year", "decade", "century")
"""From the finest to the coarsest."""


@dataclass(frozen=True)
class Date:
    """The years `first` to `last`, both within, as astronomers count: 0 is 1 BC, -43 is 44 BC.

    None is an end that the writer left open: "before 1920" is (None, 1920), as `../1920` in EDTF.
    """

    text: str
    """As it was written."""
    first: int | None
    last: int | None
    precision: Precision = "year"
    """What was written; of an interval its coarser end."""
    approximate: bool = False
    """Written with circa, about, um, vers and the like; the interval is not widened."""
    uncertain: bool = False
    """Written with a question mark or probably; or a century, or the order of year and month, that
    the writer left to be guessed ("the twenties", "2005-06")."""

    @property
    def middle(self) -> int | None:
        """The year in the middle, the earlier of two; None if an end is open."""
        if self.first is None or self.last is None:
            return None
        return (self.first + self.last) // 2

    @property
    def edtf(self) -> str:
        """The interval as the Library of Congress's Extended Date/Time Format writes it."""
        mark = {(False, False): "", (True, False): "~", (False, True): "?", (True, True): "%"}
        end = mark[self.approximate, self.uncertain]
        ends = [_year(self.first, end)]
        if self.last != self.first:
            ends.append(_year(self.last, end))
        return "/".join(ends)


@dataclass(frozen=True)
class NoDate:
    """A text that gives no year, and why."""

    text: str
    reason: str
    """Goes on a sentence: "refused, since REASON"."""
    undated: bool = False
    """The writer says so: "n.d.", "o. J.", "s.d.", nothing at all."""


def _year(year: int | None, mark: str) -> str:
    if year is None:
        return ".."
    digits = f"{abs(year):04d}"
    return f"{'Y' * (len(digits) > 4)}{'-' * (year < 0)}{digits}{mark}"
