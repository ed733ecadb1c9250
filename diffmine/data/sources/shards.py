"""Pictures that lie in files of Parquet, as the Hub's data sets have them: a column {bytes, path}.

They are taken out once into the cache (diffmine/data/cache.py), a few rows at a time and never a
whole file; which picture is in which row is noted there too.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from diffmine.data.cache import cache_folder, check_room, store, stored, unpacking, write
from diffmine.data.card import Names, names_of
from diffmine.data.files import MAX_BYTES
from diffmine.data.tables import PICTURE_COLUMNS
from diffmine.data.tables.parquet import holds_bytes, is_binary
from diffmine.data.tables.table import folded
from diffmine.engine import Progress, silent
from diffmine.errors import DataError

_ROWS = 16
"""Rows whose pictures are in memory at a time."""
_TAIL = 2**16
_ENDINGS = (
    (b"\x89PNG", ".png"), (b"\xff\xd8\xff", ".jpg"), (b"GIF8", ".gif"), (b"II*\0", ".tif"),
    (b"MM\0*", ".tif"), (b"BM", ".bmp"), (b"\0\0\0\x0cjP", ".jp2"),
)  # fmt: skip
_MISSING = ""


@dataclass(frozen=True)
class Shard:
    """A file of Parquet with pictures: the column they are in and its split, "" if it has none."""

    path: Path
    column: str
    split: str = ""


def picture_column_of(path: Path) -> str:
    """The column of a Parquet file that holds pictures, "" where there is none; of several the one
    that is named likeliest. DataError for a file that is no Parquet."""
    try:
        schema = pq.read_schema(path)
    except (pa.ArrowException, OSError, ValueError) as error:
        reason = str(error).strip().splitlines()[0]
        raise DataError(f"{path} cannot be read: {reason}") from error
    named = {folded(name): at for at, name in enumerate(PICTURE_COLUMNS)}
    columns = [one.name for one in schema if _has_picture(one.type)]
    columns = columns or [
        one.name for one in schema if is_binary(one.type) and folded(one.name) in named
    ]
    return min(columns, key=lambda name: named.get(folded(name), len(named)), default="")


def rows_of(shard: Shard) -> tuple[list[dict[str, Any]], Names]:
    """The rows without their pictures, of which the path stands in their column, and the names of
    labels that the file knows."""
    try:
        with pq.ParquetFile(shard.path) as file:
            schema = file.schema_arrow
            columns = [one.name for one in schema if not holds_bytes(one.type)]
            kind = schema.field(shard.column).type
            paths = pa.types.is_struct(kind) and kind.get_field_index("path") >= 0
            columns += [f"{shard.column}.path"] if paths else []
            rows = file.read(columns=columns).to_pylist()
            told = json.loads((schema.metadata or {}).get(b"huggingface", b"null"))
    except (pa.ArrowException, OSError, ValueError, RecursionError) as error:
        reason = str(error).strip().splitlines()[0]
        raise DataError(f"{shard.path} cannot be read: {reason}") from error
    info = told.get("info") if isinstance(told, dict) else None
    names = names_of(info.get("features") if isinstance(info, dict) else None)
    if not columns:  # pictures alone have no rows without them
        rows = [{} for _ in range(pq.read_metadata(shard.path).num_rows)]
    return rows, names


def pictures_of(shard: Shard, progress: Progress = silent) -> list[str]:
    """The name in the cache of the picture of each row, "" where it holds none; taken out if they
    are not there. Raises DataError where the file is broken or the disk refuses."""
    note = cache_folder() / "shards" / f"{_key(shard)}.json"
    with unpacking(shard.path):
        known = _noted(note)
        if known is None:
            known = list(_taken_out(shard, progress))
            write(note, json.dumps(known).encode())
    return known


def _noted(note: Path) -> list[str] | None:
    """What was taken out before, if all of it is there."""
    try:
        names = json.loads(note.read_text())
    except (OSError, ValueError):
        return None
    there = all(name == _MISSING or os.path.isfile(stored(name)) for name in names)
    return [str(name) for name in names] if there else None


def _taken_out(shard: Shard, progress: Progress) -> Iterator[str]:
    done = 0
    try:
        with pq.ParquetFile(shard.path, buffer_size=2**20, pre_buffer=False) as file:
            total = file.metadata.num_rows
            check_room(shard.path, min(shard.path.stat().st_size, 2**44))
            for batch in file.iter_batches(_ROWS, columns=[shard.column], use_threads=False):
                column = batch.column(0)
                if pa.types.is_struct(column.type):
                    column = column.field("bytes")
                for value in column:
                    content = value.as_py() if value.is_valid else b""
                    yield _stored(content)
                done += len(batch)
                progress("unpack", done, total, "pictures", shard.path.name)
    except (pa.ArrowException, ValueError) as error:
        reason = str(error).strip().splitlines()[0]
        raise DataError(f"{shard.path} cannot be read: {reason}") from error


def _stored(content: bytes) -> str:
    return store(content, _ending(content)) if 0 < len(content) <= MAX_BYTES else _MISSING


def _ending(content: bytes) -> str:
    head = content[:16]
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return ".webp"
    return next((ending for mark, ending in _ENDINGS if head.startswith(mark)), ".bin")


def _key(shard: Shard) -> str:
    """A digest by which a file is known again: of its size, time of change and end, in which all
    its parts are listed."""
    status = shard.path.stat()
    with open(shard.path, "rb") as file:
        file.seek(max(0, status.st_size - _TAIL))
        digest = hashlib.sha256(file.read())
    digest.update(repr((1, status.st_size, status.st_mtime_ns, shard.column)).encode())
    return digest.hexdigest()[:32]


def ids_of(shard: Shard, paths: list[str], pictures: list[str]) -> list[str]:
    """A name for the picture of each row: the path that came with it where no other row has it,
    else the file's name and the row's number; under the split."""
    prefix = f"{shard.split}/" if shard.split else ""
    plain = [_plain(path) for path in paths]
    counts = Counter(plain)
    stem = shard.path.stem
    return [
        f"{prefix}{path}"
        if path and counts[path] == 1
        else f"{prefix}{stem}/{row:06d}{os.path.splitext(picture)[1]}"
        for row, (path, picture) in enumerate(zip(plain, pictures, strict=True))
    ]


def _plain(path: str) -> str:
    parts = [part for part in path.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    return "/".join(parts)


def _has_picture(kind: pa.DataType) -> bool:
    if not pa.types.is_struct(kind):
        return False
    at = kind.get_field_index("bytes")
    return at >= 0 and is_binary(kind.field(at).type)
