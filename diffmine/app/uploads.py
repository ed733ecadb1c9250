"""Files that visitors gave: few, small, and gone soon.

A file lies in the app's own folder under the name its visitor gave it, which may be a patient's.
The tab that asked for it deletes it as soon as it is read; whatever is never read is deleted here:
when its visitor leaves, or after minutes, and the whole folder with the process (cache.py).
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Lock, Thread

from diffmine.app import texts

MEGABYTE = 2**20
MOST_BYTES = 20 * MEGABYTE
"""Of one file."""
VISITOR_FILES, VISITOR_BYTES = 8, 60 * MEGABYTE
ALL_FILES, ALL_BYTES = 200, 500 * MEGABYTE
MINUTES = 10
"""How long a file stays that nobody reads."""
_LOOK_EVERY = 30.0


@dataclass(frozen=True)
class _Upload:
    visitor: str
    size: int
    since: float


class Uploads:
    """The files in a folder and whose they are."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self.folder = folder
        self._clock = clock
        self._lock = Lock()
        self._files: dict[Path, _Upload] = {}
        self._coming: Counter[str] = Counter()
        self._pages: Counter[str] = Counter()

    def refusal(self, visitor: str, files: int, size: int) -> str:
        """Why a visitor may not give so many files more, of so many bytes; empty when they may."""
        with self._lock:
            there = [upload for path, upload in self._files.items() if path.exists()]
            own = [upload for upload in there if upload.visitor == visitor]
            for known, coming, most, bytes_ in (
                (own, self._coming[visitor], VISITOR_FILES, VISITOR_BYTES),
                (there, self._coming.total(), ALL_FILES, ALL_BYTES),
            ):
                total = sum(upload.size for upload in known) + size
                if len(known) + coming + files > most or total > bytes_:
                    return texts.TOO_MANY_UPLOADS.format(minutes=MINUTES)
        return ""

    def begin(self, visitor: str) -> None:
        """A file is on its way."""
        with self._lock:
            self._coming[visitor] += 1

    def end(self, visitor: str) -> None:
        """It has come, or not."""
        with self._lock:
            self._coming[visitor] -= 1
            self._coming += Counter()

    def note(self, visitor: str, paths: Iterable[Path]) -> None:
        """Files that came whole."""
        now = self._clock()
        with self._lock:
            for path in paths:
                with suppress(OSError):
                    self._files[path] = _Upload(visitor, path.stat().st_size, now)

    def opened(self, visitor: str) -> None:
        """A page of a visitor was opened."""
        with self._lock:
            self._pages[visitor] += 1

    def closed(self, visitor: str) -> None:
        """A page was closed: with the last one of a visitor go the files."""
        with self._lock:
            self._pages[visitor] -= 1
            self._pages += Counter()
            if self._pages[visitor] <= 0:
                self._drop(path for path, file in self._files.items() if file.visitor == visitor)

    def sweep(self) -> None:
        """Delete what is older than `MINUTES`, with what came in part."""
        oldest = self._clock() - 60 * MINUTES
        with self._lock:
            self._drop(path for path, upload in self._files.items() if upload.since < oldest)
            parts = [path for path in self.folder.glob("tmp*") if path.is_file()]
            self._drop(path for path in parts if path.stat().st_mtime < oldest)

    def watch(self, stop: Event) -> Thread:
        """Sweep now and then until `stop` is set."""

        def run() -> None:
            while not stop.wait(_LOOK_EVERY):
                with suppress(OSError):
                    self.sweep()

        thread = Thread(target=run, name="diffmine-uploads", daemon=True)
        thread.start()
        return thread

    def _drop(self, paths: Iterable[Path]) -> None:
        for path in list(paths):
            self._files.pop(path, None)
            with suppress(OSError):
                path.unlink(missing_ok=True)
                if path.parent != self.folder:
                    path.parent.rmdir()
