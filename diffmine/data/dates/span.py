"""A span: all dates of a text that is nothing else, and the interval that holds them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from diffmine.data.dates import texts
from diffmine.data.dates.complete import complete
from diffmine.data.dates.date import PRECISIONS, Date
from diffmine.data.dates.interval import interval, precision
from diffmine.data.dates.point import Point, point
from diffmine.data.dates.token import Token, UnreadError

End = int | None


@dataclass(frozen=True)
class _Way:
    """How tokens of two meanings are taken: as joins of two dates, or as nothing."""

    soft: bool
    comma: bool


_WAYS = (_Way(False, False), _Way(True, False), _Way(False, True), _Way(True, True))
"""Tried in this order: "May 12, 1920" before "1920, 1921", "half of" before "1920 of 1921"."""
_RANGES = {"to", "slash"}
"""Joins whose dates follow each other."""
_INCLUSIVE = {"before": "not_after", "after": "since"}
"""Before and after as they are meant in "the 1880s or after"."""
_LEFT_OPEN = ("..", "/")
_RIGHT_OPEN = ("..", "/", "-")


def span(text: str, tokens: list[Token], months: bool | None = None) -> Date:
    """The date of a text's tokens. Raises UnreadError."""
    first_error: UnreadError | None = None
    content = [token for token in tokens if token.kind not in ("filler", "time")]
    for way in _WAYS:
        try:
            return _read(text, content, way, months)
        except UnreadError as error:
            first_error = first_error or error
    raise first_error or UnreadError(texts.NO_YEAR)


def is_exact_range(date: Date) -> bool:
    """Whether the date is a range of two years, as a life is."""
    fine = date.precision in ("day", "month", "season", "year")
    return fine and date.first is not None and date.last is not None and date.last > date.first


def _read(text: str, tokens: list[Token], way: _Way, months: bool | None) -> Date:
    chunks, joins = _chunks(tokens, way)
    points = [point(chunk, months) for chunk in chunks]
    _lend_bound(points, joins)
    complete(points, joins)
    _check_words(tokens, points)
    between = any(token.kind == "between" for token in tokens)
    first, last = _hull(points, joins, between)
    closed = [p for p in points if not p.open]
    return Date(
        text,
        first,
        last,
        max((precision(p) for p in closed), key=PRECISIONS.index),
        any(p.approximate for p in points),
        any(p.uncertain for p in points),
    )


def _lend_bound(points: list[Point], joins: list[str]) -> None:
    """ "1920 or before": a bound after a join belongs to the date before it."""
    if len(points) == 2 and joins[0] in ("either", "both"):
        date, bound = points
        if bound.bound and not date.bound and bound == Point(bound=bound.bound, anchored=True):
            date.bound = _INCLUSIVE.get(bound.bound, bound.bound)
            date.anchored = True
            del points[1], joins[0]


def _chunks(tokens: list[Token], way: _Way) -> tuple[list[list[Token]], list[str]]:
    """The tokens between joins, and what each join is."""
    chunks: list[list[Token]] = [[]]
    joins: list[str] = []
    for place, token in enumerate(tokens):
        join = _join(token, way, bool(chunks[-1]))
        if not join:
            chunks[-1].append(token)
        elif chunks[-1]:
            joins.append(join)
            chunks.append([])
        elif token.kind == "open" and joins:
            chunks[-1].append(token)
        elif token.text in _LEFT_OPEN and len(chunks) == 1:
            chunks = [[_open(token)], []]
            joins = ["to"]
        elif token.text == "/" and tokens[place - 1].text == "..":
            continue
        elif join in _RANGES or not joins:
            raise UnreadError(texts.MIXED)
    if not chunks[-1] and joins:
        if tokens[-1].text not in _RIGHT_OPEN:
            raise UnreadError(texts.MIXED)
        chunks[-1] = [_open(tokens[-1])]
    if len(joins) > 1 and set(joins) <= _RANGES:
        raise UnreadError(texts.SEVERAL)
    return chunks, joins


def _open(token: Token) -> Token:
    """The end that a range lacks; of "1920/" it is not known, of "1920/.." and "1920-" open."""
    return Token("not known" if token.text == "/" else "open", token.text)


def _join(token: Token, way: _Way, inside: bool) -> str:
    """What join a token is, or an empty text."""
    if token.text == "/":
        return "slash"
    if token.kind in ("to", "open") or (token.kind == "until" and inside):
        return "to"
    if token.kind in ("either", "both"):
        return token.kind
    if token.kind == "soft" and way.soft:
        return "either"
    return "list" if token.kind == "comma" and way.comma else ""


def _check_words(tokens: list[Token], points: list[Point]) -> None:
    kinds = {token.kind for token in tokens}
    several = len(points) > 1 or points[0].until is not None
    if "between" in kinds and not several:
        raise UnreadError(texts.MIXED)
    if "start" in kinds and not several and "since" not in kinds:
        raise UnreadError(texts.FROM)


def _hull(points: list[Point], joins: list[str], between: bool) -> tuple[End, End]:
    """First and last year of all together."""
    ends = [(None, None) if p.open else _bounded(p) for p in points]
    bounds = [p for p in points if p.bound]
    if len(points) == 1:
        if points[0].open:
            raise UnreadError(texts.NO_YEAR)
        return ends[0]
    if bounds or any(p.open for p in points):
        return _open_hull(points, joins, ends)
    in_order = _RANGES | ({"both"} if between else set())
    for (left, right), join in zip(pairwise(ends), joins, strict=True):
        if join in in_order and not _in_order(left, right):
            raise UnreadError(texts.BACKWARDS)
    return min(one for one, _ in ends if one is not None), max(
        two for _, two in ends if two is not None
    )


def _open_hull(
    points: list[Point], joins: list[str], ends: list[tuple[End, End]]
) -> tuple[End, End]:
    """After 1918 and before 1925; since 1918 to 1925; 1918 to now; before now."""
    if len(points) != 2:
        raise UnreadError(texts.MIXED)
    left, right = points
    (first, _), (_, last) = ends
    after, before = left.bound in ("after", "since", ""), right.bound not in ("after", "since")
    if left.bound in ("before", "until", "not_after") and right.bound in ("after", "since"):
        (_, last), (first, _) = ends
        after = before = True
    one_sided = not left.bound and not left.open and joins[0] not in _RANGES
    if not after or not before or one_sided or (left.open and right.open):
        raise UnreadError(texts.MIXED)
    if first is not None and last is not None and first > last:
        raise UnreadError(texts.BACKWARDS)
    return first, last


def _bounded(p: Point) -> tuple[End, End]:
    first, last = interval(p)
    return {
        "": (first, last),
        "before": (None, first),
        "until": (None, last),
        "not_after": (None, last),
        "after": (last, None),
        "since": (first, None),
    }[p.bound]


def _in_order(left: tuple[End, End], right: tuple[End, End]) -> bool:
    return (left[0] or 0) <= (right[0] or 0) and (left[1] or 0) <= (right[1] or 0)
