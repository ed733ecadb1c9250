"""Natural order of labels: dates by their years, numbers by their size, words by the alphabet."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from diffmine.data.dates.date import Date
from diffmine.data.dates.fold import folded
from diffmine.data.dates.read import read_date

Piece = tuple[int, int, str]
Key = tuple[int, float, float, tuple[Piece, ...], str]
_NUMBER = re.compile(r"[-+]?(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?", re.ASCII)
_HUNDREDS = re.compile(r"\d+00'?s ", re.ASCII)
"""100s BC: as a label a decade more often than a century, and then after the 150s BC."""
_PIECES = re.compile(r"\d+|\D+", re.ASCII)
_NUMBERED, _WORDED, _UNDATED = 0, 1, 2


def natural_key(label: str) -> Key:
    """What labels are sorted by.

    First dates and what begins with a number, by first and last year or by the number: "before
    1900", -500, 200, "9th c.", "10th c.", "c. 1100", "1920s"; 2s before 10s. Then words, numbers
    in them by their size: "room 2" before "room 10". Last what says that it has no date.

    Example:
        >>> sorted(["10s", "2s", "before 1900", "-500"], key=natural_key)
        ['before 1900', '-500', '2s', '10s']
    """
    text = folded(label)
    pieces = tuple(_piece(piece) for piece in _PIECES.findall(text))
    date = read_date(label, beside=False)
    if isinstance(date, Date):
        first = -math.inf if date.first is None else float(date.first)
        last = math.inf if date.last is None else float(date.last)
        if last < 1 and _HUNDREDS.match(text):
            first = last - 9
        return _NUMBERED, first, last, pieces, label
    number = _NUMBER.match(text)
    if number:
        size = float(number[0].replace(",", ""))
        return _NUMBERED, size, size, pieces, label
    return _UNDATED if date.undated else _WORDED, 0.0, 0.0, pieces, label


def in_order(labels: Iterable[str]) -> tuple[str, ...]:
    """Labels, each once, in their natural order."""
    return tuple(sorted(set(labels), key=natural_key))


def are_dates(labels: Iterable[str]) -> bool:
    """Whether labels are dates: two at least, and no other but one that says that it has none.

    Example:
        >>> are_dates(["1920s", "c. 1935", "n.d."]), are_dates(["1920s", "glass"])
        (True, False)
    """
    read = [read_date(label, beside=False) for label in labels]
    dated = sum(isinstance(date, Date) for date in read)
    return dated > 1 and all(isinstance(date, Date) or date.undated for date in read)


def _piece(text: str) -> Piece:
    """Digits by their size, however many they are; words after them."""
    if text[0].isdigit() and text.isascii():
        digits = text.lstrip("0")
        return 0, len(digits), digits
    return 1, 0, text
