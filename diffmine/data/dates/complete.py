"""Points side by side give each other what they left out: "18th-19th century", "1920-25"."""

from __future__ import annotations

from diffmine.data.dates import texts
from diffmine.data.dates.point import Point
from diffmine.data.dates.token import UnreadError


def complete(points: list[Point], joins: list[str]) -> None:
    """Fill in, in place, what is said once for all; `joins` say what stands between the points."""
    for place in range(len(points) - 2, -1, -1):
        _from_right(points[place], points[place + 1])
    _plurals(points)
    for place, join in enumerate(joins):
        if join != "list":
            _from_left(points[place], points[place + 1])
        if join == "slash":
            _short_before_christ(points[place], points[place + 1])
    decades = [p for p in points if p.unit == "decade" and p.number is not None]
    if any(p.number is not None and p.number % 100 for p in decades):
        for p in decades:
            p.ten = p.ten or p.part is None
    anchored = any(p.anchored for p in points)
    for p in points:
        p.anchored = anchored


def _plurals(points: list[Point]) -> None:
    """ "années 1920-1930" are two decades, "années 1920-1925" are years."""
    if len(points) < 2 or not any(p.plural and p.digits == 4 for p in points):
        return
    plain = [p for p in points if p.unit in ("year", "decade") and not p.month and not p.era]
    single = any(p.number is not None and p.number % 10 for p in plain)
    for p in plain:
        p.unit = "year" if single else "decade"


def _from_right(left: Point, right: Point) -> None:
    if left.open or right.open:
        return
    if not left.era and right.era and left.unit in ("", right.unit):
        left.era = right.era
    if left.unit:
        return
    _check_rest(left)
    if right.counted and right.part and left.number is not None and not left.digits:
        _count_left(left, right)
    if right.unit in ("century", "decade"):
        left.unit, left.ten = right.unit, right.ten
        if left.number is None:
            left.number, left.digits = right.number, right.digits
        elif right.unit == "decade":
            raise UnreadError(texts.MIXED)
    elif right.unit == "year" and left.number is None:
        left.unit, left.number, left.digits = "year", right.number, right.digits
    elif right.unit == "year" and right.month and not left.month and left.digits < 3:
        left.day, left.month = left.number or 0, right.month
        left.unit, left.number, left.digits = "year", right.number, right.digits
    elif right.unit == "year" and left.era and left.digits:
        left.unit = "year"


def _count_left(left: Point, right: Point) -> None:
    """ "First and second quarter of the 19th century", but "18th and first half of the 19th"."""
    number, of = left.number or 0, right.part[1] if right.part else 0
    if number > of or left.part:
        return
    if right.number is not None and abs(right.number - number) == 1:
        raise UnreadError(texts.MIXED)
    left.part, left.number = (number - 1, of), None


def _from_left(left: Point, right: Point) -> None:
    if left.open or right.open or left.number is None:
        return
    if left.month and right.day and not right.month:
        right.month = left.month  # May 12-15, 1920
    if not right.era and left.era == "ad":
        right.era = "ad"
        right.unit = right.unit or left.unit
    later = left.unit != "year" or (right.number or 0) > left.number
    if left.era == "bc" and right.digits == 4 and later:
        right.era = right.era or "ad"
    if not right.era and left.era == "bc":
        raise UnreadError(texts.MIXED)  # 27 BC - 14: which era?
    if right.unit == "decade" and right.digits <= 2 and left.unit in ("decade", "year"):
        if left.digits == 4:
            right.number, right.digits = left.number // 100 * 100 + (right.number or 0), 4
        return
    if right.unit:
        return
    if right.number is None:
        _check_rest(right)
        right.unit, right.number, right.digits = left.unit, left.number, left.digits
    elif left.unit == "century" and right.digits <= 2:
        right.unit = "century"
    elif left.unit == "decade" and left.digits == right.digits:
        right.unit = "decade"
    elif left.unit in ("year", "decade") and left.digits == 4 and 1 <= right.digits <= 2:
        if left.month or right.month:
            raise UnreadError(texts.MIXED)
        size = 10**right.digits
        right.number += left.number // size * size
        right.unit, right.digits = left.unit, 4


def _short_before_christ(left: Point, right: Point) -> None:
    """480/70 BC are 480 to 470; 300-50 BC are what they say."""
    both = left.unit == right.unit == "year" and left.era == right.era == "bc"
    if both and left.number and right.number and right.digits < left.digits:
        size = 10**right.digits
        right.number += left.number // size * size
        right.digits = left.digits


def _check_rest(p: Point) -> None:
    """Refuse a point of which nothing but circa or a question mark was written."""
    if p.number is None and not (p.month or p.part or p.season):
        raise UnreadError(texts.MIXED)
