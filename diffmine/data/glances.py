"""What earlier looks at the pictures of a folder told, kept in the folder of this user's cache.

A picture is the one that was looked at while its size and its time of change are what they were.
Names of files are not written, only their digests. Without the cache everything is looked at anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from platformdirs import user_cache_path

from diffmine.data.glance import Glance
from diffmine.data.records import Record
from diffmine.version import __version__

VARIABLE = "DIFFMINE_CACHE"
"""Name of the variable of the environment that moves the folder of the cache."""
_FORMAT = 1
_SETTLED = 2 * 10**9
_DAYS = 90
_TOGETHER = 200
_TABLE = (
    "CREATE TABLE IF NOT EXISTS glances "
    "(name BLOB PRIMARY KEY, size INTEGER, changed INTEGER, told TEXT) WITHOUT ROWID"
)


def cache_folder() -> Path:
    """The folder of this user's cache: what is in it can be made again."""
    moved = os.environ.get(VARIABLE)
    return Path(moved) if moved else user_cache_path("diffmine", appauthor=False)


class Glances:
    """Looks at the pictures of one folder. Where the cache cannot be read or written it is empty,
    and nothing is said."""

    def __init__(self, database: sqlite3.Connection | None) -> None:
        self._database = database
        self._waiting = 0

    def of(self, record: Record) -> Glance | None:
        """What is known of a picture as its file is now."""
        row = self._row(record)
        if row is None:
            return None
        with suppress(ValueError, KeyError, TypeError):
            return Glance.heard(json.loads(row))
        return None

    def digest(self, record: Record) -> str:
        """The digest of a picture's file; "" where it is not known."""
        known = self.of(record)
        return known.digest if known else ""

    def keep(self, record: Record, glance: Glance) -> bool:
        """Keep a look, and whether it is; not at a file that has changed just now, for clocks are
        coarse."""
        if self._database is None:
            return False
        with suppress(OSError, sqlite3.Error):
            stat = record.path.stat()
            if time.time_ns() - stat.st_mtime_ns > _SETTLED and stat.st_size == glance.size:
                row = (_name(record), stat.st_size, stat.st_mtime_ns, json.dumps(glance.told()))
                self._database.execute("INSERT OR REPLACE INTO glances VALUES (?, ?, ?, ?)", row)
                self._waiting += 1
                if self._waiting >= _TOGETHER:
                    self.save()
                return True
        return False

    def save(self) -> None:
        """Write what waits."""
        self._waiting = 0
        if self._database is not None:
            with suppress(sqlite3.Error):
                self._database.commit()

    def _row(self, record: Record) -> str | None:
        if self._database is None:
            return None
        with suppress(OSError, sqlite3.Error):
            stat = record.path.stat()
            asked = "SELECT told FROM glances WHERE name = ? AND size = ? AND changed = ?"
            values = (_name(record), stat.st_size, stat.st_mtime_ns)
            row = self._database.execute(asked, values).fetchone()
            return str(row[0]) if row else None
        return None


@contextmanager
def glances(root: Path, burned_in: bool = False) -> Iterator[Glances]:
    """What is known of the pictures of a data set's folder, those with burned-in names among them
    or not."""
    path = _file(root, burned_in)
    database = _opened(path) or _opened(path, anew=True)
    known = Glances(database)
    try:
        yield known
    finally:
        known.save()
        if database is not None:
            database.close()


def _file(root: Path, burned_in: bool) -> Path:
    where = hashlib.sha256(os.fsencode(root.resolve())).hexdigest()[:24]
    kind = f"{_FORMAT}-{__version__}{'-burned-in' * burned_in}"
    return cache_folder() / "pictures" / f"{where}-{kind}.sqlite"


def _opened(path: Path, anew: bool = False) -> sqlite3.Connection | None:
    """The database of a file, made where it is not there; None where that is not to be."""
    database = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if anew:
            path.unlink(missing_ok=True)
        _sweep(path.parent)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # thumbnails are nobody else's
        os.utime(path)
        database = sqlite3.connect(path, timeout=1.0)
        database.execute("PRAGMA journal_mode = TRUNCATE")
        database.execute(_TABLE)
        database.execute("SELECT count(told) FROM (SELECT told FROM glances LIMIT 1)").fetchone()
        return database
    except (OSError, sqlite3.Error):
        if database is not None:
            database.close()
        return None


def _sweep(folder: Path) -> None:
    """Remove what was last used long ago."""
    for path in folder.glob("*.sqlite"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > _DAYS * 86400:
                path.unlink()


def _name(record: Record) -> bytes:
    return hashlib.sha256(record.image_id.encode("utf-8", "surrogateescape")).digest()[:16]
