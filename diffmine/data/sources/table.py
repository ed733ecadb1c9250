"""Reader of a table beside the pictures: metadata.*, or the one table that names them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from diffmine.data.records import Dataset
from diffmine.data.sources.base import Columns, Source
from diffmine.data.sources.beside import METADATA, candidates, table_of, tables_beside
from diffmine.data.sources.folder import label_folders, read_folder
from diffmine.data.sources.rows import dataset_of
from diffmine.data.tables.table import Table
from diffmine.errors import DataError


def read_table(folder: Path, columns: Columns) -> Dataset:
    """Pictures that lie inside the table's folder; rows that cannot be used are refused.

    A table other than metadata.* that has no label, beside folders of labels, is left to them.
    """
    if columns.table:
        return dataset_of(table_of(folder, folder / columns.table, columns.sheet), folder, columns)
    beside = tables_beside(folder, columns.sheet)
    table = _chosen(folder, beside.tables, columns)
    own = table.path.stem.lower() == METADATA
    if not own and not columns.label and not table.find("label") and label_folders(folder):
        return read_folder(folder, columns)
    dataset = dataset_of(table, folder, columns)
    return replace(dataset, notes=(*dataset.notes, *beside.strange))


def _chosen(folder: Path, tables: tuple[Table, ...], columns: Columns) -> Table:
    """The table that tells of the pictures; of several the one that has the label."""
    wanted = columns.label or "label"
    having = [table for table in tables if table.find(wanted)] if len(tables) > 1 else []
    having = having or list(tables)
    if len(having) > 1:
        names = ", ".join(table.path.name for table in having)
        raise DataError(f"{folder} has several tables of pictures; choose --data.table of {names}.")
    return having[0]


def _knows(folder: Path) -> bool:
    files = candidates(folder)
    return bool(files) and (files[0].stem.lower() == METADATA or bool(tables_beside(folder).tables))


TABLE = Source("table", _knows, read_table)
