"""A data set in a bucket: its pictures and tables are copied once to the user's cache, and whatever
changes in the bucket is copied again."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath

from diffmine.data.buckets import Bucket, Entry
from diffmine.data.cache import cache_folder, check_room, unpacking, write
from diffmine.data.junk import is_junk
from diffmine.data.readers import suffixes
from diffmine.data.tables import endings
from diffmine.engine import Progress, silent
from diffmine.errors import DataError

_NOTE = ".diffmine.copied.json"
_BESIDE = {".zip", ".txt", ".md", ".yaml"}
_AT_ONCE = 8
"""Objects that are copied at the same time."""
_OFTEN = 256
"""Objects after which it is noted which are there: what a killed copy does again at most."""
Refused = tuple[tuple[str, str], ...]


def mirrored(bucket: Bucket, progress: Progress = silent) -> tuple[Path, Refused]:
    """The folder in the cache that holds what a bucket has of pictures, tables and zip files, and
    the objects whose names are no names of files, with the reason.

    Raises DataError where the bucket cannot be read or holds none of these, or the disk is full.
    """
    wanted, refused = _chosen(bucket.entries())
    if not wanted:
        raise DataError(f"{bucket} holds no picture, table, Parquet or zip file.")
    digest = hashlib.sha256(str(bucket).encode()).hexdigest()[:32]
    place = cache_folder() / "buckets" / digest
    with unpacking(Path(str(bucket))):
        before = _noted(place)
        there = {n: e for n, e in before.items() if wanted.get(n) == e and (place / n).is_file()}
        for name in before.keys() - there.keys():
            _forget(place / name, place)
        new = {name: entry for name, entry in wanted.items() if name not in there}
        check_room(Path(str(bucket)), sum(entry.size for entry in new.values()))
        _copy(bucket, place, there, new, progress)
    return place, refused


def _chosen(entries: dict[str, Entry]) -> tuple[dict[str, Entry], Refused]:
    """The objects that a data set may be made of, and those among them that cannot be files."""
    known = suffixes() | endings() | _BESIDE
    wanted = {n: e for n, e in entries.items() if PurePosixPath(n).suffix.lower() in known}
    wanted = {n: e for n, e in wanted.items() if not any(map(is_junk, n.split("/")))}
    refused = {name: reason for name in wanted if (reason := _no_file(name, entries))}
    good = {name: entry for name, entry in wanted.items() if name not in refused}
    return good, tuple(sorted(refused.items()))


def _no_file(name: str, entries: Iterable[str]) -> str:
    """Why an object cannot be copied to a file of its name; empty where it can."""
    parts = name.split("/")
    if any(part in ("", ".", "..") for part in parts) or "\\" in name or "\0" in name:
        return "Its name in the bucket is no path of a file."
    if any(len(part.encode()) > 255 for part in parts):
        return "Its name in the bucket is longer than a file's may be."
    above = ("/".join(parts[:count]) for count in range(1, len(parts)))
    if any(one in entries for one in above):
        return "Another object has the name of its folder."
    return ""


def _copy(
    bucket: Bucket,
    place: Path,
    there: dict[str, Entry],
    new: dict[str, Entry],
    progress: Progress,
) -> None:
    def one(name: str) -> None:
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{hashlib.sha256(name.encode()).hexdigest()[:16]}.tmp")
        try:
            bucket.fetch(name, temporary)
            when = new[name].time
            os.utime(temporary, ns=(when, when))  # so that what did not change looks so
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)

    names = sorted(new)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for first in range(0, len(names), _OFTEN):
            some = names[first : first + _OFTEN]
            progress("fetch", first, len(names), "files")
            list(pool.map(one, some))
            there |= {name: new[name] for name in some}
            note = {name: [entry.size, entry.time] for name, entry in there.items()}
            write(place / _NOTE, json.dumps(note).encode())
    progress("fetch", len(names), len(names), "files")


def _noted(place: Path) -> dict[str, Entry]:
    try:
        note = json.loads((place / _NOTE).read_text(encoding="utf-8"))
        return {name: Entry(*entry) for name, entry in note.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _forget(path: Path, place: Path) -> None:
    """Remove a copy, and the folders that are empty without it."""
    path.unlink(missing_ok=True)
    for folder in path.parents:
        if folder == place or any(folder.iterdir()):
            break
        folder.rmdir()


__all__ = ["mirrored"]
