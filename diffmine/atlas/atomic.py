"""Files written whole or not at all: temporary name, fsync, rename."""

from __future__ import annotations

import glob
import hashlib
import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from safetensors import SafetensorError

from diffmine.errors import AtlasError

TEMPORARY = ".diffmine-tmp"


def sha256(path: Path) -> str:
    """Hex digest of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what a disk that refuses raises while `path` is written into one AtlasError."""
    try:
        yield
    except Exception as error:
        # The writers in Rust: safetensors has an error of its own, tokenizers a plain Exception.
        if not isinstance(error, OSError | SafetensorError) and type(error) is not Exception:
            raise
        reason = str(getattr(error, "strerror", None) or error).removesuffix(".")
        raise AtlasError(f"{path} cannot be written: {reason}.") from error


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Give a temporary path to write; on success it becomes `path`, else it is removed.

    Raises AtlasError in one sentence when the disk refuses.
    """
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}{TEMPORARY}")
    try:
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            yield temporary
            _sync(temporary)
            os.replace(temporary, path)
            _sync(path.parent)
    finally:
        with suppress(OSError):  # what stays is swept by who writes here next
            temporary.unlink(missing_ok=True)


def write_bytes(path: Path, content: bytes) -> None:
    """Write `content` to `path`, whole or not at all."""
    with whole(path) as temporary:
        temporary.write_bytes(content)


def write_folder(
    path: Path, files: Iterable[tuple[str, bytes | Path]], replaces: Callable[[Path], bool]
) -> None:
    """Write a folder of files by their names, whole or not at all; a path's file is copied.

    What is at `path` stays unless it is an empty folder or `replaces` says that it may go; then
    AtlasError says so, before anything is written.
    """
    there = path.exists() and not (path.is_dir() and not any(path.iterdir()))
    if there and not replaces(path):
        raise AtlasError(f"{path} holds something else and stays; name a folder that is not there.")
    sweep_beside(path)
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}{TEMPORARY}")
    old = path.with_name(f"{path.name}.old.{secrets.token_hex(4)}{TEMPORARY}")
    try:
        with writing(path):
            for name, content in files:
                (temporary / name).parent.mkdir(parents=True, exist_ok=True)
                if isinstance(content, Path):
                    shutil.copyfile(content, temporary / name)
                else:
                    (temporary / name).write_bytes(content)
            exchange(temporary, path, old)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def sweep_beside(path: Path) -> None:
    """Remove what a process that was killed while it wrote `path` left beside it."""
    name = glob.escape(path.name)
    remove(*path.parent.glob(f"{name}.*{TEMPORARY}"))


def exchange(new: Path, path: Path, old: Path) -> None:
    """Put the folder `new` at `path`; what was there goes to `old`, or stays when that fails."""
    there = path.exists()
    if there:
        os.replace(path, old)
    try:
        os.replace(new, path)
    except OSError:
        if there:
            os.replace(old, path)
        raise


def remove(*paths: Path) -> None:
    """Remove files and folders that may be there. Raises AtlasError in one sentence when the disk
    refuses: what is taken for removed must not be gone on with."""
    for path in paths:
        try:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        except OSError as error:
            raise AtlasError(f"{path} cannot be removed: {error.strerror or error}.") from error


def sweep(folder: Path) -> int:
    """Remove temporary files that a killed process left in `folder`; say how many."""
    left = list(folder.rglob(f"*{TEMPORARY}"))
    remove(*left)
    return len(left)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
