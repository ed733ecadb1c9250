"""Reader of a folder with one folder of pictures per label, perhaps in folders of its splits."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from diffmine.data.bins import bins_of
from diffmine.data.dates.bins import Bins, Spanning
from diffmine.data.dates.order import in_order
from diffmine.data.files import printable
from diffmine.data.junk import is_junk
from diffmine.data.labels import normal
from diffmine.data.readers import is_picture, suffixes
from diffmine.data.records import Dataset, Record
from diffmine.data.sources.base import Columns, Source
from diffmine.data.sources.beside import candidates, tables_beside
from diffmine.data.sources.pattern import OTHER_NAME, told_by
from diffmine.errors import DataError

SPLITS = {
    "train": "train", "training": "train",
    "val": "val", "valid": "val", "validation": "val", "dev": "val",
    "test": "test", "testing": "test",
}  # fmt: skip
"""Names of folders that are parts of a data set and no labels."""
_SILENT = {
    "", ".cff", ".csv", ".htm", ".html", ".ini", ".json", ".jsonl", ".log", ".md", ".ndjson",
    ".parquet", ".pdf", ".rtf", ".tab", ".toml", ".tsv", ".txt", ".xml", ".xmp", ".yaml", ".yml",
}  # fmt: skip
"""Endings of files that may lie beside pictures and are none."""

LOOSE = "it lies in no folder of a label"
"""Why a picture is refused that lies beside the folders."""
LABELLED = (
    " Put the pictures into a folder for each label, or write a table metadata.csv beside them "
    "with the columns file_name and label."
)


def read_folder(folder: Path, columns: Columns | None = None) -> Dataset:
    """Labels are the names of the folders directly inside `folder`, or inside its splits; a name
    that is no UTF-8 is written as `printable` does.

    Links to folders are not followed. Refused are a folder that cannot be listed, a link to one, a
    system's folder, one that is named as a picture and holds none, a picture in no folder, and a
    second file of the same name. With a pattern labels stand in the names of pictures, wherever
    they lie, and refused are those that it does not fit. Raises DataError where a column is asked
    for, for there is none.
    """
    strange = tables_beside(folder)
    _check_columns(folder, columns or Columns(), strange.strange)
    levels = _splits(folder)
    pattern = columns.pattern if columns else ""
    walk = _Walk(folder, levels, not levels and _splits_inside(folder), bool(pattern))
    walk.run()
    records = tuple(sorted(walk.records.values(), key=lambda record: record.image_id))
    if pattern:
        records = tuple(_by_names(records, pattern, walk.refused))
    dates: Counter[str] = Counter()
    if columns and columns.bins:
        dates.update(record.label for record in records)
        records = tuple(_binned(records, columns.bins, columns.spans, walk.refused))
    if levels and not records:
        names = ", ".join(sorted(path.name for path in folders_of(folder)))
        raise DataError(f"{folder} holds {names}, parts of a data set, and no labels inside them.")
    unread = [
        f"{number} {ending or 'nameless'} {'files are' if number > 1 else 'file is'} not read."
        for ending, number in walk.ordered()
    ]
    notes = [*(f"{table.path.name} is not read." for table in strange.tables), *strange.strange]
    labels = in_order({label for r in records for label in r.labels or (r.label,)})
    return Dataset(
        folder,
        records,
        labels,
        tuple(walk.refused),
        tuple(notes + unread),
        dates=tuple(dates.items()),
    )


def _by_names(
    records: Sequence[Record], pattern: str, refused: list[tuple[str, str]]
) -> Iterator[Record]:
    """Records under the labels, and in the groups, that stand in their names; refused where a name
    does not fit."""
    told = told_by(pattern, [record.image_id for record in records])
    for record, one in zip(records, told, strict=True):
        if one is None:
            refused.append((record.image_id, OTHER_NAME))
        else:
            yield replace(record, label=one[0], group=one[1])


def _binned(
    records: Iterable[Record], bins: Bins, spans: Spanning, refused: list[tuple[str, str]]
) -> Iterator[Record]:
    """Records under labels of several years each; refused where the folder is no such date."""
    for record in records:
        labels, reason = bins_of(record.label, bins, spans)
        if labels:
            yield replace(record, label=labels[0], labels=labels)
        else:
            refused.append((record.image_id, reason))


def label_folders(folder: Path) -> bool:
    """Whether two folders at least hold pictures, as folders of labels do."""
    known, number = suffixes(), 0
    for path in folders_of(folder):
        number += any(
            _ending(name) in known or is_picture(Path(place) / name)
            for place, _, files in os.walk(path)
            for name in files
        )
    return number > 1


def unwrapped(folder: Path) -> Path:
    """The folder of labels inside folders that hold nothing else than one other folder."""
    while True:
        folders = folders_of(folder)
        if len(folders) != 1 or folders[0].name.casefold() in SPLITS or _has_pictures(folder):
            return folder
        inner = folders[0]
        if candidates(inner):
            return inner
        if _has_pictures(inner) or len(folders_of(inner)) < 1:
            return folder
        folder = inner


def _check_columns(folder: Path, columns: Columns, strange: tuple[str, ...]) -> None:
    asked = columns.label or columns.group or columns.labels or " ".join(columns.confounds)
    if asked:
        why = " ".join(strange) or "There is no table beside them."
        raise DataError(
            f"{folder} is read as folders of labels, which have no columns, and so no {asked!r}. "
            f"{why}"
        )


def folders_of(folder: Path) -> list[Path]:
    """The folders inside one that may hold pictures; no links."""
    try:
        with os.scandir(folder) as entries:  # ten thousand paths for a few folders take a second
            names = sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    except OSError:
        return []
    return [folder / name for name in names if not name.startswith(".") and not is_junk(name)]


def _has_pictures(folder: Path) -> bool:
    known = suffixes()
    try:
        return any(
            not path.name.startswith(".")
            and not path.is_dir()
            and (_ending(path.name) in known or is_picture(path))
            for path in folder.iterdir()
        )
    except OSError:
        return False


def _splits(folder: Path) -> bool:
    """Whether the folders are splits: all are named so and hold folders; or two are, hold one label
    at least in common, and what lies beside them is none of theirs."""
    folders = folders_of(folder)
    splits = [path for path in folders if path.name.casefold() in SPLITS]
    inside = [{path.name for path in folders_of(split)} for split in splits]
    if not splits:
        return False
    if len(splits) == len(folders):
        loose = any(map(_has_pictures, splits))
        return loose or any(inside)
    return len(splits) > 1 and all(inside) and bool(set.intersection(*inside))


def _splits_inside(folder: Path) -> bool:
    """Whether the folders inside those of labels are all splits."""
    names = {inner.name.casefold() for label in folders_of(folder) for inner in folders_of(label)}
    return bool(names) and names <= set(SPLITS)


@dataclass
class _Walk:
    """Looks through a folder once; `split`: its own folders are splits; `inner`: theirs are;
    `named`: labels stand in the names, not in the folders."""

    folder: Path
    split: bool
    inner: bool = False
    named: bool = False
    records: dict[str, Record] = field(default_factory=dict)
    refused: list[tuple[str, str]] = field(default_factory=list)
    unread: Counter[str] = field(default_factory=Counter)
    pretended: list[str] = field(default_factory=list)
    known: frozenset[str] = field(default_factory=suffixes)

    def run(self) -> None:
        """Find all records."""
        for place, folders, files in os.walk(self.folder, onerror=self._note):
            here = Path(place)  # once: taking a path apart is the dearest thing here
            inside = here.relative_to(self.folder)
            prefix = "".join(f"{part}/" for part in inside.parts)
            folders[:] = [name for name in sorted(folders) if self._goes_in(place, prefix, name)]
            label, split = self._told_by(inside.parts)
            for name in sorted(files):
                if not name.startswith(".") and not is_junk(name):
                    self._file(label, split, here / name, prefix + name)
        own = self.records
        empty = [one for one in self.pretended if not any(id.startswith(f"{one}/") for id in own)]
        self.refused += [(name, "it is a folder, not a file") for name in empty]

    def ordered(self) -> list[tuple[str, int]]:
        """Endings of files that no reader reads, and how many there are."""
        return sorted(self.unread.items())

    def _note(self, error: OSError) -> None:
        name = printable(str(error.filename))
        self.refused.append((name, error.strerror or "cannot be listed"))

    def _goes_in(self, place: str, prefix: str, name: str) -> bool:
        path = printable(prefix + name)
        if name.startswith("."):
            return False
        if is_junk(name):
            self.refused.append((path, "it is a folder of the system, not of pictures"))
            return False
        if os.path.islink(os.path.join(place, name)):
            self.refused.append((path, "it is a link to a folder, which is not followed"))
            return False
        if self.split and not prefix and name.casefold() not in SPLITS:
            self.refused.append((path, "it lies beside the parts of the data set"))
            return False
        if prefix and _ending(name) in self.known:
            self.pretended.append(path)
        return True

    def _told_by(self, folders: tuple[str, ...]) -> tuple[str, str]:
        """Label and split of the files of a folder; without a label it is none of one."""
        inside = folders[1:] if self.split else folders
        if not inside:
            return "", ""
        part = folders[0] if self.split else inside[1] if self.inner and inside[1:] else ""
        name = printable(inside[0])
        return normal(name) or name, SPLITS.get(part.casefold(), "")

    def _file(self, label: str, split: str, path: Path, name: str) -> None:
        ending = _ending(name)
        if ending not in self.known and not is_picture(path):
            if "/" in name or ending not in _SILENT:
                self.unread[ending] += 1
            return
        image_id = printable(name)
        if not label and not self.named:
            self.refused.append((image_id, LOOSE))
        elif image_id in self.records:
            self.refused.append((image_id, "another file is written like it"))
        else:
            self.records[image_id] = Record(image_id, label, path, split=split)


def _ending(name: str) -> str:
    """The suffix of a name in lower case; a hundred thousand paths would take seconds."""
    at = name.rfind(".")
    return name[at:].lower() if at > 0 else ""


FOLDER = Source("folder", lambda folder: True, read_folder)
