"""Data sets as the Hub has them: files of Parquet with pictures in them, by split."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from diffmine.data.cache import stored
from diffmine.data.card import Config, Names, read_card
from diffmine.data.names import MISSING, Files, listed
from diffmine.data.records import Dataset
from diffmine.data.sources.base import Columns, Source
from diffmine.data.sources.folder import SPLITS
from diffmine.data.sources.rows import dataset_of
from diffmine.data.sources.shards import Shard, ids_of, picture_column_of, pictures_of, rows_of
from diffmine.data.tables.table import Table, of_objects
from diffmine.errors import DataError

_PICTURE = "\0picture"
"""The column of the names given to pictures, which no file has."""
_DEEP, _LOOKED_AT = 3, 200
"""Folders in one another, and folders in all, that are looked into for a file of Parquet."""
ATLAS = "atlas.json"
_WORDS = re.compile(r"[^A-Za-z]+")


@dataclass(frozen=True)
class _Stored:
    """Pictures by their names, in the cache or beside the files of Parquet."""

    files: Files
    paths: Mapping[str, str]

    def find(self, written: str) -> tuple[str, Path] | str:
        """As Files does."""
        if name := self.paths.get(written):
            return written, stored(name)
        beside = self.files.find(written)
        return "its row holds no picture" if beside == MISSING else beside


def read(folder: Path, columns: Columns) -> Dataset:
    """Every row of the files of Parquet of one configuration that holds a picture, under the name
    of its label. Raises DataError for a file that is broken, and for columns that are not there."""
    config = read_card(folder).config(columns.sheet)
    shards = _shards(folder, config, columns.sheet)
    rows: list[dict[str, Any]] = []
    paths: dict[str, str] = {}
    names: Names = dict(config.names) if config else {}
    for shard in shards:
        own, told = rows_of(shard)
        names |= told
        for row, name, picture in _named(shard, own, columns):
            paths[name] = picture
            rows.append({"split": shard.split, **row, _PICTURE: name} if shard.split else
                        {**row, _PICTURE: name})  # fmt: skip
    _name(rows, names)
    table = of_objects(folder, list[Mapping[str, Any]](rows))
    shown = tuple(column for column in table.columns if column != _PICTURE)
    table = Table(folder, shown, table.rows, notes=tuple(_notes(folder, config, columns)))
    if not columns.label and not table.find("label") and len(names) == 1:
        columns = replace(columns, label=next(iter(names)))
    return dataset_of(table, folder, columns, _Stored(Files(folder), paths), _PICTURE)


def _named(
    shard: Shard, rows: list[dict[str, Any]], columns: Columns
) -> Iterator[tuple[dict[str, Any], str, str]]:
    """Each row with the name given to its picture, and where this lies in the cache."""
    pictures = pictures_of(shard, columns.fetching.progress)
    if len(pictures) != len(rows):
        raise DataError(f"{shard.path} has columns of unequal length.")
    paths = [_path(row.pop(shard.column, None)) for row in rows]
    names = ids_of(shard, paths, pictures)
    for row, path, name, picture in zip(rows, paths, names, pictures, strict=True):
        yield row, name if picture else path or name, picture


def _path(value: Any) -> str:
    path = value.get("path") if isinstance(value, dict) else None
    return path if isinstance(path, str) else ""


def _name(rows: list[dict[str, Any]], names: Names) -> None:
    """Write the names of labels in the place of their numbers; -1 is none."""
    for row in rows:
        for column, own in names.items():
            value = row.get(column)
            if isinstance(value, list):
                row[column] = [_label(one, own) for one in value]
            elif value is not None:
                row[column] = _label(value, own)


def _label(value: Any, names: Sequence[str]) -> Any:
    if not isinstance(value, int) or isinstance(value, bool):
        return value
    return names[value] if 0 <= value < len(names) else None


def _notes(folder: Path, config: Config | None, columns: Columns) -> Iterator[str]:
    """That there are other configurations than the one that is read."""
    others = [one.name for one in read_card(folder).configs if config and one.name != config.name]
    if others and config and not columns.sheet:
        names = ", ".join(map(repr, others[:4]))
        own = f"The configuration {config.name!r} is read, not {names}"
        yield f"{own}; choose by --data.sheet NAME."


def _shards(folder: Path, config: Config | None, sheet: str) -> list[Shard]:
    """The files of Parquet that hold pictures, in their order; by the configuration's patterns, or
    where it has none, all."""
    names = [name for name in listed(folder) if name.endswith(".parquet")]
    chosen: dict[str, str] = {}
    for split, patterns in config.files if config else ():
        for name in names:
            if any(fnmatchcase(name, pattern.replace("**/", "*")) for pattern in patterns):
                chosen.setdefault(name, split)
    if not chosen:
        chosen = {name: "" for name in _of_config(names, config, sheet)}
    shards = [
        Shard(folder / name, picture_column_of(folder / name), _split(split, name))
        for name, split in chosen.items()
    ]
    return [shard for shard in shards if shard.column]


def _of_config(names: list[str], config: Config | None, sheet: str) -> list[str]:
    """Of files that lie in folders of configurations, as the Hub converts them, those of one."""
    places = {name: name.partition("/")[0] for name in names if name.count("/") > 1}
    wanted = sheet or (config.name if config else "")
    own = [name for name in names if places.get(name) == wanted]
    return own or names


def _split(told: str, name: str) -> str:
    """The split of a file: as it is told, else by the last word of its path that is one."""
    if told:
        return SPLITS.get(told.casefold(), told)
    words = [SPLITS.get(word.casefold(), "") for word in _WORDS.split(name)]
    return next(filter(None, reversed(words)), "")


def knows(folder: Path) -> bool:
    """Whether a file of Parquet in the folder, or in folders in it, holds pictures; those of an
    atlas are none of a data set."""
    first = None if (folder / ATLAS).exists() else _first(folder)
    try:
        return first is not None and bool(picture_column_of(first))
    except DataError:
        return False


def _first(folder: Path) -> Path | None:
    """The first file of Parquet that does not lie deep: a hundred thousand pictures are not looked
    through for one."""
    for number, (place, folders, files) in enumerate(os.walk(folder)):
        deep = len(Path(place).relative_to(folder).parts) >= _DEEP
        folders[:] = [] if deep else sorted(one for one in folders if not one.startswith("."))
        names = sorted(one for one in files if one.endswith(".parquet") and one[0] != ".")
        if names or number > _LOOKED_AT:
            return Path(place) / names[0] if names else None
    return None


HUB = Source("hub", knows, read)
