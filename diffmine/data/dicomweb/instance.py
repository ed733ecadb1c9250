"""A film of an archive as it is fetched, by WADO-RS; as it came it is never on the disk."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedIOBase
from pathlib import Path
from urllib.parse import urlsplit

from diffmine.data.dicomweb import texts
from diffmine.data.dicomweb.films import Described
from diffmine.data.dicomweb.query import INSTANCE, SERIES, STUDY
from diffmine.data.fence import fenced_one
from diffmine.data.readers.dicom.deidentified import deidentified
from diffmine.data.web.errors import AbsentError, LastingError, PassingError
from diffmine.data.web.remote import Place
from diffmine.data.web.store import MAX_PICTURE, Store
from diffmine.errors import ImageError

ABOUT = 16 * 2**20
"""Bytes that a file may have beside its pixels."""
WHAT = "film 1"
_MULTIPART = 'multipart/related; type="application/dicom"'
_ACCEPTS = (_MULTIPART, f"{_MULTIPART}; transfer-syntax=*")
"""Not compressed, as the standard has it where nothing is said; else as it is stored."""
_HEAD = 2**16
_FD = Path("/proc/self/fd")


@dataclass(frozen=True)
class Instance:
    """A film of an archive; a Remote. `size` is about how many bytes its pixels are."""

    service: str
    study: str
    series: str
    sop: str
    size: int = 0

    @classmethod
    def of(cls, service: str, film: Described) -> Instance:
        """A film by its metadata."""
        own = film.values
        return cls(service, own[STUDY], own[SERIES], own[INSTANCE], film.size)

    @property
    def key(self) -> tuple[str, str]:
        """The address by which it is kept, and what of it."""
        where = f"studies/{self.study}/series/{self.series}/instances/{self.sop}"
        return f"{self.service}/{where}", WHAT

    def place(self, store: Store) -> Place:
        """Its address: nothing that the archive says of where it is, is heeded."""
        return Place((self.key[0],))

    def fetch(self, store: Store, place: Place, path: Path) -> None:
        """Fetch it, and write what is read of a film to `path`. Raises as Client.fetch does, and
        ImageError for what is no film or another one."""
        body, most = io.BytesIO(), min(MAX_PICTURE, self.size + ABOUT)
        for accept in _ACCEPTS:
            try:
                store.client.fetch(place.addresses[0], body, most, accept, check_part)
                break
            except LastingError as error:
                if isinstance(error, AbsentError) or accept == _ACCEPTS[-1]:
                    raise
        content = body.getvalue()
        begin, end = _part(content)
        film = self._read(memoryview(content)[begin:end])
        with store.writing(path) as file:
            file.write(film)

    def _read(self, content: memoryview) -> bytes:
        """What is read of a film, behind the fence."""
        name = f"{self.sop}.dcm"
        with passing(content) as foreign:
            try:
                told = {"name": name, "sop": self.sop}
                return fenced_one(deidentified, foreign, told).content
            except ImageError as error:  # a limit is told of the file that the child read
                reason = str(error)
                if reason.startswith(f"{foreign.name} "):
                    reason = name + reason.removeprefix(foreign.name)
                raise LastingError(reason) from None


def check_part(file: BufferedIOBase, address: str) -> None:
    """Raise LastingError for an answer that is no film in an envelope, PassingError for one that
    ends before its end."""
    file.seek(0)
    content = file.read()
    host = urlsplit(address).netloc
    begin, end = _part(content)
    if begin < 0:
        bare = content[:_HEAD].lstrip()
        kind = "nothing" if not bare else "JSON" if bare[:1] in (b"{", b"[") else "something else"
        raise LastingError(texts.NO_PART.format(host=host, kind=kind))
    if end < 0:
        raise PassingError(texts.CUT.format(host=host))


def _part(content: bytes) -> tuple[int, int]:
    """Where the first part of a multipart message (RFC 2046) begins and ends; -1 where there is
    none. A film without an envelope is one as it is."""
    if content[128:132] == b"DICM":
        return 0, len(content)
    at = content.find(b"--", 0, _HEAD)
    line = content[at : content.find(b"\r\n", at, _HEAD)] if at >= 0 else b""
    empty = content.find(b"\r\n\r\n", at, at + _HEAD) if line[2:] else -1
    if empty < 0 or content[:at].strip():
        return -1, -1
    return empty + 4, content.find(b"\r\n" + line.rstrip(), empty + 4)


@contextmanager
def passing(content: memoryview) -> Iterator[Path]:
    """A file of some bytes for a child to read: one that no folder has where the system can do that
    (Linux), and that is gone with this process; else one that others cannot read."""
    if hasattr(os, "memfd_create") and _FD.is_dir():
        with os.fdopen(os.memfd_create("film"), "wb") as file:
            file.write(content)
            file.flush()
            yield Path(f"/proc/{os.getpid()}/fd/{file.fileno()}")
        return
    handle, name = tempfile.mkstemp(suffix=".dcm")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        yield Path(name)
    finally:
        os.unlink(name)


__all__ = ["Instance", "check_part", "passing"]
