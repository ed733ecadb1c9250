"""A disk that is watched: every call that writes below a folder may be refused, or be the last one
of its process.

Watched are files opened for writing, each write to them (before it, and when half of it is done)
and their closing, fsync, rename, mkdir, unlink and rmdir, and the writers that open files by
themselves: pyarrow's, safetensors' and tokenizers'. A refusal has the form that the real call
gives it.
"""

from __future__ import annotations

import builtins
import errno
import io
import os
import re
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import safetensors.torch
import tokenizers
from safetensors import SafetensorError

REFUSALS = (errno.ENOSPC, errno.EIO, errno.EACCES)
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_HANDLE = "/proc/self/fd"


@dataclass(frozen=True)
class Call:
    """A call that writes: what it does, to which file, and the lines of diffmine it comes from."""

    does: str
    path: str
    lines: tuple[str, ...]

    @property
    def place(self) -> tuple[str, ...]:
        """What names it in every run: numbers of processes and of shards are left out."""
        path = "" if self.does in ("unlink", "rmdir") else self.path
        return (self.does, re.sub(r"[0-9a-f]{8}(?=\.diffmine)|\d+", "#", path), *self.lines)


Step = Callable[[Call], None]


def counted(limit: int, act: Callable[[Call], None]) -> tuple[Step, list[int]]:
    """A step that acts at the `limit`-th call (1 is the first; 0: never), and the count so far."""
    count = [0]

    def step(call: Call) -> None:
        count[0] += 1
        if count[0] == limit:
            act(call)

    return step, count


def refuse(number: int) -> Callable[[Call], None]:
    """Raise the error of that number."""

    def act(call: Call) -> None:
        raise OSError(number, os.strerror(number), call.path)

    return act


def die(call: Call) -> None:
    """kill -9."""
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass
class Fresh:
    """Refuses every place once: a run meets one that no run has met before."""

    number: int
    refused: list[Call] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._places = {call.place for call in self.refused}

    def __call__(self, call: Call) -> None:
        if call.place not in self._places:
            self._places.add(call.place)
            self.refused.append(call)
            refuse(self.number)(call)

    def told(self) -> list[Call]:
        """The calls that were refused by now."""
        return self.refused


class _File:
    """A file whose writes are watched; all else is the file's own."""

    def __init__(self, file: Any, path: str, disk: _Disk) -> None:
        self._file, self._path, self._disk = file, path, disk

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._file)

    def write(self, content: Any) -> int:
        self._disk.step("write", self._path)
        half = len(content) // 2
        self._file.write(content[:half])
        self._file.flush()
        self._disk.step("write the rest", self._path)
        self._file.write(content[half:])
        return len(content)

    def close(self) -> None:
        if not self._file.closed:
            try:
                self._disk.step("close", self._path, unnamed=True)
            finally:
                self._file.close()

    def __enter__(self) -> _File:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


class _Disk:
    def __init__(self, root: Path, step: Step) -> None:
        self.root, self._step = f"{root}{os.sep}", step
        self._inside = False

    def inside(self, path: Any, folder: int | None = None) -> str | None:
        """A path below the root, relative to it; None for any other."""
        if isinstance(path, int):
            path = os.readlink(f"{_HANDLE}/{path}")
        path = os.fsdecode(path)
        if folder is not None:
            path = os.path.join(os.readlink(f"{_HANDLE}/{folder}"), path)
        path = os.path.abspath(path)
        return path[len(self.root) :] if path.startswith(self.root) else None

    def step(self, does: str, path: str | None, *, unnamed: bool = False) -> None:
        if path is None or self._inside:
            return
        try:
            self._step(Call(does, path, _lines()))
        except OSError as error:
            if unnamed or does.startswith(("write", "fsync")):
                raise OSError(error.errno, error.strerror) from None
            raise

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Inside, calls are part of one that was looked at."""
        before, self._inside = self._inside, True
        try:
            yield
        finally:
            self._inside = before


def _lines() -> tuple[str, ...]:
    """The last lines of diffmine, without those of the writers that all go through."""
    lines: list[str] = []
    frame = sys._getframe(2)
    while frame is not None and len(lines) < 2:
        name = frame.f_code.co_filename
        if "/diffmine/" in name and not name.endswith(("atomic.py", "manifest.py")):
            lines.append(f"{name.rpartition('/diffmine/')[2]}:{frame.f_lineno}")
        frame = frame.f_back  # type: ignore[assignment]
    return tuple(lines)


@contextmanager
def watched(root: Path, step: Step) -> Iterator[None]:
    """Call `step` before every call that writes below a folder."""
    disk = _Disk(root, step)
    with pytest.MonkeyPatch.context() as patch:
        _watch_files(patch, disk)
        _watch_names(patch, disk)
        _watch_writers(patch, disk)
        yield


def _watch_files(patch: pytest.MonkeyPatch, disk: _Disk) -> None:
    plain, opened, synced = io.open, os.open, os.fsync

    def open_(file: Any, mode: str = "r", *more: Any, **settings: Any) -> Any:
        path = disk.inside(file) if set(mode) & set("wax+") and not isinstance(file, int) else None
        disk.step("open", path)
        with disk.alone():
            handle = plain(file, mode, *more, **settings)
        return handle if path is None or disk._inside else _File(handle, path, disk)

    def os_open(path: Any, flags: int, *more: Any, **settings: Any) -> int:
        if flags & _WRITES:
            disk.step("open", disk.inside(path, settings.get("dir_fd")))
        return opened(path, flags, *more, **settings)

    def fsync(handle: int) -> None:
        disk.step("fsync", disk.inside(handle))
        synced(handle)

    patch.setattr(builtins, "open", open_)
    patch.setattr(io, "open", open_)
    patch.setattr(os, "open", os_open)
    patch.setattr(os, "fsync", fsync)


def _watch_names(patch: pytest.MonkeyPatch, disk: _Disk) -> None:
    def watch(name: str) -> None:
        call = getattr(os, name)

        def watched_call(path: Any, *more: Any, **settings: Any) -> Any:
            folder = settings.get("dir_fd")
            target = more[0] if name in ("replace", "rename") else path
            disk.step(name, disk.inside(target, folder))
            return call(path, *more, **settings)

        patch.setattr(os, name, watched_call)

    for name in ("replace", "rename", "mkdir", "unlink", "remove", "rmdir"):
        watch(name)


def _watch_writers(patch: pytest.MonkeyPatch, disk: _Disk) -> None:
    writer = pq.ParquetWriter
    begin, write, close = writer.__init__, writer.write_table, writer.close

    def parquet(does: str, path: Any) -> None:
        try:
            disk.step(f"parquet {does}", disk.inside(path), unnamed=True)
        except OSError as error:  # in pyarrow's words
            reason = f"Detail: [errno {error.errno}] {error.strerror}"
            raise OSError(error.errno, f"Error writing bytes to file. {reason}") from None

    def begin_parquet(self: Any, where: Any, *more: Any, **settings: Any) -> None:
        self.watched = where if isinstance(where, str | os.PathLike) else None
        if self.watched is not None:
            parquet("open", where)
        begin(self, where, *more, **settings)

    def write_parquet(self: Any, *more: Any, **settings: Any) -> None:
        if self.watched is not None:
            parquet("write", self.watched)
        write(self, *more, **settings)

    def close_parquet(self: Any) -> None:
        was_open = getattr(self, "is_open", False)
        close(self)
        if was_open and self.watched is not None:
            parquet("close", self.watched)

    patch.setattr(writer, "__init__", begin_parquet)
    patch.setattr(writer, "write_table", write_parquet)
    patch.setattr(writer, "close", close_parquet)

    serialized, saved = safetensors.torch.serialize_file, tokenizers.Tokenizer.save

    def serialize_file(tensors: Any, path: Any, *more: Any, **settings: Any) -> None:
        try:
            disk.step("tensors", disk.inside(path))
        except OSError as error:
            reason = f"I/O error: {error.strerror} (os error {error.errno})"
            raise SafetensorError(f"Error while serializing: {reason}") from None
        serialized(tensors, path, *more, **settings)

    def save(self: Any, path: str, *more: Any, **settings: Any) -> None:
        try:
            disk.step("tokenizer", disk.inside(path))
        except OSError as error:
            raise Exception(f"{error.strerror} (os error {error.errno})") from None
        saved(self, path, *more, **settings)

    patch.setattr(safetensors.torch, "serialize_file", serialize_file)
    patch.setattr(tokenizers.Tokenizer, "save", save)
