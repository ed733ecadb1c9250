"""A point: one date of a text, gathered from its tokens in any order ("19. Jh., 2. Hälfte")."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from diffmine.data.dates import texts
from diffmine.data.dates.token import Token, UnreadError

Unit = Literal["", "year", "decade", "century"]
_THIRDS = {"early": (0, 3), "mid": (1, 3), "late": (2, 3)}
_FRACTIONS = {"half": 2, "third": 3, "quarter": 4, "decade": 10}
_BOUNDS = {"before", "until", "not_after", "after", "since"}
_NOTHING = {"filler", "comma", "time", "undated", "between", "start", "soft"}


@dataclass
class Point:
    """What one date of a text says. Fields that it leaves out may come from the date beside it."""

    unit: Unit = ""
    """What `number` counts; empty: it is not said ("18th" of "18th-19th century")."""
    number: int | None = None
    """A year, the year that a decade begins with, or a century's number; as written."""
    digits: int = 4
    century: int = 0
    """Of a decade that does not say its own: "anni '20 del XX secolo"; -1: it comes next."""
    part: tuple[int, int] | None = None
    """Part k of n, from 0: (1, 2) is the second half."""
    counted: bool = False
    """The part was counted ("second quarter"), not named ("early")."""
    month: int = 0
    day: int = 0
    season: bool = False
    era: Literal["", "bc", "ad"] = ""
    bound: str = ""
    """Of _BOUNDS, or empty."""
    until: int | None = None
    """Last year of a range that one token held: 1920-25."""
    ten: bool = False
    """The decade is one of ten years for certain: "190-", "1880s-1900s"."""
    plural: bool = False
    """A word as "années" made the decade, and may mean single years: "années 1920 à 1925"."""
    anchored: bool = False
    """A short number beside circa, before or the word year is a year."""
    open: bool = False
    """An end that is left open: "..", "present"."""
    approximate: bool = False
    uncertain: bool = False


def point(tokens: list[Token], months: bool | None = None) -> Point:
    """The one date of these tokens. Raises UnreadError if they hold more, or do not fit.

    `months` says what 1910-11 is: a month (True), two years (False), or not known.
    """
    p = Point()
    numbers: list[Token] = []
    before = Token("", "")
    for token in (token for token in tokens if token.kind not in _NOTHING):
        if before.kind == "last" and token.kind not in _FRACTIONS:
            raise UnreadError(texts.MIXED)
        if token.kind in ("ordinal", "number"):
            if p.century == -1:
                p.century = token.value[0]
            else:
                numbers.append(token)
        elif token.kind == "century" and p.unit == "decade":
            _once(p, "century", numbers.pop().value[0] if before.kind == "ordinal" else -1)
        elif token.kind in _FRACTIONS and _counts(before, token):
            of = _FRACTIONS[token.kind]
            which = numbers.pop().value[0] if before.kind == "ordinal" else of
            if not 1 <= which <= of:
                raise UnreadError(texts.no_part(which, of))
            _once(p, "part", (which - 1, of))
            p.counted = True
        elif token.kind != "last":
            _take(p, token, months)
        before = token
    if before.kind == "last":
        raise UnreadError(texts.MIXED)
    _settle(p, numbers)
    if p.open and (p.number is not None or p.month or p.part or p.bound or p.era):
        raise UnreadError(texts.MIXED)
    return p


def _counts(before: Token, token: Token) -> bool:
    """Whether the token before a fraction counts it: not in "sec. XVIII metà"."""
    if before.kind == "ordinal":
        return token.kind != "half" or before.value[0] <= 2 or before.text[0].isdigit()
    return before.kind == "last"


def _once(p: Point, field: str, value: object) -> None:
    if getattr(p, field) not in ("", None, 0, False):
        raise UnreadError(texts.MIXED)
    setattr(p, field, value)


def _take(p: Point, token: Token, months: bool | None) -> None:
    """Put what a token says into the point."""
    kind, value = token.kind, token.value
    if kind in ("circa", "maybe", "maybe circa", "year"):
        p.approximate |= "circa" in kind
        p.uncertain |= "maybe" in kind
        p.anchored |= kind != "maybe"
    elif kind in _BOUNDS:
        if p.bound != kind:
            _once(p, "bound", kind)
        p.anchored = True
    elif kind in _THIRDS or kind == "half":
        _once(p, "part", _THIRDS.get(kind, (1, 3)))
    elif kind in ("century", "decade", "years"):
        if p.unit not in ("", "decade"):
            raise UnreadError(texts.MIXED)
        p.unit = "century" if kind == "century" else "decade"
        p.plural |= kind == "years"
    elif kind in ("bc", "ad"):
        _once(p, "era", kind)
    elif kind == "season":
        _once(p, "season", True)
    elif kind == "month":
        _once(p, "month", value[0])
    elif kind in ("present", "open", "not known"):
        p.uncertain |= kind == "not known"
        _once(p, "open", True)
    elif kind == "period":
        raise UnreadError(texts.PERIOD)
    else:
        _take_number(p, token, months)


def _take_number(p: Point, token: Token, months: bool | None) -> None:
    """The same for tokens that are dates by themselves."""
    kind, value = token.kind, token.value
    if kind not in ("date", "day", "short", "mask", "tens", "give or take", "named century"):
        raise UnreadError(texts.MIXED)
    if kind == "day":
        _once(p, "month", value[0])
        p.day = value[1]
        return
    if kind == "named century" and p.unit == "decade":
        _once(p, "century", value[0])
        return
    _once(p, "number", value[0])
    if kind == "date":
        _once(p, "month", value[1])
        p.unit, p.day = "year", value[2]
    elif kind == "short":
        p.unit = "year"
        _take_short(p, value, months)
    elif kind == "give or take":
        p.unit, p.number, p.until = "year", value[0] - value[1], value[0] + value[1]
    elif kind == "named century":
        _once(p, "unit", "century")
    elif kind == "mask":
        p.unit, p.ten = ("decade", True) if value[1] == 10 else ("century", False)
        p.number = value[0] if p.ten else value[0] // 100 + 1
        p.uncertain |= bool(value[2])
    else:
        if p.unit == "century":
            raise UnreadError(texts.MIXED)
        p.unit, p.digits = "decade", value[1] if len(value) > 1 else 2
        if p.digits == 2 and len(value) > 2 and not value[2]:
            p.digits = 1  # 20s alone: of a person's age, or seconds


def _take_short(p: Point, value: tuple[int, ...], months: bool | None) -> None:
    """1920-25 and 1920-05; 1910-11 is either, and the interval that holds both."""
    year, number, hyphen = value
    last = year // 100 * 100 + number
    if number == 0 and year % 100 == 99:
        last += 100
    is_month = 1 <= number <= 12
    both = hyphen and is_month and last > year
    if last > year and not (both and months):
        p.until = last + 9 * (p.plural and last % 10 == 0)
        p.uncertain |= bool(both and months is None)
    elif is_month:
        _once(p, "month", number)
    elif hyphen and 21 <= number <= 24:  # EDTF's spring to winter
        _once(p, "season", True)
    elif number or not hyphen:
        raise UnreadError(texts.BACKWARDS)


def _settle(p: Point, numbers: list[Token]) -> None:
    """Say of each number whether it is a year, a day or what the unit counts."""
    if not p.day and (p.month or (len(numbers) == 2 and not p.unit)):
        days = [one for one in numbers if one.kind == "ordinal" or one.value[1] <= 2]
        for one in days[:1]:
            p.day = one.value[0]
            numbers.remove(one)
    if not numbers:
        return
    if len(numbers) > 1 or p.number is not None:
        raise UnreadError(texts.SEVERAL)
    (one,) = numbers
    p.number = one.value[0]
    p.digits = 0 if one.kind == "ordinal" else one.value[1]
    if p.unit == "century" and not 1 <= p.digits <= 2 and p.digits:
        raise UnreadError(texts.MIXED)
    if not p.unit and p.digits and (p.digits > 2 or p.era):
        p.unit = "year"
