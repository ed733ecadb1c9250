"""The rows of one sheet of an XLSX file, read from its XML as it comes, in one pass.

openpyxl, which reads the rest of a file, takes three times as long, and does not tell of merged
cells, hidden rows and formulas without a value when it reads row by row.
"""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO
from xml.etree.ElementTree import Element, iterparse

MAX_CELLS = 4_000_000
"""Cells that are read of a file, all sheets together."""
_SPREAD = 100_000
"""The most cells that merged ones are written into."""
_PLACE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")
_AHEAD = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.')
_PADDED = re.compile(r'((?:"[^"]*"|\\.)*)(0{2,})((?:"[^"]*"|\\.)*)')
_QUOTED = re.compile(r'"([^"]*)"|\\(.)')
_CODED = re.compile("_x([0-9A-Fa-f]{4})_")
_COLUMNS = 16_384


@dataclass(frozen=True)
class Styles:
    """What the cells of all sheets share: texts, the format of each style, those of dates among
    the styles, those of durations, and the day from which dates are counted."""

    texts: Sequence[str]
    formats: Mapping[int, str]
    dates: frozenset[int]
    durations: frozenset[int]
    epoch: datetime.datetime


@dataclass
class Sheet:
    """The texts of each row that has one, by its number; merged cells as (first column, first row,
    last column, last row); hidden rows; formulas whose value was never computed; how many cells
    hold an error or a day that is none; and how many cells there are."""

    rows: dict[int, list[str]] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)
    unvalued: list[str] = field(default_factory=list)
    odd: Counter[str] = field(default_factory=Counter)
    cells: int = 0


def read_sheet(part: BinaryIO, styles: Styles, most: int = MAX_CELLS) -> Sheet:
    """A sheet; of more than `most` cells the first. Raises SyntaxError and ValueError for XML that
    is broken or says what no sheet does."""
    sheet, number = Sheet(), 0
    for _, element in iterparse(part):
        kind = _kind(element)
        if kind == "row":
            number = int(element.get("r") or number + 1)
            texts = _row(element, styles, sheet)
            if texts:
                sheet.rows[number] = texts
                sheet.cells += len(texts)
                if element.get("hidden") in ("1", "true"):
                    sheet.hidden.add(number)
            element.clear()
            if sheet.cells > most:
                break
        elif kind == "mergeCell":
            ends = [_place(end) for end in (element.get("ref") or "").split(":")]
            if len(ends) == 2 and None not in ends:
                sheet.merged.append((*ends[0], *ends[1]))  # type: ignore[misc]
    _spread(sheet)
    return sheet


def _row(element: Element, styles: Styles, sheet: Sheet) -> list[str]:
    """The texts of a row, without the empty ones at its end."""
    texts: list[str] = []
    for cell in element:
        place = cell.get("r") or ""
        column = (_place(place) or (len(texts) + 1, 0))[0]
        text = _text(cell, place, styles, sheet)
        if text.strip() and column <= _COLUMNS:
            texts += [""] * (column - 1 - len(texts))
            texts[column - 1 :] = [text]
    return texts


def _text(cell: Element, place: str, styles: Styles, sheet: Sheet) -> str:
    """A cell as people see it."""
    parts = {_kind(part): part for part in cell}
    kind, value = cell.get("t", "n"), parts["v"].text or "" if "v" in parts else ""
    if kind == "inlineStr":
        inside = parts.get("is")
        return "" if inside is None else _plain(inside)
    if not value:
        if "f" in parts:
            sheet.unvalued.append(place)
        return ""
    if kind == "s":
        return _decoded(styles.texts[int(value)])
    if kind == "e":
        sheet.odd["errors"] += 1
        return ""
    if kind == "b":
        return "true" if value == "1" else "false"
    if kind != "n":
        return _decoded(value).removesuffix("T00:00:00") if kind == "d" else _decoded(value)
    return _of_number(float(value), int(cell.get("s") or 0), styles, sheet.odd)


def _plain(inside: Element) -> str:
    """The text of an inline string, without the readings of its letters."""
    return _decoded("".join(
        text.text or ""
        for part in inside
        for text in ([part] if _kind(part) == "t" else part if _kind(part) == "r" else [])
        if _kind(text) == "t"
    ))  # fmt: skip


def _of_number(value: float, style: int, styles: Styles, odd: Counter[str]) -> str:
    from openpyxl.utils.datetime import from_excel

    form = styles.formats.get(style, "")
    if style not in styles.dates:
        return number_text(value, form)
    try:
        date = from_excel(value, styles.epoch, timedelta=style in styles.durations)
    except (OverflowError, ValueError):
        odd["errors"] += 1
        return ""
    if isinstance(date, datetime.time) and "y" in _letters(form):
        odd["days"] += 1  # day 0: before all of Excel's
        return ""
    return date_text(date, form) if isinstance(date, datetime.date) else str(date)


def number_text(value: float, form: str) -> str:
    """1920 for 1920.0, and 007 for 7 in the format 000."""
    if not value.is_integer():
        return repr(value)
    padded = _PADDED.fullmatch(form.partition(";")[0])
    if padded is None or value < 0:
        return str(int(value))
    ahead, behind = (_QUOTED.sub(lambda m: m[1] or m[2] or "", padded[k]) for k in (1, 3))
    return f"{ahead}{int(value):0{len(padded[2])}d}{behind}"


def date_text(value: datetime.date, form: str) -> str:
    """A date as far as its format shows it: 1920 in the format yyyy, whatever its day."""
    letters = _letters(form)
    if "y" in letters and "d" not in letters and "h" not in letters:
        return f"{value.year:04d}-{value.month:02d}" if "m" in letters else f"{value.year:04d}"
    if not isinstance(value, datetime.datetime):
        return value.isoformat()
    return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ")


def _letters(form: str) -> str:
    """The letters of a format of dates that stand for parts of it."""
    return _AHEAD.sub("", form.partition(";")[0]).lower()


def _decoded(text: str) -> str:
    """A text without the codes for what XML cannot hold."""
    return _CODED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _place(text: str) -> tuple[int, int] | None:
    """(column, row) of a cell's name, from 1; (28, 3) of AB3."""
    match = _PLACE.fullmatch(text)
    if match is None:
        return None
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column, int(match[2])


def _kind(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _spread(sheet: Sheet) -> None:
    """Write the text of merged cells into each of them: it is said of all."""
    left, rows = _SPREAD, sheet.rows
    for first, top, last, bottom in sheet.merged:
        text = rows[top][first - 1] if top in rows and len(rows[top]) >= first else ""
        left -= (last - first + 1) * (bottom - top + 1)
        if not text or left < 0:
            continue
        for number in range(top, bottom + 1):
            row = rows.setdefault(number, [])
            row += [""] * (last - len(row))
            row[first - 1 : last] = [text] * (last - first + 1)
