"""G3, street views as published: metadata.csv by place, images/ID/ANGLE.jpg, exclude.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from diffmine.data.files import regular
from diffmine.data.records import Dataset
from diffmine.data.sources.base import Columns, Source
from diffmine.data.sources.rows import dataset_of
from diffmine.data.tables import read_rows
from diffmine.data.tables.table import Table
from diffmine.errors import DataError

ANGLES = (45, 135, 225, 315)
"""The four views of a place, in degrees."""


def read(folder: Path, columns: Columns) -> Dataset:
    """Each view is a picture labelled with its country; the views of a place are a group.

    Rows without a folder are dropped, and views that exclude.json names are left out; notes say how
    many. Raises DataError for an exclude.json that is no list of names.
    """
    table = read_rows(folder / "metadata.csv")
    number, left_out = table.column("id"), _excluded(folder)
    rows: list[Mapping[str, str]] = []
    dropped = excluded = 0
    for row in table.rows:
        place = row[number].strip()
        if not place or not (folder / "images" / place).is_dir():
            dropped += 1
            continue
        views = [f"{place}/{angle}.jpg" for angle in ANGLES]
        excluded += sum(view in left_out for view in views)
        rows += [{**row, "file_name": f"images/{v}"} for v in views if v not in left_out]
    notes = [f"Places without a folder of views: {dropped}."] if dropped else []
    notes += [f"Views left out by exclude.json: {excluded}."] if excluded else []
    views_of = Table(table.path, ("file_name", *table.columns), tuple(rows), notes=tuple(notes))
    chosen = replace(
        columns, label=columns.label or "country", group=columns.group or number, separator=""
    )
    return dataset_of(views_of, folder, chosen)


def _excluded(folder: Path) -> frozenset[str]:
    path = folder / "exclude.json"
    if not path.is_file():
        return frozenset()
    try:
        with open(path, encoding="utf-8-sig", opener=regular) as file:
            names = json.load(file)
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(f"{path} cannot be read: {error}.") from error
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise DataError(f"{path} is no list of views as ID/ANGLE.jpg.")
    return frozenset(name.removeprefix("images/") for name in names)


def knows(folder: Path) -> bool:
    """Whether metadata.csv has ids and countries, no file names, and images/ is there."""
    if not (folder / "metadata.csv").is_file() or not (folder / "images").is_dir():
        return False
    try:
        table = read_rows(folder / "metadata.csv")
    except DataError:
        return False
    return {"id", "country"} <= set(table.columns) and table.find("file_name", "file") is None


G3 = Source("g3", knows, read)
