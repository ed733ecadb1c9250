"""Intervals in EDTF, as Date.edtf writes them: 0001/0099, -0043/0014, ../1920, Y-14999/-3000.

All else of EDTF that people use is read with what they write otherwise (forms.py, span.py).
"""

from __future__ import annotations

import re

from diffmine.data.dates.date import Date
from diffmine.data.dates.interval import LAST_YEAR

_END = r"(\.\.|-?\d{4}|Y-\d{5})([?~%]?)"
_INTERVAL = re.compile(f"{_END}/{_END}", re.ASCII)


def read_interval(text: str, bare: str) -> Date | None:
    """The Date of an interval that does not run backwards; None for any other text."""
    match = _INTERVAL.fullmatch(bare)
    if not match:
        return None
    first, last = _year(match[1]), _year(match[3])
    if (first is None and last is None) or (last or 0) > LAST_YEAR:
        return None
    if first is not None and last is not None and first > last:
        return None
    marks = set(match[2] + match[4])
    return Date(text, first, last, "year", bool(marks & set("~%")), bool(marks & set("?%")))


def _year(end: str) -> int | None:
    return None if end == ".." else int(end.lstrip("Y"))
