"""A table that came from somewhere: rows of text under the names of columns, however written."""

from __future__ import annotations

import json
import math
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from diffmine.errors import DataError

LIST = "\x00"
"""Stands between the values of a cell that is a list, as in JSON and Parquet."""
Row = Mapping[str, str]


@dataclass(frozen=True)
class Table:
    """Rows by the name of each column, as it is written in the file; a cell that is empty or is not
    there is "". `refused` are rows that do not fit, with the reason, `notes` sentences for people,
    `lines` the line of the file on which each row ends, if it has lines, `group` the column of what
    belongs together, where the file itself says so."""

    path: Path
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    refused: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    lines: tuple[int, ...] = ()
    group: str = ""
    address: str = ""
    """Where it is from, if that is no file."""

    @property
    def named(self) -> str:
        """What it is called in a sentence."""
        return self.address or str(self.path)

    def noted(self, *sentences: str) -> Table:
        """The same with more sentences for people."""
        return replace(self, notes=(*self.notes, *sentences))

    def find(self, *names: str) -> str | None:
        """The first of some columns that is there, as the file writes it: case, spaces and
        underscores do not count unless two columns differ in nothing else."""
        for name in names:
            like = [name] if name in self.columns else []
            like = like or [one for one in self.columns if folded(one) == folded(name)]
            if len(like) > 1 or (like and self.columns.count(like[0]) > 1):
                raise DataError(f"{self.named} has two columns {name!r}; name one otherwise.")
            if like:
                return like[0]
        return None

    def column(self, name: str) -> str:
        """The column as the file writes it; DataError names those that there are."""
        column = self.find(name)
        if column is None:
            raise DataError(
                f"{self.named} has no column {name!r}; its columns are {', '.join(self.columns)}."
            )
        return column


def folded(name: str) -> str:
    """A column's name without case, spaces and signs."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(letter for letter in plain if letter.isalnum()) or plain.strip()


def cell(value: Any) -> str:
    """A value of JSON or Parquet as text."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple) and not any(isinstance(v, list | dict) for v in value):
        return LIST.join(filter(None, map(cell, value)))
    if isinstance(value, Mapping) and isinstance(value.get("path"), str):
        return str(value["path"])
    if isinstance(value, list | tuple | Mapping):
        return json.dumps(value, default=str, ensure_ascii=False)
    return str(value)


def of_objects(path: Path, objects: list[Mapping[str, Any]]) -> Table:
    """The table of some objects: its columns are those of any of them."""
    columns = tuple(dict.fromkeys(str(name) for one in objects for name in one))
    rows = tuple({name: cell(one.get(name)) for name in columns} for one in objects)
    return Table(path, columns, rows)
