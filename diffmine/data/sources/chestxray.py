"""ChestX-ray14 as published: Data_Entry_2017*.csv, images/ or images_NNN/images/, lists of parts,
and BBox_List_2017.csv."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from diffmine.data.boxes import NIH
from diffmine.data.files import regular
from diffmine.data.records import Dataset, Record
from diffmine.data.sources.base import Columns, Source
from diffmine.data.sources.rows import dataset_of
from diffmine.data.tables import read_rows
from diffmine.data.tables.text import decoded
from diffmine.errors import DataError

LABEL, PICTURE, PATIENT = "Finding Labels", "Image Index", "Patient ID"
LISTS = {"train": "train_val_list.txt", "test": "test_list.txt"}


def read(folder: Path, columns: Columns) -> Dataset:
    """Every film with all its findings; patients are groups, the two lists are splits. Films of the
    table that are not there are refused."""
    table = read_rows(_table(folder))
    patient = table.find(PATIENT) or ""
    chosen = replace(
        columns, label=columns.label or LABEL, group=columns.group or patient, separator="|"
    )
    dataset = dataset_of(table, folder, chosen)
    splits = _splits(folder)
    records = tuple(_with_split(record, splits) for record in dataset)
    boxes = folder / NIH
    return replace(dataset, records=records, boxes=boxes if boxes.is_file() else None)


def _table(folder: Path) -> Path:
    tables = [*sorted(folder.glob("Data_Entry_2017*.csv")), folder / "metadata.csv"]
    return tables[0]


def _splits(folder: Path) -> dict[str, str]:
    """The split of each film that a list names, by its file's name."""
    splits: dict[str, str] = {}
    for split, name in LISTS.items():
        path = folder / name
        if not path.is_file():
            continue
        try:
            with open(path, "rb", opener=regular) as file:
                text, _ = decoded(file.read(), path)
        except OSError as error:
            raise DataError(f"{path} cannot be read: {error}.") from error
        splits |= {line.strip(): split for line in text.splitlines() if line.strip()}
    return splits


def _with_split(record: Record, splits: dict[str, str]) -> Record:
    return replace(record, split=splits.get(record.path.name, record.split))


def knows(folder: Path) -> bool:
    """Whether a table of the folder has the columns of ChestX-ray14."""
    path = _table(folder)
    try:
        return path.is_file() and {LABEL, PICTURE} <= set(read_rows(path).columns)
    except DataError:
        return False


CHESTXRAY = Source("chestxray", knows, read)
