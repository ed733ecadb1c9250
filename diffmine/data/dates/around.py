"""A date among other words: "Fiat 500, 1957", "Edo period (1603-1868)"."""

from __future__ import annotations

import re

from diffmine.data.dates import texts
from diffmine.data.dates.date import Date
from diffmine.data.dates.fold import folded
from diffmine.data.dates.scan import scan
from diffmine.data.dates.span import is_exact_range, span
from diffmine.data.dates.token import Token, UnreadError

_CUTS = re.compile(r"[,;()\[\]|\n]|:\s")
_YEAR = re.compile(r"(?<!\d)(1\d{3}|20\d{2})(?!\d)", re.ASCII)
_MOST_PIECES = 12
_LONGEST_RANGE = 15  # years; a longer one beside a name may be somebody's life
_TELEPHONE = re.compile(
    r"\b(tel|telefon|telephone|telefono|telefoon|phone|fax|isbn|issn|postfach)\b"
)
_LEADS = {"before", "until", "not_after", "after", "since", "circa", "start", "between", "to"}


def around(text: str, months: bool | None = None) -> Date:
    """The only date among the pieces between commas, brackets and colons. Raises UnreadError."""
    if _TELEPHONE.search(folded(text)):
        raise UnreadError(texts.TELEPHONE)
    cuts = [0, *(match.end() for match in _CUTS.finditer(text)), len(text)]
    count = len(cuts) - 1
    if not 1 < count <= _MOST_PIECES:
        raise UnreadError(texts.MIXED)
    for length in range(count - 1, 0, -1):
        places = range(count - length + 1)
        dates = {
            place: date
            for place in places
            if (date := _date(text[cuts[place] : cuts[place + length]], months))
        }
        if len(dates) > 1:
            raise UnreadError(texts.SEVERAL)
        for place, date in dates.items():
            rest = [
                text[cuts[other] : cuts[other + 1]]
                for other in range(count)
                if not place <= other < place + length
            ]
            _check(date, rest, months)
            return Date(text, date.first, date.last, date.precision, *_marks(date))
    raise UnreadError(texts.NO_YEAR)


def _marks(date: Date) -> tuple[bool, bool]:
    return date.approximate, date.uncertain


def _date(piece: str, months: bool | None) -> Date | None:
    try:
        return span(piece, scan(piece.rstrip(",;:([|\n ")), months)
    except UnreadError:
        return None


def _check(date: Date, rest: list[str], months: bool | None) -> None:
    """Refuse a date whose other words could change it."""
    has_period = False
    for piece in rest:
        if _date(piece, months):
            raise UnreadError(texts.SEVERAL)
        if _YEAR.search(folded(piece)):
            raise UnreadError(texts.OTHER_DATE)
        if not any(letter.isalpha() for letter in piece) and any(map(str.isdigit, piece)):
            raise UnreadError(texts.NUMBERS)
        kinds = _kinds(piece)
        has_period |= "period" in kinds
        harmless = not kinds or set(kinds) & {"unknown", "period"} or set(kinds) <= {"undated"}
        if not harmless or (kinds and kinds[-1] in _LEADS):
            raise UnreadError(texts.MIXED)
    if (
        is_exact_range(date)
        and not has_period
        and (date.last or 0) - (date.first or 0) > _LONGEST_RANGE
    ):
        raise UnreadError(texts.LIFE)


def _kinds(piece: str) -> list[str]:
    """The kinds of a piece's tokens without its brackets and commas."""
    tokens: list[Token] = []
    for word in piece.strip(",;:()[]| \n").split():
        try:
            tokens += scan(word)
        except UnreadError:
            tokens.append(Token("unknown", word))
    return [token.kind for token in tokens if token.kind not in ("filler", "comma")]
