"""A table in each folder: train/metadata.csv, test/metadata.jsonl, as imagefolder has them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from diffmine.data.records import Dataset
from diffmine.data.sources.base import Columns, Source
from diffmine.data.sources.beside import METADATA, candidates
from diffmine.data.sources.folder import SPLITS, folders_of
from diffmine.data.sources.join import join
from diffmine.data.sources.table import read_table


def read(folder: Path, columns: Columns) -> Dataset:
    """The pictures of every folder, under its name; raises DataError as its table does."""
    return join([replace(_part(part, columns), path=folder) for part in folders_of(folder)])


def _part(part: Path, columns: Columns) -> Dataset:
    dataset = read_table(part, columns)
    split, name = SPLITS.get(part.name.casefold(), ""), part.name
    records = tuple(
        replace(record, image_id=f"{name}/{record.image_id}", split=record.split or split)
        for record in dataset
    )
    refused = tuple((f"{name}/{row}", reason) for row, reason in dataset.refused)
    return replace(dataset, records=records, refused=refused)


def knows(folder: Path) -> bool:
    """Whether each folder has a metadata.* in it, and they are several or a part."""
    parts = folders_of(folder)
    several = len(parts) > 1 or any(part.name.casefold() in SPLITS for part in parts)
    return several and not candidates(folder) and all(map(_is_described, parts))


def _is_described(folder: Path) -> bool:
    tables = candidates(folder)
    return bool(tables) and tables[0].stem.lower() == METADATA


PARTS = Source("parts", knows, read)
