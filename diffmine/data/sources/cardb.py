"""CarDB as published: train.json, an object by file name with the year of each, and train/."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from diffmine.data.labels import whole
from diffmine.data.records import Dataset
from diffmine.data.sources.base import Columns, Source
from diffmine.data.sources.join import join
from diffmine.data.sources.rows import dataset_of
from diffmine.data.tables import read_rows
from diffmine.data.tables.table import Table
from diffmine.errors import DataError

_PARTS = ("train", "val", "test")
_DECADE = 10


def read(folder: Path, columns: Columns) -> Dataset:
    """Labels are decades, written "1920" as the authors do; another column where one is asked for.

    Raises DataError where a picture's year is asked for and none has one, or only zips are there.
    """
    parts = [part for part in _PARTS if (folder / f"{part}.json").is_file()]
    if not any((folder / part).is_dir() for part in parts):
        raise DataError(f"{folder} has no folder {parts[0]}; unpack its zip files first.")
    return join([_part(folder, part, columns) for part in parts if (folder / part).is_dir()])


def _part(folder: Path, part: str, columns: Columns) -> Dataset:
    table = read_rows(folder / f"{part}.json")
    rows = [{**row, "file_name": f"{part}/{row['file_name']}", "split": part} for row in table.rows]
    if not columns.label:
        table.column("year")
        rows = [{**row, "decade": _decade(row.get("year", ""))} for row in rows]
        columns = replace(columns, label="decade")
    names = tuple(dict.fromkeys([*table.columns, "split", "decade"]))
    return dataset_of(Table(table.path, names, tuple(rows)), folder, columns)


def _decade(year: str) -> str:
    year = whole(year.strip())
    return str(int(year) // _DECADE * _DECADE) if year.isdecimal() else ""


def knows(folder: Path) -> bool:
    """Whether there is a train.json of objects with years, beside train/ or its zips."""
    beside = (folder / "train").is_dir() or any(folder.glob("*.zip"))
    if not beside or not (folder / "train.json").is_file():
        return False
    try:
        table = read_rows(folder / "train.json")
    except DataError:
        return False
    return {"file_name", "year"} <= set(table.columns)


CARDB = Source("cardb", knows, read)
