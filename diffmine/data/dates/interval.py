"""The years of a point: a year, decade or century, or a part of one.

Decades and centuries hold the years that begin alike, as EDTF writes them: the 1920s are 1920 to
1929, the 19th century 1800 to 1899, the 5th century BC 500 to 401 BC. A part k of n is every year
that the n-th touches. 1900s is the century, which holds the decade too.
"""

from __future__ import annotations

import calendar

from diffmine.data.dates import texts
from diffmine.data.dates.date import Precision
from diffmine.data.dates.point import Point
from diffmine.data.dates.token import UnreadError

LAST_YEAR = 2099
"""Later numbers are no years of pictures."""
_TENTHS, _CENTURY = 10, 100  # "first decade of" is a part of a century alone
_EARLIEST = 99_999
"""Earlier years before Christ are none of pictures."""
_SOONEST_DECADE = 20
"""Decades without a century from here on are those of the 20th, and uncertain."""


def interval(p: Point) -> tuple[int, int]:
    """First and last year. Raises UnreadError for what is no year, decade or century."""
    if p.number is None or not p.unit:
        raise UnreadError(texts.NO_YEAR if p.number is None else texts.not_years(p.number))
    _check_day(p)
    if p.unit == "century":
        first, last = _century(p.number, p.era)
    elif p.unit == "decade":
        first, last = _decade(p, p.number)
    else:
        first = _year(p, p.number)
        last = first if p.until is None else _year(p, p.until)
    if last > LAST_YEAR:
        raise UnreadError(texts.not_years(p.number))
    if p.part is None:
        return first, last
    part, of = p.part
    years = last - first + 1
    if of == _TENTHS and years < _CENTURY - 1:  # the first century has 99
        raise UnreadError(texts.MIXED)
    return first + years * part // of, first - (-years * (part + 1) // of) - 1


def precision(p: Point) -> Precision:
    """What was written of the point."""
    if p.unit == "decade" and _is_hundred(p):
        return "century"
    if p.unit in ("decade", "century"):
        return "decade" if p.unit == "decade" else "century"
    if p.season:
        return "season"
    return "day" if p.day else "month" if p.month else "year"


def _is_hundred(p: Point) -> bool:
    return p.number is not None and p.number >= 100 and p.number % 100 == 0 and not p.ten


def _year(p: Point, number: int) -> int:
    if number == 0:
        raise UnreadError(texts.ZERO)
    if p.era == "bc":
        if p.until is not None or p.digits < 1 or number < 0:
            raise UnreadError(texts.MIXED)
        if number > _EARLIEST:
            raise UnreadError(texts.not_years(number))
        return 1 - number
    if number < 0 and p.digits > 4:
        raise UnreadError(texts.not_years(number))  # seconds since 1970 rather than a year
    plain = p.digits >= 4 or p.era == "ad" or (p.anchored and p.digits == 3)
    if not plain or number > LAST_YEAR or (p.era != "ad" and 0 < number < 100):
        raise UnreadError(texts.not_years(number))
    return number


def _decade(p: Point, number: int) -> tuple[int, int]:
    if number % 10:
        raise UnreadError(texts.no_decade(number))
    if p.century:
        return _decade_of(p, number)
    if not p.era and p.digits < 3:
        if p.digits < 2 or number < _SOONEST_DECADE:
            raise UnreadError(texts.NO_CENTURY)
        p.uncertain = True
        number += 1900
    if not p.era and p.digits == 3 and not p.anchored:
        raise UnreadError(texts.not_years(number))
    last = number + (99 if _is_hundred(p) else 9)
    if p.era == "bc":
        return 1 - last, 1 - max(number, 1)
    return max(number, 1), last


def _decade_of(p: Point, number: int) -> tuple[int, int]:
    """The decade of a century that is named beside it."""
    first, last = _century(p.century, p.era)
    if number >= 100 and first // 100 != number // 100:
        raise UnreadError(texts.MIXED)
    if p.era == "bc":
        last -= number % 100
        return last - 9, last
    first = max(100 * (p.century - 1) + number % 100, 1)
    return first, first // 10 * 10 + 9


def _century(number: int, era: str) -> tuple[int, int]:
    if not 1 <= number <= (100 if era == "bc" else 21):
        raise UnreadError(texts.no_such_century(number))
    if era == "bc":
        return 1 - 100 * number, -100 * (number - 1)
    return max(100 * (number - 1), 1), 100 * number - 1


def _check_day(p: Point) -> None:
    if p.day and not p.month:
        raise UnreadError(texts.SEVERAL)
    if not p.month:
        return
    if p.unit != "year":
        raise UnreadError(texts.MIXED)
    year = p.number if p.number and 0 < p.number < 9999 else 2000
    if p.day > calendar.monthrange(year, p.month)[1]:
        raise UnreadError(texts.no_day(f"{p.day} of month {p.month}"))
