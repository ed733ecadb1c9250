"""Tables of named periods."""

from __future__ import annotations

from pathlib import Path

import pytest

from diffmine.data.dates.bins import Bin
from diffmine.data.dates.periods import read_periods
from diffmine.errors import DataError


def table(folder: Path, rows: str, head: str = "name,from,to\n") -> Path:
    path = folder / "periods.csv"
    path.write_text(head + rows, encoding="utf-8-sig")
    return path


def test_periods_are_sorted_and_years_read(tmp_path: Path) -> None:
    rows = 'Meiji,1868,1912\n Edo  period ,1603,1867\nold,,"44 BC"\nnew,1950s,\nyear,500,500\n'
    assert read_periods(table(tmp_path, rows)).bins == (
        Bin("old", None, -43),
        Bin("year", 500, 500),
        Bin("Edo period", 1603, 1867),
        Bin("Meiji", 1868, 1912),
        Bin("new", 1950, None),
    )


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("a,1800,1850\nb,1850,1900\n", "a and b hold the same years"),
        ("a,,\nb,1850,1900\n", "a and b hold the same years"),
        ("a,1800,\nb,1850,1900\n", "a and b hold the same years"),
        ("a,1800,1850\na,1851,1900\n", "names a twice"),
        ("a,1850,1800\n", "a ends before it begins"),
        (",1800,1850\n", "without a name"),
        ("a,Tuesday,1850\n", "'Tuesday' of a is no year"),
        ("", "holds no period"),
    ],
)
def test_a_wrong_table_is_refused(tmp_path: Path, rows: str, says: str) -> None:
    with pytest.raises(DataError, match=says):
        read_periods(table(tmp_path, rows))


def test_a_table_without_its_columns_or_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no column 'to'"):
        read_periods(table(tmp_path, "a,1\n", "name,from\n"))
    with pytest.raises(DataError, match="cannot be read"):
        read_periods(tmp_path / "none.csv")
    with pytest.raises(DataError, match="cannot be read"):
        read_periods(tmp_path)


def test_a_table_of_a_german_spreadsheet_program_is_read(tmp_path: Path) -> None:
    text = "Name;From;To\nVormärz;;1847\nGründerzeit;1871;1914\n"
    (tmp_path / "periods.csv").write_bytes(text.encode("cp1252"))
    assert read_periods(tmp_path / "periods.csv").bins == (
        Bin("Vormärz", None, 1847),
        Bin("Gründerzeit", 1871, 1914),
    )
