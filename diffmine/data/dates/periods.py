"""Named periods from a table with the columns name, from, to, whatever program wrote it."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from diffmine.data.dates.bins import Bin, Periods
from diffmine.data.dates.date import Date
from diffmine.data.dates.read import read_date
from diffmine.data.labels import normal
from diffmine.data.tables import read_rows
from diffmine.errors import DataError

COLUMNS = ("name", "from", "to")


def read_periods(path: Path) -> Periods:
    """The periods of a table in the order of their years. Both years are within; an empty one is
    open. Raises DataError for a table that is none, and for periods that hold a year twice."""
    if not path.is_file():
        raise DataError(f"{path} cannot be read: there is no such file.")
    table = read_rows(path)
    columns = [table.find(name) for name in COLUMNS]
    missing = [name for name, column in zip(COLUMNS, columns, strict=True) if column is None]
    if missing:
        raise DataError(f"{path} has no column {missing[0]!r}; periods need name, from and to.")
    cells = [[row.get(column or "", "") for column in columns] for row in table.rows]
    bins = sorted((_period(path, *row) for row in cells), key=_begin)
    _check(path, bins)
    return Periods(tuple(bins))


def _begin(period: Bin) -> float:
    return float("-inf") if period.first is None else float(period.first)


def _period(path: Path, name: str, first: str, last: str) -> Bin:
    name = normal(name)
    if not name:
        raise DataError(f"{path} has a period without a name; give each one.")
    period = Bin(name, _year(path, name, first, 0), _year(path, name, last, 1))
    if period.first is not None and period.last is not None and period.first > period.last:
        raise DataError(f"{path}: {name} ends before it begins; exchange from and to.")
    return period


def _year(path: Path, name: str, text: str, end: int) -> int | None:
    """A year of a table: any whole number, or a date; of a longer one its first or last year."""
    bare = text.strip()
    if not bare:
        return None
    try:
        return int(bare)
    except ValueError:
        date = read_date(bare, beside=False)
    year = (date.first, date.last)[end] if isinstance(date, Date) else None
    if year is None:
        raise DataError(f"{path}: {bare!r} of {name} is no year; write 1850, 44 BC or nothing.")
    return year


def _check(path: Path, bins: list[Bin]) -> None:
    if not bins:
        raise DataError(f"{path} holds no period; write one a row.")
    names = [period.label for period in bins]
    for name in names:
        if names.count(name) > 1:
            raise DataError(f"{path} names {name} twice; give each period a name of its own.")
    for before, after in pairwise(bins):
        if before.touches(after.first, after.last):
            raise DataError(
                f"{path}: {before.label} and {after.label} hold the same years; let one end in the "
                "year before the other begins."
            )
