"""CarDB as published: train.json, an object by file name with the year of each, and train/."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from diffmine.data.labels import whole
from diffmine.data.names import Files
from diffmine.data.records import Dataset
from diffmine.data.sources.base import Columns, Source
from diffmine.data.sources.folder import folders_of
from diffmine.data.sources.join import join
from diffmine.data.sources.rows import dataset_of
from diffmine.data.tables import read_rows
from diffmine.data.tables.table import Table
from diffmine.errors import DataError

_PARTS = ("train", "val", "test")
_DECADE = 10


def read(folder: Path, columns: Columns) -> Dataset:
    """Labels are decades, written "1920" as the authors do; another column where one is asked for.

    Zip files are unpacked before (diffmine/data/zips.py), whatever folders are in them. Raises
    DataError where a picture's year is asked for and none has one.
    """
    parts = [part for part in _PARTS if (folder / f"{part}.json").is_file()]
    there = [part for part in parts if (folder / part).is_dir()] or parts
    return join([_part(folder, part, columns) for part in there])


def _part(folder: Path, part: str, columns: Columns) -> Dataset:
    table = read_rows(folder / f"{part}.json")
    rows = [{**row, "file_name": f"{part}/{row['file_name']}", "split": part} for row in table.rows]
    if not columns.label:
        table.column("year")
        rows = [{**row, "decade": _decade(row.get("year", ""))} for row in rows]
        columns = replace(columns, label="decade")
    names = tuple(dict.fromkeys([*table.columns, "split", "decade"]))
    files = _Files(Files(folder))
    return dataset_of(Table(table.path, names, tuple(rows)), folder, columns, files, "file_name")


@dataclass(frozen=True)
class _Files:
    """The files of CarDB: in the folder of their part, or in whatever its zip files had."""

    files: Files

    def find(self, written: str) -> tuple[str, Path] | str:
        """As Files does."""
        place = self.files.find(written)
        if isinstance(place, str):
            other = self.files.find(written.partition("/")[2])
            return place if isinstance(other, str) else other
        return place


def _decade(year: str) -> str:
    year = whole(year.strip())
    return str(int(year) // _DECADE * _DECADE) if year.isdecimal() else ""


def knows(folder: Path) -> bool:
    """Whether there is a train.json of objects with years, beside folders."""
    if not (folder / "train.json").is_file() or not folders_of(folder):
        return False
    try:
        table = read_rows(folder / "train.json")
    except DataError:
        return False
    return {"file_name", "year"} <= set(table.columns)


CARDB = Source("cardb", knows, read)
