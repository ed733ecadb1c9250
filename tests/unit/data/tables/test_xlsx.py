"""Tables of Excel as people have them, against what a spreadsheet program shows."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from diffmine.data.tables import read_rows
from diffmine.data.tables.sheet import Styles, date_text, number_text, read_sheet
from diffmine.data.tables.table import Table
from diffmine.errors import DataError

Day = datetime.date
HEAD = ["file_name", "label"]
Fill = Callable[[Any], None]


def book(*fills: Fill, **sheets: Fill) -> Workbook:
    """A workbook with a sheet for each function that fills one."""
    workbook = Workbook()
    workbook.remove(workbook.active)
    for name, fill in {**{f"Sheet{k}": fill for k, fill in enumerate(fills, 1)}, **sheets}.items():
        fill(workbook.create_sheet(name))
    return workbook


def rows(*lines: list[Any], formats: dict[str, str] | None = None, merge: str = "") -> Fill:
    def fill(sheet: Any) -> None:
        for line in lines:
            sheet.append(line)
        for cell, form in (formats or {}).items():
            sheet[cell].number_format = form
        for one in merge.split():
            sheet.merge_cells(one)

    return fill


def written(
    folder: Path, one: Workbook, change: Callable[[str, bytes], bytes] | None = None
) -> Path:
    """The file of a workbook; `change` is given the name and content of each of its parts."""
    path = folder / "list.xlsx"
    one.save(path)
    if change:
        parts = zipfile.ZipFile(io.BytesIO(path.read_bytes()))
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
            for name in parts.namelist():
                out.writestr(name, change(name, parts.read(name)))
    return path


def read(folder: Path, *fills: Fill, sheet: str = "", **sheets: Fill) -> Table:
    return read_rows(written(folder, book(*fills, **sheets)), sheet)


def labels(table: Table) -> list[str]:
    return [row["label"] for row in table.rows]


def test_cells_are_read_as_they_are_shown(tmp_path: Path) -> None:
    values: list[tuple[Any, str, str]] = [
        ("1920s", "General", "1920s"),
        (1920, "General", "1920"),
        (1920.0, "0.00", "1920"),
        (1920.5, "General", "1920.5"),
        (7, "000", "007"),
        (7, '"IMG_"0000', "IMG_0007"),
        (1920, "#,##0", "1920"),
        (True, "General", "true"),
        (Day(1920, 5, 1), "dd/mm/yyyy", "1920-05-01"),
        (Day(1920, 5, 1), "yyyy", "1920"),
        (Day(1920, 5, 1), "[$-407]mmmm\\ yyyy", "1920-05"),
        (datetime.datetime(1920, 5, 1, 12, 30), "yyyy-mm-dd hh:mm", "1920-05-01 12:30:00"),
        (Day(1850, 5, 5), "yyyy-mm-dd", "1850-05-05"),
        ("a_x000D_b", "General", "a\rb"),
        (None, "General", ""),
    ]
    lines = [[f"{k}.png", value] for k, (value, _, _) in enumerate(values)]
    formats = {f"B{k}": form for k, (_, form, _) in enumerate(values, 2)}
    table = read(tmp_path, rows(HEAD, *lines, formats=formats))
    assert labels(table) == [text for *_, text in values]
    assert table.columns == ("file_name", "label")
    assert table.notes == ()
    assert table.lines[0] == 2


@pytest.mark.parametrize(
    ("lines", "merge", "note"),
    [
        ([[], HEAD, ["a.png", "x"]], "", ""),
        ([["Inventory 1920"], [], HEAD, ["a.png", "x"]], "A1:B1", "its header is row 3"),
        ([["file_name", "Named"], [None, "label"], ["a.png", "x"]], "A1:A2", ""),
        ([["Was", "So"], ["file_name", "label"], ["a.png", "x"]], "A1:B1", "its header is row 2"),
        ([["Nr", "label"], ["a.png", "x"]], "", ""),
        ([["file_name", "label", None, "x"], ["a.png", "x", "stray"]], "", ""),
    ],
)
def test_the_header_is_told_from_titles(
    tmp_path: Path, lines: list[list[Any]], merge: str, note: str
) -> None:
    table = read(tmp_path, rows(*lines, merge=merge))
    assert "label" in table.columns
    assert labels(table) == ["x"]
    assert note in " ".join(table.notes)


def test_what_is_merged_is_notes_all_its_rows(tmp_path: Path) -> None:
    lines = [HEAD, ["a.png", "1920s"], ["b.png"], ["c.png", "1930s"]]
    assert labels(read(tmp_path, rows(*lines, merge="B2:B3"))) == ["1920s", "1920s", "1930s"]


def test_a_formula_has_the_value_it_was_saved_with(tmp_path: Path) -> None:
    one = book(rows(HEAD, ["a.png", "=1920 Ford"], ["b.png", '="19"&"30s"']))
    valued = b'<f>"19"&amp;"30s"</f><v />', b'<f>"19"&amp;"30s"</f><v>1930s</v>'
    path = written(tmp_path, one, lambda _, part: part.replace(*valued).replace(
        b'<c r="B3">', b'<c r="B3" t="str">'
    ))  # fmt: skip
    table = read_rows(path)
    assert labels(table) == ["", "1930s"]
    assert "formulas without a value are empty: 1 (B2); save the file once" in table.notes[0]


def test_hidden_rows_errors_and_the_day_0_are_said(tmp_path: Path) -> None:
    def fill(sheet: Any) -> None:
        rows(HEAD, ["a.png", "x"], ["b.png", "#REF!"], ["c.png", Day(1899, 12, 31)])(sheet)
        sheet.row_dimensions[2].hidden = True

    table = read(tmp_path, fill)
    assert labels(table) == ["x", "", ""]
    notes = " ".join(table.notes)
    assert "hidden rows are read as well: 1." in notes
    assert "cells that hold an error as #REF! are empty: 1." in notes
    assert "write a date before 1900 as text" in notes


def test_the_sheet_that_names_pictures_is_read_or_the_one_asked_for(tmp_path: Path) -> None:
    sheets = {
        "About": rows(["This is a list"], ["of pictures"]),
        "Empty": rows(),
        "Fotos": rows(HEAD, ["a.png", "x"]),
        "More": rows(HEAD, ["a.png", "y"]),
    }
    table = read(tmp_path, **sheets)
    assert labels(table) == ["x"]
    assert table.notes == (
        "Of list.xlsx the sheet 'Fotos' is read, and not 'About', 'More'; choose by --data.sheet "
        "NAME.",
    )
    assert labels(read(tmp_path, sheet="more", **sheets)) == ["y"]
    with pytest.raises(DataError, match="has no sheet 'Photos'; there are About, Fotos, More"):
        read(tmp_path, sheet="Photos", **sheets)
    with pytest.raises(DataError, match="has no sheet with anything in it"):
        read(tmp_path, rows())


ENTITY = b'<!DOCTYPE x [<!ENTITY a "aaa">]>'
SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is broken, or no XLSX file"),
        (b"PK\x03\x04 and no more", "is broken, or no XLSX file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "is locked with a password"),
    ],
)
def test_what_is_no_xlsx_is_one_sentence(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(content)
    with pytest.raises(DataError, match=f"{why}.* Or save it as CSV in UTF-8"):
        read_rows(path)


def test_foreign_xml_is_refused_and_expands_nothing(tmp_path: Path) -> None:
    one = book(rows(HEAD, ["a.png", "x"]))

    def changed(old: bytes, new: bytes, part: str = SHEET) -> Path:
        return written(tmp_path, one, lambda n, c: c.replace(old, new) if n == part else c)

    with pytest.raises(DataError, match="declares entities"):
        read_rows(changed(b"<worksheet", ENTITY + b"<worksheet"))
    with pytest.raises(DataError, match="declares entities"):
        read_rows(changed(b"<workbook ", b"<!-- -->" + ENTITY + b"<workbook ", "xl/workbook.xml"))
    with pytest.raises(DataError, match="is broken"):
        read_rows(changed(b"</worksheet>", b""))
    far = changed(b'<row r="2"><c r="A2"', b'<row r="1048576"><c r="XFD1048576"')
    assert len(read_rows(far).rows) == 1
    merged = b'</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    assert len(read_rows(changed(b"</sheetData>", merged)).rows) == 1


def test_of_too_many_cells_the_first_are_read(tmp_path: Path) -> None:
    lines = b"".join(b'<row><c t="str"><v>x</v></c><c><v>1</v></c></row>' for _ in range(9))
    styles = Styles([], {}, frozenset(), frozenset(), datetime.datetime(1899, 12, 30))
    (tmp_path / "sheet.xml").write_bytes(b"<sheetData>" + lines + b"</sheetData>")
    with open(tmp_path / "sheet.xml", "rb") as part:
        sheet = read_sheet(part, styles, most=7)
    assert sheet.rows == {number: ["x", "1"] for number in (1, 2, 3, 4)}
    assert sheet.cells == 8


@pytest.mark.parametrize("ending", [".xls", ".ods", ".xlsb", ".numbers"])
def test_other_spreadsheets_are_refused_with_the_cure(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"list{ending}"
    path.write_bytes(b"x")
    with pytest.raises(DataError, match="save it as XLSX, as CSV in UTF-8"):
        read_rows(path)


def test_formats_with_signs_that_stand_for_themselves() -> None:
    assert number_text(12.0, '"A-"000"b"') == "A-012b"
    assert number_text(-7.0, "000") == "-7"
    assert date_text(datetime.datetime(1905, 1, 2), '"day" yyyy') == "1905"
