"""Tables of cells with a sign between them: commas, semicolons, tabs or bars."""

from __future__ import annotations

import csv
import io
import re
from itertools import islice
from pathlib import Path
from typing import Any

from diffmine.data.tables.table import Table, folded
from diffmine.data.tables.text import decoded
from diffmine.errors import DataError

SIGNS = ",;\t|"
_SEP = re.compile(r'\s*"?sep=(.)"?[;,\t]*\r?\n?', re.IGNORECASE)
_SAMPLE = 50


def read(path: Path, content: bytes, named: frozenset[str]) -> Table:
    """The rows of a table; its sign is the one under which the header has one of the columns
    `named`, all rows are as long as it, and it has most columns."""
    text, notes = decoded(content, path)
    told = _SEP.match(text)
    sign = told[1] if told else ""
    text = text[told.end() :] if told else text
    sign = sign or max(SIGNS, key=lambda sign: _fits(text, sign, named))
    rows = _read(path, text, sign)
    if not rows:
        raise DataError(f"{path} is empty; its first line must name the columns.")
    columns = [name.strip() for name in rows[0][1]]
    named_ones = [number for number, name in enumerate(columns) if name]
    table: list[dict[str, str]] = []
    lines: list[int] = []
    refused: list[tuple[str, str]] = []
    for line, row in rows[1:]:
        if any(cell.strip() for cell in row[len(columns) :]):
            why = f"it has {len(row)} cells, the header {len(columns)}; quote cells with a {sign!r}"
            refused.append((f"{path.name}, line {line}", why))
            continue
        lines.append(line)
        table.append({columns[k]: row[k] if k < len(row) else "" for k in named_ones})
    names = tuple(columns[k] for k in named_ones)
    return Table(path, names, tuple(table), tuple(refused), notes, tuple(lines))


def _read(path: Path, text: str, sign: str) -> list[tuple[int, list[str]]]:
    """Rows as the standard quotes them; else with \\" in quotes, as databases write; else as far as
    they can be told."""
    ways: list[dict[str, Any]] = [{"strict": True}, {"strict": True, "escapechar": "\\"}]
    reason = ""
    for way in ways if '\\"' in text else ways[:1]:
        try:
            return _rows(text, sign, **way)
        except csv.Error as error:
            reason = str(error)
    if "unexpected end" in reason:
        raise DataError(f"{path} cannot be read: a quotation mark is never closed.")
    try:
        return _rows(text, sign)
    except csv.Error as error:
        raise DataError(f"{path} cannot be read: {error}.") from error


def _rows(text: str, sign: str, **how: Any) -> list[tuple[int, list[str]]]:
    """Rows that are not blank, with the number of their last line."""
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=sign, skipinitialspace=True, **how)
    return [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]


def _fits(text: str, sign: str, named: frozenset[str]) -> tuple[bool, bool, int]:
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign, skipinitialspace=True)
        rows = list(islice((row for row in reader if any(row)), _SAMPLE))
    except csv.Error:
        return False, False, 0
    if not rows:
        return False, False, 0
    known = any(folded(name) in named for name in rows[0])
    return known, all(len(row) == len(rows[0]) for row in rows), len(rows[0])
