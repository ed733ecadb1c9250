"""Who holds a folder: one process at a time, on one machine or on several that share a disk.

The lock is the file system's, which ends with the process. Some shared disks lock on each machine
by itself; so the holder also leaves its process and machine in a file beside the lock, and touches
it while it works. One that another machine touched not long ago is respected.
"""

from __future__ import annotations

import os
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from diffmine.atlas.atomic import writing
from diffmine.errors import AtlasError

LOCK, OWNER = ".diffmine.lock", ".diffmine.owner"
PERIOD, FRESH = 20.0, 90.0
"""Seconds between two touches, and within which one means that its process is there."""
_WHO = re.compile(r"process \d+ on (.+)")


@contextmanager
def holding(folder: Path, wait: float) -> Iterator[None]:
    """Hold a folder; AtlasError names the process that does, and its machine."""
    lock, owner = FileLock(folder / LOCK, timeout=wait), folder / OWNER
    try:
        lock.acquire()
    except Timeout as error:
        who = owner.read_text() if owner.is_file() else "another process"
        raise AtlasError(f"{folder} is held by {who}; wait for it or stop it.") from error
    except OSError as error:
        raise AtlasError(f"{folder} cannot be written: {error.strerror or error}.") from error
    mine = False
    try:
        _refuse_elsewhere(folder)
        mine = True
        with writing(folder):
            owner.write_text(f"process {os.getpid()} on {socket.gethostname()}")
        with _touched(owner):
            yield
    finally:
        if mine:
            with suppress(OSError):  # the next holder writes its own
                owner.unlink(missing_ok=True)
        lock.release()


def _refuse_elsewhere(folder: Path) -> None:
    """Raise AtlasError where a process on another machine was there a moment ago."""
    with suppress(OSError):
        who = (folder / OWNER).read_text()
        host = _WHO.fullmatch(who)
        if host is None or host[1] == socket.gethostname():
            return  # this machine's lock is what counts here
        os.utime(folder / LOCK)  # now, by the clock of the disk
        seconds = (folder / LOCK).stat().st_mtime - (folder / OWNER).stat().st_mtime
        if seconds < FRESH:
            raise AtlasError(
                f"{folder} is held by {who}, seen {max(0, round(seconds))} s ago; wait for it or "
                f"stop it, and if it has ended try again in {FRESH:.0f} s."
            )


@contextmanager
def _touched(owner: Path) -> Iterator[None]:
    """Inside, the file says now and then that its process is there."""
    done = threading.Event()

    def touch() -> None:
        while not done.wait(PERIOD):
            with suppress(OSError):
                os.utime(owner)

    thread = threading.Thread(target=touch, name="diffmine holds", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
