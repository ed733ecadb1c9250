"""Places as published: LETTER/CATEGORY/* or LETTER/CATEGORY/SUB/*, labelled SUB_CATEGORY."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

from diffmine.data.dates.order import in_order
from diffmine.data.junk import is_junk
from diffmine.data.readers import suffixes
from diffmine.data.records import Dataset, Record
from diffmine.data.sources.base import Columns, Source
from diffmine.data.sources.folder import SPLITS, read_folder


def read(folder: Path, columns: Columns) -> Dataset:
    """As folders are read, with labels of the folders below the letters: bazaar/indoor is
    indoor_bazaar."""
    dataset = read_folder(folder, columns)
    records = tuple(_labelled(record) for record in dataset)
    return replace(dataset, records=records, labels=in_order(record.label for record in records))


def _labelled(record: Record) -> Record:
    parts = PurePosixPath(record.image_id).parts[:-1]
    parts = parts[1:] if record.split else parts
    return replace(record, label="_".join(reversed(parts[1:3])))


def knows(folder: Path) -> bool:
    """Whether all folders are single letters, and hold folders whose names begin with theirs."""
    names = list(_folders(folder))
    splits = [name for name in names if name.casefold() in SPLITS]
    letters = [folder / name for name in names if name not in splits]
    letters += [folder / split / name for split in splits for name in _folders(folder / split)]
    return bool(letters) and all(map(_is_letter, letters))


def _is_letter(folder: Path) -> bool:
    letter = folder.name
    if len(letter) != 1 or not letter.isascii() or not letter.isalpha():
        return False
    known = suffixes()
    if any(os.path.splitext(path.name)[1].lower() in known for path in folder.iterdir()):
        return False
    inside = list(_folders(folder))
    return bool(inside) and all(name[0].casefold() == letter.casefold() for name in inside)


def _folders(folder: Path) -> Iterator[str]:
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not path.name.startswith(".") and not is_junk(path.name):
            yield path.name


PLACES = Source("places", knows, read)
