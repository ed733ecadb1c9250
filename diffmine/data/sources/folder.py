"""Reader of a folder with one folder of pictures per label."""

from __future__ import annotations

import os
from pathlib import Path

from diffmine.data.readers import suffixes
from diffmine.data.records import Dataset, Record
from diffmine.data.sources.base import Columns, Source


def read_folder(folder: Path, columns: Columns | None = None) -> Dataset:
    """Labels are the names of the folders directly inside `folder`, in the order of their names.

    Links to folders are not followed; a folder that cannot be listed becomes a refused row.
    """
    known = suffixes()
    records: list[Record] = []
    refused: list[tuple[str, str]] = []

    def note(error: OSError) -> None:
        refused.append((str(error.filename), error.strerror or "cannot be listed"))

    for place, folders, files in os.walk(folder, onerror=note):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        inside = Path(place).relative_to(folder)
        if not inside.parts:
            continue
        for name in sorted(files):
            if Path(name).suffix.lower() in known and not name.startswith("."):
                path = Path(place) / name
                image_id = (inside / name).as_posix()
                records.append(Record(image_id, inside.parts[0], path))
    records.sort(key=lambda record: record.image_id)
    labels = tuple(sorted({record.label for record in records}))
    return Dataset(folder, tuple(records), labels, tuple(refused))


FOLDER = Source("folder", lambda folder: True, read_folder)
