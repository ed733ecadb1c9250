"""A column of dates, each text once: what one leaves open the others may say."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from diffmine.data.dates import texts
from diffmine.data.dates.date import Date, NoDate
from diffmine.data.dates.read import read_date

_SHORT = re.compile(r"\s*\d\d(\d\d)-(\d\d)\s*", re.ASCII)


@dataclass(frozen=True)
class Phrase:
    """A text of a column, in how many rows it stands, and what it was read as."""

    text: str
    count: int
    date: Date | NoDate

    @property
    def meaning(self) -> str:
        """In words: `1920 to 1929, about`; or why it was refused."""
        date = self.date
        if isinstance(date, NoDate):
            return date.reason
        return texts.years(date.first, date.last) + texts.marks(date.approximate, date.uncertain)


def read_dates(column: Iterable[str]) -> dict[str, Phrase]:
    """Every different text of a column as a date, in the order in which they come.

    A column with 1920-05 in it writes months, so its 1910-11 is November; one with 1920-25 writes
    years, so it is 1910 to 1911; one with both or neither leaves it open (Date.uncertain).
    """
    counts = Counter(column)
    months = _months(counts)
    return {text: Phrase(text, count, read_date(text, months)) for text, count in counts.items()}


def _months(column: Iterable[str]) -> bool | None:
    kinds: set[bool] = set()
    for text in column:
        match = _SHORT.fullmatch(text)
        if match:
            year, number = int(match[1]), int(match[2])
            month = 1 <= number <= 12
            if month != (number > year):
                kinds.add(month)
    return kinds.pop() if len(kinds) == 1 else None
