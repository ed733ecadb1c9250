"""Reader of a folder with one folder of pictures per label."""

from __future__ import annotations

import os
from pathlib import Path

from diffmine.data.files import printable
from diffmine.data.readers import is_picture, suffixes
from diffmine.data.records import Dataset, Record
from diffmine.data.sources.base import Columns, Source


def read_folder(folder: Path, columns: Columns | None = None) -> Dataset:
    """Labels are the names of the folders directly inside `folder`, in the order of their names;
    a name that is no UTF-8 is written as `printable` does.

    Links to folders are not followed. Refused are a folder that cannot be listed, one that is named
    as a picture and holds none, and a second file of the same name.
    """
    known = suffixes()
    records: dict[str, Record] = {}
    refused: list[tuple[str, str]] = []
    pretended: list[str] = []

    def note(error: OSError) -> None:
        refused.append((printable(str(error.filename)), error.strerror or "cannot be listed"))

    for place, folders, files in os.walk(folder, onerror=note):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        inside = Path(place).relative_to(folder)
        if not inside.parts:
            continue
        base, prefix = Path(place), inside.as_posix()
        label = printable(inside.parts[0])
        pretended += [printable(f"{prefix}/{name}") for name in folders if _ending(name) in known]
        for name in sorted(files):
            if not name.startswith(".") and (_ending(name) in known or is_picture(base / name)):
                image_id = printable(f"{prefix}/{name}")
                if image_id in records:
                    refused.append((image_id, "another file is written like it"))
                    continue
                records[image_id] = Record(image_id, label, base / name)
    empty = [name for name in pretended if not any(id.startswith(f"{name}/") for id in records)]
    refused += [(name, "it is a folder, not a file") for name in empty]
    in_order = tuple(sorted(records.values(), key=lambda record: record.image_id))
    labels = tuple(sorted({record.label for record in in_order}))
    return Dataset(folder, in_order, labels, tuple(refused))


def _ending(name: str) -> str:
    """The suffix of a name in lower case; a hundred thousand paths would take seconds."""
    return os.path.splitext(name)[1].lower()


FOLDER = Source("folder", lambda folder: True, read_folder)
