"""The sheets of an XLSX file as rows of text: work of a child of the fence."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat

from diffmine.data.fence import limits
from diffmine.data.fence.child import Answer
from diffmine.data.files import printable, regular
from diffmine.data.tables.sheet import MAX_CELLS, Sheet, Styles, read_sheet
from diffmine.errors import ImageError

_COMPOUND = b"\xd0\xcf\x11\xe0"
_NAMED = 5
"""Formulas without a value that are named."""
_CHUNK = 2**14


def sheets(path: Path) -> Answer:
    """Work of a child: of each sheet its name, rows, merged cells and what is odd about it, as
    JSON. Raises ImageError for a file that is none, locked or too large."""
    # What is declared is refused below, so that there is nothing to guard the parser against.
    os.environ["OPENPYXL_DEFUSEDXML"] = os.environ["OPENPYXL_LXML"] = "False"
    with limits.library("openpyxl"):
        from openpyxl.reader.excel import ExcelReader
    name = printable(path.name)
    broken = ImageError(f"{name} is broken, or no XLSX file.")
    try:
        with open(path, "rb", opener=regular) as file:
            if file.read(len(_COMPOUND)) == _COMPOUND:
                raise ImageError(
                    f"{name} is locked with a password, or of Excel before 2007; save it as XLSX "
                    "without one."
                )
            with zipfile.ZipFile(file) as archive:
                _check(archive, name)
            reader = ExcelReader(file, read_only=True, data_only=True, keep_links=False)
            content = json.dumps(_sheets(reader, name)).encode()
    except (zipfile.BadZipFile, OSError, LookupError, SyntaxError, ValueError) as error:
        raise broken from error
    return Answer({}, len(content), [content])


def _check(archive: zipfile.ZipFile, name: str) -> None:
    """Refuse XML that declares a type of document: entities are declared nowhere else."""
    for part in archive.namelist():
        if part.endswith((".xml", ".rels")):
            with archive.open(part) as file:
                if _declares(file):
                    raise ImageError(f"{name} declares entities, as no spreadsheet program does.")


def _declares(file: IO[bytes]) -> bool:
    parser, ends = expat.ParserCreate(), []
    parser.StartDoctypeDeclHandler = lambda *_: ends.append(True)
    parser.StartElementHandler = lambda *_: ends.append(False)
    while not ends and (chunk := file.read(_CHUNK)):
        try:
            parser.Parse(chunk)
        except expat.ExpatError:  # who reads it will say so
            break
    return bool(ends and ends[0])


def _sheets(reader: Any, name: str) -> list[dict[str, Any]]:
    from openpyxl.styles.stylesheet import apply_stylesheet

    reader.read_manifest()
    reader.read_strings()
    reader.read_workbook()
    book = reader.wb
    apply_stylesheet(reader.archive, book)
    sheet_styles = _styles(reader.shared_strings, book)
    told, left = [], MAX_CELLS
    for entry, relation in reader.parser.find_sheets():
        if "chartsheet" in relation.Type or relation.target not in reader.valid_files:
            continue
        with reader.archive.open(relation.target) as part:
            sheet = read_sheet(part, sheet_styles, left)
        left -= sheet.cells
        if left < 0:
            raise ImageError(f"{name} has more than {MAX_CELLS:,} cells.")
        told.append(_told(str(entry.name), sheet))
    return told


def _styles(texts: list[str], book: Any) -> Styles:
    from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE

    own = dict(enumerate(book._number_formats, BUILTIN_FORMATS_MAX_SIZE))
    formats = {
        number: own.get(style.numFmtId) or BUILTIN_FORMATS.get(style.numFmtId, "")
        for number, style in enumerate(book._cell_styles)
    }
    dates, durations = map(frozenset, (book._date_formats, book._timedelta_formats))
    return Styles(texts, formats, dates, durations, book.epoch)


def _told(name: str, sheet: Sheet) -> dict[str, Any]:
    return {
        "sheet": name,
        "rows": sorted(sheet.rows.items()),
        "merged": [list(one) for one in sheet.merged],
        "hidden": len(sheet.hidden),
        "formulas": len(sheet.unvalued),
        "named": sheet.unvalued[:_NAMED],
        "odd": dict(sheet.odd),
    }
