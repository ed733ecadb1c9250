"""Tables of JSON: an object a line, a list of objects, one object of objects by picture, or an
export in JSON-LD."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from diffmine.data.tables import jsonld
from diffmine.data.tables.table import Table, of_objects
from diffmine.data.tables.text import decoded
from diffmine.errors import DataError


def read_lines(path: Path, content: bytes, named: frozenset[str]) -> Table:
    """A JSON object a line; lines that are none are refused."""
    text, notes = decoded(content, path)
    objects: list[Mapping[str, Any]] = []
    refused: list[tuple[str, str]] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, dict):
            objects.append(value)
        else:
            refused.append((f"{path.name}, line {number}", "it is no JSON object"))
    if not objects:
        raise DataError(f"{path} holds no line that is a JSON object.")
    return replace(of_objects(path, objects), refused=tuple(refused), notes=notes)


def read_whole(path: Path, content: bytes, named: frozenset[str]) -> Table:
    """A list of objects, one object that has an object for the name of each picture, or
    JSON-LD of a program that is known (diffmine/data/tables/jsonld.py)."""
    text, notes = decoded(content, path)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path} cannot be read: it is no JSON ({error}).") from error
    if (table := jsonld.table_of(path, value)) is not None:
        return replace(table, notes=(*notes, *table.notes))
    if isinstance(value, dict):
        value = [
            {"file_name": name, **own} if isinstance(own, dict) else own
            for name, own in value.items()
        ]
    if not isinstance(value, list) or not value or not all(isinstance(v, dict) for v in value):
        raise DataError(f"{path} is no list of objects, nor an object of objects by file name.")
    return replace(of_objects(path, value), notes=notes)
