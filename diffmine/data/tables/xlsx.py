"""Tables of Excel: each sheet is one; its header is found below titles and among merged cells."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from diffmine.data.fence import fenced_one
from diffmine.data.tables.table import Table, folded
from diffmine.data.tables.workbook import sheets
from diffmine.errors import DataError, ImageError

SECONDS = 180.0
"""Time in which a workbook must be read."""
_LOOKED_AT = 30
"""Rows among which the header is."""
_HIGHEST = 5
"""The most rows of a header."""
Sheet = tuple[str, Table]


def read_sheets(path: Path, named: frozenset[str]) -> tuple[Sheet, ...]:
    """Every sheet that holds a table, with its name, in the order of the file.

    Raises DataError for a file that is no XLSX, is locked or needs too much.
    """
    try:
        status = path.stat()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error}.") from error
    return _read(path, named, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=4)  # who looks for a layout and then reads it reads a workbook twice
def _read(path: Path, named: frozenset[str], size: int, changed: int) -> tuple[Sheet, ...]:
    try:
        content = fenced_one(sheets, path, {}, SECONDS).content
    except ImageError as error:
        raise DataError(
            f"{path} cannot be read as a table: {error} Or save it as CSV in UTF-8."
        ) from error
    told = [(str(one["sheet"]), _table(path, one, named)) for one in json.loads(content)]
    full = tuple((name, table) for name, table in told if table is not None)
    if not full:
        raise DataError(f"{path} has no sheet with anything in it.")
    return full


def chosen(
    path: Path, sheets: Sequence[Sheet], wanted: str, fits: Callable[[Table], bool]
) -> Table:
    """The sheet of a name, else the first that fits, else the first. DataError names those there
    are where that which is wanted is not."""
    names = [name for name, _ in sheets]
    if wanted:
        alike = [table for name, table in sheets if folded(name) == folded(wanted)]
        alike = [table for name, table in sheets if name == wanted] or alike
        if not alike:
            raise DataError(f"{path} has no sheet {wanted!r}; there are {', '.join(names)}.")
        return alike[0]
    at = next((k for k, (_, table) in enumerate(sheets) if fits(table)), 0)
    others = [name for name in names if name != names[at]]
    if not others:
        return sheets[at][1]
    words = f"the sheet {names[at]!r} is read, and not {', '.join(map(repr, others[:4]))}"
    note = f"Of {path.name} {words}; choose by --data.sheet NAME."
    return sheets[at][1].noted(note)


def _table(path: Path, sheet: dict[str, Any], named: frozenset[str]) -> Table | None:
    """The table of a sheet; None where the sheet is empty."""
    rows: list[tuple[int, list[str]]] = [(int(k), list(texts)) for k, texts in sheet["rows"]]
    if not rows:
        return None
    at = _header(rows, named)
    first = rows[at][0]
    ends = [bottom for _, top, _, bottom in sheet["merged"] if top == first]
    last = max([first, *(end for end in ends if end < first + _HIGHEST)])
    heads = [texts for number, texts in rows if first <= number <= last]
    columns = [_lowest(heads, k).strip() for k in range(max(map(len, heads)))]
    own = {k: name for k, name in enumerate(columns) if name}
    body = [(number, texts) for number, texts in rows if number > last]
    table = tuple(
        {name: texts[k] if k < len(texts) else "" for k, name in own.items()} for _, texts in body
    )
    lines = tuple(number for number, _ in body)
    notes = tuple(_notes(f"{path.name}, sheet {sheet['sheet']}", sheet, first if at else 0))
    return Table(path, tuple(own.values()), table, notes=notes, lines=lines)


def _header(rows: Sequence[tuple[int, list[str]]], named: frozenset[str]) -> int:
    """The row that names the columns: the first with one of the columns `named`, else the first
    with at least half as many different texts as any. A title has one."""
    top = [{text.strip() for text in texts} - {""} for _, texts in islice(rows, _LOOKED_AT)]
    widest = max(map(len, top))
    for at, texts in enumerate(top):
        if len(texts) >= min(2, widest) and any(folded(text) in named for text in texts):
            return at
    return next(at for at, texts in enumerate(top) if 2 * len(texts) >= widest)


def _lowest(heads: Sequence[Sequence[str]], column: int) -> str:
    """The name of a column whose header is several rows high."""
    texts = [texts[column] for texts in heads if column < len(texts) and texts[column].strip()]
    return texts[-1] if texts else ""


def _notes(place: str, sheet: dict[str, Any], header: int) -> list[str]:
    """What a person should know of how a sheet was read."""
    notes = [f"{place}: its header is row {header}."] if header else []
    if sheet["hidden"]:
        notes.append(f"{place}: hidden rows are read as well: {sheet['hidden']}.")
    if sheet["formulas"]:
        more = ", ..." if sheet["formulas"] > len(sheet["named"]) else ""
        notes.append(
            f"{place}: formulas without a value are empty: {sheet['formulas']} "
            f"({', '.join(sheet['named'])}{more}); save the file once in a spreadsheet program, "
            "and write ' before a text that begins with =."
        )
    odd = sheet["odd"]
    if odd.get("errors"):
        notes.append(f"{place}: cells that hold an error as #REF! are empty: {odd['errors']}.")
    if odd.get("days"):
        notes.append(
            f"{place}: dates of the day 0, which is none, are empty: {odd['days']}; write a date "
            "before 1900 as text."
        )
    return notes
