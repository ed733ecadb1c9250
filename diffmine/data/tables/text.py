"""Bytes of a text file as text, whichever program wrote it."""

from __future__ import annotations

import codecs
from pathlib import Path

from diffmine.errors import DataError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LOOKED_AT = 4096


def decoded(content: bytes, path: Path) -> tuple[str, tuple[str, ...]]:
    """The text and, where its code had to be guessed, a sentence that says so. DataError for bytes
    that are not in the code that they begin with."""
    code = next((code for mark, code in _MARKS if content.startswith(mark)), "") or _wide(content)
    try:
        return content.decode(code or "utf-8"), ()
    except UnicodeDecodeError as error:
        if code:
            raise DataError(f"{path} cannot be read: it is broken {code.upper()}.") from error
    note = f"{path.name} is not UTF-8 and is read as Windows-1252; save it as UTF-8 if letters look"
    try:
        return content.decode("cp1252"), (f"{note} wrong.",)
    except UnicodeDecodeError:
        return content.decode("latin-1"), (f"{note} wrong.",)


def _wide(content: bytes) -> str:
    """UTF-16 without a mark, which shows in every other byte being zero."""
    start = content[:_LOOKED_AT]
    low, high = start[::2].count(0), start[1::2].count(0)
    if max(low, high) * 3 <= len(start) or min(low, high):
        return ""
    return "utf-16-le" if high else "utf-16-be"
