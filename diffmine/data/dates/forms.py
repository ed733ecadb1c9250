"""Forms of numbers in dates: each is a pattern over folded text, and the token that it makes.

The first form that fits at a place is taken; one that gives None leaves it to those after it.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable

from diffmine.data.dates import texts
from diffmine.data.dates.roman import roman
from diffmine.data.dates.token import Token, UnreadError

Form = Callable[[re.Match[str]], Token | None]
_FIRST_ROMAN_YEAR = 1100  # "mix" and "mci" are words and firms rather than years
_MOST_CENTURIES = 30  # Roman figures up to here count something


def _exists(year: int, month: int, day: int) -> bool:
    if not 0 <= month <= 12 or (month == 0 and day != 0):
        return False
    return day == 0 or 1 <= day <= calendar.monthrange(max(year, 1), month)[1]


def _first_that_exists(match: re.Match[str], *orders: tuple[int, int]) -> Token:
    for month, day in orders:
        if _exists(int(match["y"]), month, day):
            return Token("date", match[0], (int(match["y"]), month, day))
    raise UnreadError(texts.no_day(match[0]))


def _number(letters: str) -> int:
    return 0 if letters == "xx" else int(letters)


def _year_first(match: re.Match[str]) -> Token:
    return _first_that_exists(match, (_number(match["m"]), _number(match["d"])))


def _year_last(match: re.Match[str]) -> Token:
    """Day and month in either order: the year is the same."""
    one, two = int(match["a"]), int(match["b"])
    return _first_that_exists(match, (two, one), (one, two))


def _roman_month(match: re.Match[str]) -> Token | None:
    month = roman(match["r"])
    return _first_that_exists(match, (month, int(match["d"]))) if 0 < month <= 12 else None


def _month_and_year(match: re.Match[str]) -> Token:
    return _first_that_exists(match, (int(match["m"]), 0))


def _no_century(match: re.Match[str]) -> Token:
    raise UnreadError(texts.NO_CENTURY)


def _day_and_month(match: re.Match[str]) -> Token:
    month, day = int(match["m"]), int(match["d"])
    if not month or not day or not _exists(2000, month, day):
        raise UnreadError(texts.no_day(match[0]))
    return Token("day", match[0], (month, day))


def _packed(match: re.Match[str]) -> Token | None:
    year, month, day = int(match["y"]), int(match["m"]), int(match["d"])
    real = month and day and _exists(year, month, day)
    return Token("date", match[0], (year, month, day)) if real else None


def _short(match: re.Match[str]) -> Token:
    if match["n"] == "xx":
        return Token("date", match[0], (int(match["y"]), 0, 0))
    return Token("short", match[0], (int(match["y"]), int(match["n"]), int(match["s"] == "-")))


def _mask(match: re.Match[str]) -> Token:
    years: int = 10 ** (4 - len(match["d"]))
    return Token("mask", match[0], (int(match["d"]) * years, years, int("?" in match[0])))


def _tens(match: re.Match[str]) -> Token:
    sure = bool(match["t"]) or not match[0].endswith("s") or "tal" in match[0]
    return Token("tens", match[0], (int(match["d"]), len(match["d"]), int(sure)))


def _ordinal(match: re.Match[str]) -> Token:
    return Token("ordinal", match[0], (int(match["n"]),))


def _roman_ordinal(match: re.Match[str]) -> Token | None:
    number = roman(match["r"])
    return Token("ordinal", match[0], (number,)) if 0 < number <= _MOST_CENTURIES else None


def _roman_year(match: re.Match[str]) -> Token | None:
    number = roman(match[0])
    return Token("number", match[0], (number, 4)) if number >= _FIRST_ROMAN_YEAR else None


def _give_or_take(match: re.Match[str]) -> Token:
    return Token("give or take", match[0], (int(match["y"]), int(match["n"])))


def _plain(match: re.Match[str]) -> Token:
    digits = match[0].lstrip("'")
    return Token("number", match[0], (int(digits), len(digits)))


_END = r"(?![a-z\d])"
FORMS: list[tuple[re.Pattern[str], Form]] = [
    (re.compile(pattern + end, re.ASCII), form)
    for pattern, end, form in (
        (
            r"(?P<y>\d{4})(?P<s>[-/:])(?P<m>xx|\d{1,2})(?P=s)(?P<d>xx|\d{1,2})",
            r"(?!\d)",
            _year_first,
        ),
        (r"(?P<y>\d{4})\.(?P<m>\d\d)\.(?P<d>\d\d)", r"(?!\d|\.\d)", _year_first),
        (
            r"(?P<a>\d{1,2})(?P<s>[-./])\s?(?P<b>\d{1,2})(?P=s)\s?(?P<y>\d{4})",
            r"(?!\d)",
            _year_last,
        ),
        (
            r"(?P<d>\d{1,2})[-./]\s?(?P<r>[ivx]{1,4})[-/\s]\s?(?P<y>\d{4})",
            r"(?!\d)",
            _roman_month,
        ),
        (r"\d{1,2}([-./])\d{1,2}\1\d\d", r"(?![\d./-])", _no_century),
        (r"(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.", r"(?!\s?\d)", _day_and_month),
        (r"(?P<m>\d{1,2}(?=[-/])|\d\d)[-./](?P<y>\d{4})", r"(?!\d|[-./]\d)", _month_and_year),
        (r"(?P<y>1[5-9]\d\d|20\d\d)(?P<m>\d\d)(?P<d>\d\d)", _END, _packed),
        (
            r"t?\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)?\s*(?:z|[ap]m|uhr|utc|[+-]\d\d:?\d\d)?",
            _END,
            lambda match: Token("time", match[0]),
        ),
        (r"(?P<y>\d{4})(?P<s>[-/])(?P<n>\d\d|xx)", r"(?![a-z\d'/-]|[.:]\w)", _short),
        (r"(?P<d>(?:1\d|20)\d)[xu]", _END, _mask),
        (r"(?P<d>1\d|20)(?:xx|uu)", _END, _mask),
        (r"(?P<d>(?:1[4-9]|20)\d)(?:[_?]|-(?!\s?[\d'])|\.(?=\??\]))", _END, _mask),
        (r"(?P<d>1[4-9]|20)(?:__|\?\?|--|\.\.(?=\??\]))", _END, _mask),
        (r"(?P<t>')?(?P<d>\d{0,3}0)(?:'?s|'?er[ns]?|-?tal(?:ets?|en)?)", _END, _tens),
        (
            r"'(?P<d>[2-9])00",
            _END,
            lambda match: Token("named century", match[0], (int(match["d"]) + 11,)),
        ),
        (
            r"(?P<n>\d{1,3})(?:st|nd|rd|th|i?eme|i?e|re|ere|er|nde|de|ste|o|a|°|:[ea]|\.[oa])",
            r"(?![a-z\d°])",
            _ordinal,
        ),
        (r"(?P<n>\d{1,3})\.", r"(?![\d.])", _ordinal),
        (r"(?P<r>[ivx]{1,6})(?:eme|e|ere|er|th|st|o|a|°)?", r"(?![a-z\d°])", _roman_ordinal),
        (r"m[mdclxvi]{3,}", _END, _roman_year),
        (r"(?P<y>\d{4})\s?(?:±|\+/-)\s?(?P<n>\d{1,3})", r"(?!\d)", _give_or_take),
        (r"'?\d+", "", _plain),
    )
]
