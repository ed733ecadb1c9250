"""A text as a date: what programs write, then what people write."""

from __future__ import annotations

import re
import unicodedata

from diffmine.data.dates import texts
from diffmine.data.dates.around import around
from diffmine.data.dates.date import Date, NoDate
from diffmine.data.dates.edtf import read_interval
from diffmine.data.dates.fold import folded
from diffmine.data.dates.scan import scan
from diffmine.data.dates.span import span
from diffmine.data.dates.token import Token, UnreadError

LONGEST = 200
"""Letters of the longest text that is looked at."""
_SPREADSHEET = re.compile(r"([12])[,.'\u00a0\u202f\u2009]?(\d{3})(?:[.,]0+)?", re.ASCII)
_DAY_NUMBER = re.compile(r"\d{5}(?:\.\d+)?", re.ASCII)
_NOTHING = re.compile(r"[-?.]*|null|nan|nil|none|(0000|0001|9999)(-|/)\d\d\2\d\d.*|0?1/0?1/0001.*")
_QUOTES = ("''", '""', "“”", "„“", "«»", "»«", "‘’")
_LEADING_DASH = re.compile(r"[–—]\s*\d")


def read_date(text: str, months: bool | None = None, beside: bool = True) -> Date | NoDate:
    """The interval of years that a text means, or why it gives none; never a guess.

    Args:
        text: A date in English, German, French, Italian, Spanish, Dutch or Swedish, or in EDTF.
        months: Whether 1910-11 is November (True) or two years (False); None: not known, and the
            date is both years, uncertain.
        beside: Whether other words may stand beside the date ("Springfield, 1920").

    Returns:
        A Date; or a NoDate with the reason, and `undated` if the writer says that there is no
        date. Every text gives one of the two, and nothing is raised.

    Example:
        >>> read_date("fin du XIXe siècle").edtf
        '1866/1899'
        >>> read_date("Fiat 500").reason
        "'fiat' is no word of a date"
    """
    bare = _unquoted(text.strip())
    try:
        _refuse(bare)
        if _NOTHING.fullmatch(folded(bare)):
            return NoDate(text, texts.UNDATED if bare else texts.EMPTY, undated=True)
        interval = read_interval(text, bare)
        if interval:
            return interval
        number = _SPREADSHEET.fullmatch(bare)
        tokens = scan("".join(number.groups()) if number else bare)
        if _is_undated(tokens):
            return NoDate(text, texts.UNDATED, undated=True)
        return span(text, tokens, months)
    except UnreadError as error:
        reason = str(error)
    if beside and len(bare) <= LONGEST and reason != texts.SUPERSCRIPT:
        try:
            return around(text, months)
        except UnreadError as error:
            reason = str(error) if str(error) in _BESIDE else reason
    return NoDate(text, reason)


_BESIDE = {
    texts.LIFE,
    texts.NUMBERS,
    texts.OTHER_DATE,
    texts.SEVERAL,
    texts.TELEPHONE,
}
"""Reasons that say more than why the whole text is no date."""


def _unquoted(bare: str) -> str:
    quotes = bare[:1] + bare[-1:]
    return bare[1:-1].strip() if len(bare) > 1 and quotes in _QUOTES else bare


def _refuse(bare: str) -> None:
    if len(bare) > LONGEST:
        raise UnreadError(texts.LONG)
    if any(unicodedata.category(letter) == "No" for letter in bare):
        raise UnreadError(texts.SUPERSCRIPT)
    if _LEADING_DASH.match(bare):
        raise UnreadError(texts.LEADING_DASH)
    if _DAY_NUMBER.fullmatch(bare):
        raise UnreadError(texts.DAY_NUMBER)


def _is_undated(tokens: list[Token]) -> bool:
    kinds = {token.kind for token in tokens} - {"filler", "comma", "maybe"}
    return kinds == {"undated"}
