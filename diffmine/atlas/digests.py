"""Digests of an atlas's files, read anew only where size or time of change differ.

What is remembered stands in a note of this machine's own; `diffmine check` does without it.
"""

from __future__ import annotations

import json
import time
from contextlib import suppress
from pathlib import Path

from diffmine.atlas.atomic import sha256, write_bytes
from diffmine.errors import AtlasError

NAME = ".diffmine.files.json"
SETTLED = 2 * 10**9
"""Nanoseconds after which a file's time of change tells of the next change for certain: clocks of
file systems are coarse."""
_Note = tuple[int, int, str]


class Digests:
    """The digests of files by their names in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._notes: dict[str, _Note] | None = None
        self._saved: dict[str, _Note] = {}

    def of(self, name: str) -> str | None:
        """The digest of a file; None where there is no such file."""
        path = self._folder / name
        if not path.is_file():
            return None
        stat, notes = path.stat(), self._known
        size, changed, digest = notes.get(name, (-1, -1, ""))
        if (size, changed) != (stat.st_size, stat.st_mtime_ns):
            digest = sha256(path)
            notes.pop(name, None)
            if time.time_ns() - stat.st_mtime_ns > SETTLED:
                notes[name] = (stat.st_size, stat.st_mtime_ns, digest)
        return digest

    def save(self) -> None:
        """Remember the digests; a place that cannot be written remembers none."""
        if self._notes is not None and self._notes != self._saved:
            with suppress(AtlasError):
                write_bytes(self._folder / NAME, json.dumps(self._notes).encode())
                self._saved = dict(self._notes)

    @property
    def _known(self) -> dict[str, _Note]:
        if self._notes is None:
            self._saved = _read(self._folder / NAME)
            self._notes = dict(self._saved)
        return self._notes


def _read(path: Path) -> dict[str, _Note]:
    try:
        rows = json.loads(path.read_text(encoding="utf-8")).items()
        return {str(name): (int(size), int(at), str(digest)) for name, (size, at, digest) in rows}
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return {}
