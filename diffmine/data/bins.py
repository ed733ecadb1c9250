"""Years as labels: the year that a date means, and the label of so many years that it lies in."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from diffmine.config import DataConfig
from diffmine.data.dates.bins import Bins, Centuries, Spanning, Widths, labels_of
from diffmine.data.dates.date import Date, NoDate
from diffmine.data.dates.periods import read_periods
from diffmine.data.dates.read import read_date
from diffmine.errors import DataError

_CENTURY = 100
_YEARS = 10_000
"""Years further away are none of a picture."""


def year_of(text: str) -> int | None:
    """The year of a date as people write it, of several the middle one; None: there is none."""
    date = date_of(text) if text else NoDate(text, "")
    year = None if isinstance(date, NoDate) else date.middle
    return year if year is not None and abs(year) < _YEARS else None


def date_facts(text: str) -> dict[str, Any]:
    """The fields of a record that a date as people write it gives: its text, the years that it lies
    in and the middle one of them; of a text that gives no year the text alone.

    Example:
        >>> date_facts("c. 1910-1913")
        {'date': 'c. 1910-1913', 'date_first': 1910, 'date_last': 1913, 'year': 1911}
    """
    text = " ".join(text.split())
    date = date_of(text) if text else NoDate(text, "")
    first, last = (None, None) if isinstance(date, NoDate) else (date.first, date.last)
    return {
        "date": text,
        "date_first": first if first is None or abs(first) < _YEARS else None,
        "date_last": last if last is None or abs(last) < _YEARS else None,
        "year": year_of(text),
    }


def bins_by(config: DataConfig) -> Bins | None:
    """What years make a label, as a configuration asks; None: labels are as they are written.
    Raises DataError for a table of periods that is none, and where years are asked for too."""
    if config.label_periods and config.label_width:
        raise DataError(
            "Labels are either named periods or so many years each; "
            "leave --data.label-periods or --data.label-width away."
        )
    if config.label_periods:
        return read_periods(Path(config.label_periods))
    return by_width(config.label_width) if config.label_width else None


def by_width(width: int) -> Widths | Centuries:
    """Bins of so many years; those of 100 are centuries."""
    return Centuries() if width == _CENTURY else Widths(width)


def bins_of(text: str, bins: Bins, spans: Spanning) -> tuple[tuple[str, ...], str]:
    """The labels in whose years a date lies, as 1920s of 1925 for decades, and "". Or none and the
    reason, which goes on "refused, since"."""
    date = date_of(text)
    if isinstance(date, NoDate):
        return (), f"its date {text!r} gives no year: {date.reason}"
    labelled = labels_of(date, bins, spans)
    return labelled.labels, f"its date {text!r}: {labelled.reason}" if labelled.reason else ""


@lru_cache(maxsize=4096)
def date_of(text: str) -> Date | NoDate:
    """A text as a date; a plain number is a year of any size, unlike a number in other words."""
    if text.lstrip("-").isdecimal() and len(text) < 6:
        return Date(text, int(text), int(text))
    return read_date(text)
