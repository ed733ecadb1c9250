"""Files written whole or not at all: temporary name, fsync, rename."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from diffmine.errors import AtlasError

TEMPORARY = ".diffmine-tmp"


def sha256(path: Path) -> str:
    """Hex digest of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Give a temporary path to write; on success it becomes `path`, else it is removed.

    Raises AtlasError in one sentence when the disk refuses.
    """
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}{TEMPORARY}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        _sync(temporary)
        os.replace(temporary, path)
        _sync(path.parent)
    except OSError as error:
        raise AtlasError(f"{path} cannot be written: {error.strerror or error}.") from error
    finally:
        temporary.unlink(missing_ok=True)


def write_bytes(path: Path, content: bytes) -> None:
    """Write `content` to `path`, whole or not at all."""
    with whole(path) as temporary:
        temporary.write_bytes(content)


def write_folder(
    path: Path, files: Iterable[tuple[str, bytes]], replaces: Callable[[Path], bool]
) -> None:
    """Write a folder of files by their names, whole or not at all.

    What is at `path` stays unless it is an empty folder or `replaces` says that it may go; then
    AtlasError says so, before anything is written.
    """
    there = path.exists() and not (path.is_dir() and not any(path.iterdir()))
    if there and not replaces(path):
        raise AtlasError(f"{path} holds something else and stays; name a folder that is not there.")
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}{TEMPORARY}")
    old = path.with_name(f"{path.name}.old.{secrets.token_hex(4)}{TEMPORARY}")
    try:
        for name, content in files:
            (temporary / name).parent.mkdir(parents=True, exist_ok=True)
            (temporary / name).write_bytes(content)
        if there:
            os.replace(path, old)
        os.replace(temporary, path)
    except OSError as error:
        raise AtlasError(f"{path} cannot be written: {error.strerror or error}.") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def sweep(folder: Path) -> int:
    """Remove temporary files that a killed process left in `folder`; say how many."""
    left = list(folder.rglob(f"*{TEMPORARY}"))
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
