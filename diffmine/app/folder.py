"""The folder of a serving process, which goes with it, however it ends.

What visitors gave lies in it under their own files' names. It is removed at exit, also after Ctrl-C
and SIGTERM; after a kill, by the next process that makes one. Imports nothing that takes long.
"""

from __future__ import annotations

import atexit
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import current_thread, main_thread
from typing import Any

from filelock import BaseFileLock, FileLock, Timeout

_PREFIX, _LOCK = "diffmine-app-", "in-use.lock"


def own_folder() -> Path:
    """A new folder, removed when this process ends; those of processes that were killed go now."""
    sweep_dead(Path(tempfile.gettempdir()))
    folder, lock = _locked()

    def remove() -> None:
        lock.release()
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(remove)
    return folder


def _locked() -> tuple[Path, BaseFileLock]:
    """A new folder and its lock, which is held for as long as this process lives."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        private = folder.stat().st_mode
        lock = FileLock(folder / _LOCK)
        # Somebody may sweep it before it is locked; filelock then makes it again, open to others.
        with suppress(FileNotFoundError):
            lock.acquire()
            if (folder / _LOCK).is_file() and folder.stat().st_mode == private:
                return folder, lock
        lock.release()
        shutil.rmtree(folder, ignore_errors=True)


def sweep_dead(parent: Path) -> None:
    """Remove the folders in `parent` whose processes are gone: nobody holds their lock."""
    for folder in parent.glob(f"{_PREFIX}*"):
        lock = folder / _LOCK
        with suppress(OSError, Timeout):  # others' folders cannot be looked into
            if folder.is_symlink() or lock.is_symlink() or not lock.is_file():
                continue
            with FileLock(lock, timeout=0):
                shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def stopped_by_signal() -> Iterator[None]:
    """Inside, SIGTERM ends the process as Ctrl-C does: its folder goes with it."""
    if current_thread() is not main_thread():
        yield
        return

    def stop(*_: Any) -> None:
        raise SystemExit(0)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
