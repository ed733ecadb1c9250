"""The folder of this user's cache: pictures that came packed lie there as files, so that all that
reads, compares and digests files does so with these.

It may be removed at any time: what is wanted is unpacked again, and as its content is the same,
nothing that was made of it is made again.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from platformdirs import user_cache_path

from diffmine.errors import DataError

VARIABLE = "DIFFMINE_CACHE"
"""Name of the variable of the environment that moves the folder of this user's cache."""
_LEFT = 2**28
"""Bytes that unpacking leaves free on the disk."""


def cache_folder() -> Path:
    """The folder of this user's cache."""
    moved = os.environ.get(VARIABLE)
    return Path(moved) if moved else user_cache_path("diffmine", appauthor=False)


@contextmanager
def unpacking(of: Path) -> Iterator[None]:
    """Turn what a disk that refuses raises while something is unpacked into one DataError."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise DataError(
            f"{of} cannot be unpacked into {cache_folder()}: {reason}; {VARIABLE} names another "
            "folder for it."
        ) from error


def check_room(of: Path, size: int) -> None:
    """Raise DataError where unpacking so many bytes would fill the disk."""
    folder = cache_folder()
    with unpacking(of):
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
    if size > free - _LEFT:
        raise DataError(
            f"{of} needs {size >> 20:,} MB in {folder}, where {free >> 20:,} MB are free; "
            f"{VARIABLE} names another folder for it."
        )


def store(content: bytes, ending: str) -> str:
    """Keep a picture under the digest of its content; its path inside `pictures`. What is there is
    left as it is, with its time of change."""
    digest = hashlib.sha256(content).hexdigest()
    name = f"{digest[:2]}/{digest}{ending}"
    path = stored(name)
    if not path.is_file() or path.stat().st_size != len(content):
        write(path, content)
    return name


def stored(name: str) -> Path:
    """The file of a picture that was kept."""
    return cache_folder() / "pictures" / name


def write(path: Path, content: bytes) -> None:
    """Write a file of the cache, whole or not at all."""
    temporary = path.with_name(f".{secrets.token_hex(6)}.tmp")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        temporary.write_bytes(content)
        os.replace(temporary, path)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


@contextmanager
def folder_made(path: Path) -> Iterator[Path]:
    """Give a temporary folder to fill, which becomes `path` at the end, unless another process made
    it meanwhile; if it fails it is removed."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}.tmp")
    temporary.mkdir(parents=True)
    try:
        yield temporary
        with suppress(OSError):  # another one was faster
            os.rename(temporary, path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
