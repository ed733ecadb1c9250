"""What was fetched, on the disk: HOST/DIGEST.ending, by the address it came from or what it is.

A file is written under another name and renamed, so that one that is there is there whole.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BufferedIOBase
from pathlib import Path
from typing import Any, Protocol, runtime_checkable
from urllib.parse import urlsplit

from diffmine.data.names import MISSING
from diffmine.data.web import texts
from diffmine.data.web.base import Guest
from diffmine.data.web.errors import AbsentError, LastingError
from diffmine.data.web.whole import check_picture
from diffmine.errors import DataError
from diffmine.folders import user_folder

TEMPORARY = ".diffmine-tmp"
ABSENT = ".absent"
"""Ending of a note in the place of a file that its server does not have: the reason."""
MAX_JSON = 2**25
"""Bytes of the largest JSON that is read: 32 MB."""
MAX_PICTURE = 200 * 2**20
_OLD = 86_400.0
"""Seconds after which a file that was being written is nobody's any more."""


def downloads(folder: str = "") -> Path:
    """The folder of what is fetched: one's own, else that in the folder of this user's data."""
    return Path(folder) if folder else user_folder() / "downloads"


@dataclass(frozen=True)
class Store:
    """A folder of what was fetched, and the client that fetches what it lacks; `again` asks anew
    for JSON that is there, and for what a server did not have, once."""

    folder: Path
    client: Guest
    again: bool = False

    def path(self, address: str, what: str, ending: str) -> Path:
        """Where `what` of an address is kept, there or not."""
        return path_of(self.folder, address, what, ending)

    def json(self, address: str) -> Any:
        """The JSON at an address, from the disk where it is there.

        Raises:
            LastingError, PassingError: As Client.fetch does, and for what is no JSON.
        """
        path = self.path(address, "json", ".json")
        if path.is_file() and not (self.again and self._is_older(path)):
            return parsed(path.read_bytes(), address)
        accept = "application/ld+json, application/json"
        with self._noted(path), self.writing(path) as file:
            self.client.fetch(address, file, MAX_JSON, accept)
            file.seek(0)
            content = parsed(file.read(), address)
        return content

    def reduced(self, address: str, accept: str, reduce: Callable[[Any], Any]) -> Any:
        """What `reduce` leaves of the JSON at an address, which alone is written: of what came
        nothing else is ever on the disk. That a server has nothing is not noted. Raises as `json`
        does."""
        path = self.path(address, f"{reduce.__name__} 1", ".json")
        if path.is_file() and not (self.again and self._is_older(path)):
            return parsed(path.read_bytes(), address)
        came = io.BytesIO()
        self.client.fetch(address, came, MAX_JSON, accept)
        content = reduce(parsed(came.getvalue(), address))
        with self.writing(path) as file:
            file.write(json.dumps(content).encode())
        return content

    def picture(self, addresses: Sequence[str], path: Path) -> None:
        """Fetch a picture from the first of its addresses that has it. Raises as Client.fetch does,
        and for what is no picture or not whole; what was at `path` stays then."""
        with self._noted(path), self.writing(path) as file:
            for address in addresses:
                try:
                    return self.client.fetch(address, file, MAX_PICTURE, "image/*", check_picture)
                except LastingError:
                    if address == addresses[-1]:
                        raise

    @contextmanager
    def _noted(self, path: Path) -> Iterator[None]:
        """Note that a server has nothing to put at `path`, and do not ask again for what is noted:
        builds afterwards need no network for it either."""
        note = path.with_name(f"{path.name}{ABSENT}")
        if note.is_file() and not (self.again and self._is_older(note)):
            raise AbsentError(note.read_text(encoding="utf-8"))
        try:
            yield
        except AbsentError as error:
            with self.writing(note) as file:
                file.write(str(error).encode())
            raise
        note.unlink(missing_ok=True)

    @contextmanager
    def writing(self, path: Path) -> Iterator[BufferedIOBase]:
        """A file that becomes `path` when nothing was raised."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}{TEMPORARY}")
            try:
                with temporary.open("x+b") as file:
                    yield file
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(temporary, path)
            finally:
                temporary.unlink(missing_ok=True)
        except OSError as error:
            reason = str(error.strerror or error)
            raise DataError(texts.NOT_WRITTEN.format(path=path, reason=reason)) from error

    def sweep(self) -> None:
        """Remove what other runs began to write and did not end."""
        before = time.time() - _OLD
        for path in self.folder.glob(f"*/.*{TEMPORARY}"):
            with suppress(OSError):
                if path.stat().st_mtime < before:
                    path.unlink()

    def _is_older(self, path: Path) -> bool:
        return path.stat().st_mtime < self.client.begun


def path_of(folder: Path, address: str, what: str, ending: str) -> Path:
    """Where `what` of an address is kept under a folder."""
    digest = hashlib.sha256(f"{address}\n{what}".encode()).hexdigest()[:32]
    host = "".join(c if c.isalnum() or c in ".-" else "_" for c in urlsplit(address).netloc)
    return folder / (host.lstrip(".")[:100] or "_") / f"{digest}{ending}"


@runtime_checkable
class Addressed(Protocol):
    """A picture of the web; `key` is its address, and what of it is kept."""

    @property
    def key(self) -> tuple[str, str]: ...


@dataclass(frozen=True)
class Fetched:
    """Where pictures lie once they are fetched, by their names; their files end as `ending` says,
    or as the names do."""

    pictures: Mapping[str, Addressed]
    folder: Path
    ending: str = ""

    def find(self, written: str) -> tuple[str, Path] | str:
        """The name of a picture and the path of its file, there or not."""
        picture = self.pictures.get(written)
        if picture is None:
            return MISSING
        return written, path_of(self.folder, *picture.key, self.ending or Path(written).suffix)


def parsed(content: bytes, address: str) -> Any:
    """JSON of any depth that Python reads. LastingError for all else."""
    try:
        return json.loads(content)
    except RecursionError as error:
        raise LastingError(texts.NO_JSON.format(address=address, reason=texts.DEEP)) from error
    except ValueError as error:  # also of bytes that are no UTF-8
        reason = str(error).partition(":")[0]
        raise LastingError(texts.NO_JSON.format(address=address, reason=reason)) from error
