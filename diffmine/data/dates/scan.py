"""A text cut into tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from diffmine.data.dates import texts
from diffmine.data.dates.fold import folded, undotted
from diffmine.data.dates.forms import FORMS
from diffmine.data.dates.lexicon import LEXICON, LONGEST
from diffmine.data.dates.token import Token, UnreadError

_WORD = re.compile(r"[a-z]+")
_DASHES = re.compile(r"(?<=\d)\s?-{2,}\s?(?=\d)")
_PIECE = re.compile(r"[a-z]+|\d+|[^\sa-z\d]")
_SIGNS = {
    **dict.fromkeys(",;", "comma"),
    **dict.fromkeys("()[]{}:©", "filler"),
    **dict.fromkeys("-/", "to"),
    **dict.fromkeys("~≈", "circa"),
    "?": "maybe",
    "%": "maybe circa",
    "&": "both",
    "<": "before",
    ">": "after",
}
_COUNTS = {"ordinal", "number"}
_MOST_COUNTED = 30
_EITHER_WAY = {
    "c": ("century", "circa"),  # 9th c., c. 900
    "h": ("half", "circa"),  # 1. H. 19. Jh., h. 1900
    "s": ("century", "unknown"),  # XIXe s., s. XIX
}
_MAY_TOUCH = {"circa", "bc", "ad", "before", "after", "time"}
"""Kinds of words that may touch a number: c1920, 79AD."""


_LEADS = {"early", "mid", "late", "circa", "before", "after"}
"""Kinds of words that a hyphen ties to what follows, where none of _WHOLE goes before."""
_WHOLE = {"number", "date", "short", "mask", "tens", "century", "month", "named century"}
_COUNTED = {"century", "half", "quarter", "third"}
"""Kinds of words that a hyphen ties to what goes before."""


def scan(text: str) -> list[Token]:
    """The tokens of a text. Raises UnreadError for a word or a number that is in no date."""
    plain = _DASHES.sub("-", undotted(folded(text)))
    tokens = _settled(list(_cut(plain)))
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.kind == "unknown":
            raise UnreadError(texts.no_word(token.text))
        if before and token.glued and _clash(before, token):
            raise UnreadError(texts.no_word(before.text + token.text))
    return _without_joins(tokens)


def _cut(plain: str) -> Iterator[Token]:
    place, end = 0, 0
    while place < len(plain):
        if plain[place] == " ":
            place += 1
            continue
        token, after = _phrase(plain, place) or _form(plain, place) or _single(plain, place)
        yield replace(token, glued=place > 0 and place == end)
        place = end = after


def _phrase(plain: str, place: int) -> tuple[Token, int] | None:
    """The longest phrase of words that begins here."""
    if not _WORD.match(plain, place):
        return None
    pieces = []
    for piece in _PIECE.finditer(plain, place):
        pieces.append(piece)
        if len(pieces) == LONGEST:
            break
    for count in range(len(pieces), 0, -1):
        meaning = LEXICON.get(tuple(piece[0] for piece in pieces[:count]))
        if meaning:
            after = pieces[count - 1].end()
            return Token(meaning[0], plain[place:after], meaning[1:]), after
    return None


def _form(plain: str, place: int) -> tuple[Token, int] | None:
    for pattern, form in FORMS:
        match = pattern.match(plain, place)
        token = form(match) if match else None
        if match and token:
            return token, match.end()
    return None


def _single(plain: str, place: int) -> tuple[Token, int]:
    """A word of no meaning, or a sign."""
    word = _WORD.match(plain, place)
    if word:
        return Token("unknown", word[0]), word.end()
    if plain.startswith("..", place):
        return Token("open", ".."), place + 2
    sign = plain[place]
    if sign == "." and place + 1 == len(plain):
        return Token("filler", sign), place + 1
    return Token(_SIGNS.get(sign, "unknown"), sign), place + 1


def _settled(tokens: list[Token]) -> list[Token]:
    """The tokens, with single letters of two meanings told apart by what stands before them, and
    a dash at the beginning or after a join made a minus."""
    done: list[Token] = []
    for place, token in enumerate(tokens):
        before = done[-1] if done else None
        if token.text in _EITHER_WAY:
            counted, plain = _EITHER_WAY[token.text]
            after = tokens[place + 1] if place + 1 < len(tokens) else None
            side = [before, after] if token.text == "s" else [before]
            is_counted = any(
                one and one.kind in _COUNTS and one.value[0] <= _MOST_COUNTED for one in side
            )
            token = replace(token, kind=counted if is_counted else plain)
        if (
            len(token.value) == 3
            and token.kind == "tens"
            and before
            and before.text.endswith("the")
        ):
            token = replace(token, value=(*token.value[:2], 1))  # the 20s
        minus = (
            before and before.text == "-" and (len(done) == 1 or done[-2].kind in ("to", "open"))
        )
        if minus and token.glued and token.kind == "number":
            done[-1] = Token("number", f"-{token.text}", (-token.value[0], max(token.value[1], 4)))
            continue
        done.append(token)
    return done


def _clash(before: Token, token: Token) -> bool:
    """Whether a word and a number touch that should not: IMG1920, 1920b."""
    return (
        before.text[-1].isalnum()
        and token.text[0].isalnum()
        and not (before.kind in _MAY_TOUCH or token.kind in _MAY_TOUCH)
    )


def _undashed(tokens: list[Token]) -> list[Token]:
    """The tokens without the dashes of 12-May-1920."""
    dashes = {
        place
        for place in range(2, len(tokens) - 2)
        if tokens[place].kind == "month"
        and tokens[place - 1].text == tokens[place + 1].text != ""
        and tokens[place - 1].text in "-/"
        and tokens[place - 2].kind == tokens[place + 2].kind == "number"
    }
    around = {place + step for place in dashes for step in (-1, 1)}
    return [token for place, token in enumerate(tokens) if place not in around]


def _without_joins(tokens: list[Token]) -> list[Token]:
    """The tokens without the hyphens of mid-1950s, pre-1920, 20th-century and mid-to-late."""
    done: list[Token] = []
    for place, token in enumerate(tokens := _undashed(tokens)):
        if token.text != "-" or not done or place + 1 == len(tokens):
            done.append(token)
            continue
        prior = done[-2].kind if len(done) > 1 else ""
        before, after = done[-1].kind, tokens[place + 1].kind
        lead = before in _LEADS and after not in _LEADS and prior not in _WHOLE
        decade = before == "tens" and after == "year"  # 1880er-Jahre
        if not (lead or decade or after in _COUNTED or "to" in (before, after)):
            done.append(token)
    return done
