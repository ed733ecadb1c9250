"""Labels, groups and numbers as they are compared: written in one way, whoever wrote them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from diffmine.data.tables.table import LIST

LONGEST = 200
"""Letters of the longest label."""
_UNSEEN = re.compile("[\u00ad\u200b\u2060\ufeff]")
_EMPTY = {"nan", "NaN", "<NA>", "NaT", "#N/A", "null", "NULL"}
"""What programs write for a cell without a value; None and NA are names as well."""
_NUMBER = re.compile(r"[-+]?(\d+)([.,]\d+)?([eE]\+?\d{1,2})?")
_WHOLE = re.compile(r"([-+]?\d+)(\.0+|,0{1,2})")
_POWER = re.compile(r"[-+]?\d(\.\d+)?[eE]\+?\d{1,2}")


def normal(text: str) -> str:
    """A text with composed accents, single spaces and nothing that cannot be seen; "" for what
    programs write in an empty cell."""
    plain = " ".join(_UNSEEN.sub("", unicodedata.normalize("NFC", text)).split())
    return "" if plain in _EMPTY else plain


def whole(text: str) -> str:
    """1920 for 1920.0 and 1.92E+03; any other text as it is."""
    if match := _WHOLE.fullmatch(text):
        return match[1]
    if _POWER.fullmatch(text):
        number = float(text)
        return str(int(number)) if number.is_integer() else text
    return text


def wholes(texts: Iterable[str]) -> dict[str, str]:
    """By each text of a column itself in one way: whole numbers without their decimals, unless some
    number of the column has other ones."""
    plain = {text: normal(text) for text in texts}
    numbers = [text for text in plain.values() if _NUMBER.fullmatch(text)]
    if any(not whole(number).lstrip("+-").isdigit() for number in numbers):
        return plain
    return {text: whole(value) for text, value in plain.items()}


def cut(text: str, separator: str) -> list[str]:
    """The values of a cell that holds several, each once, as `normal` writes them."""
    parts = text.split(LIST)
    if separator:
        parts = [part for one in parts for part in one.split(separator)]
    return list(dict.fromkeys(filter(None, map(normal, parts))))
