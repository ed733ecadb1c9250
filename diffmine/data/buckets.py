"""Object storage: buckets of S3 and what speaks like it, of Google and Azure, by pyarrow's clients.

A bucket has no folders, no rename and no lock: names with slashes, each put there whole. Settings
and keys are those of the machine, as other programs have them (AWS_PROFILE, AWS_ENDPOINT_URL,
~/.aws; for Google the application's default credentials).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from shutil import copyfileobj
from typing import Any

from diffmine.errors import DataError

_ADDRESS = re.compile(
    r"(?P<kind>s3|gs|gcs|abfss?):/{1,2}(?P<bucket>[^/?#]+)(?:/(?P<key>[^?#]*))?(?P<query>\?[^#]*)?"
)
_CHUNK = 2**22
"""Bytes that are in memory at a time."""
_REASONS = {
    "NO_SUCH_BUCKET": "there is no such bucket",
    "ACCESS_DENIED": "its owner does not let you",
    "INVALID_ACCESS_KEY_ID": "the access key is not known there",
    "SIGNATURE_DOES_NOT_MATCH": "the secret key is wrong",
    "NETWORK_CONNECTION": "the server does not answer",
}


@dataclass(frozen=True)
class Entry:
    """An object: its size in bytes, and when it was written, in nanoseconds since 1970."""

    size: int
    time: int


@dataclass(frozen=True)
class Bucket:
    """A place in a bucket: what lies under `key`, which may be empty."""

    kind: str
    name: str
    key: str = ""
    query: str = ""

    def __str__(self) -> str:
        return f"{self.kind}://{self.name}/{self.key}".rstrip("/")

    @cached_property
    def _files(self) -> Any:
        from pyarrow.fs import FileSystem

        with self._asked():
            return FileSystem.from_uri(f"{self.kind}://{self.name}{self.query}")[0]

    def _path(self, name: str) -> str:
        return "/".join(part for part in (self.name, self.key, name) if part)

    def entries(self) -> dict[str, Entry]:
        """The objects by their names under the key; none where there is nothing."""
        from pyarrow.fs import FileSelector, FileType

        root = self._path("")
        with self._asked():
            listed = self._files.get_file_info(
                FileSelector(root, allow_not_found=True, recursive=True)
            )
        return {
            one.path.removeprefix(root + "/"): Entry(one.size, one.mtime_ns or 0)
            for one in listed
            if one.type == FileType.File
        }

    def fetch(self, name: str, path: Path) -> None:
        """Write an object to a file. Raises DataError where it cannot be had; a disk's OSError is
        left as it is."""
        with self._asked():
            source = self._files.open_input_stream(self._path(name))
        with source, path.open("wb") as file:
            while content := self._read(source):
                file.write(content)

    def _read(self, source: Any) -> bytes:
        with self._asked():
            return bytes(source.read(_CHUNK))

    def send(self, path: Path, name: str) -> None:
        """Put a file there as an object, in the place of what has the name. Raises DataError; then
        the object may be there, and be cut short."""
        with (
            self._asked(),
            path.open("rb") as file,
            self._files.open_output_stream(self._path(name)) as target,
        ):
            copyfileobj(file, target, _CHUNK)

    def remove(self, name: str) -> None:
        """Remove an object."""
        with self._asked():
            self._files.delete_file(self._path(name))

    @contextmanager
    def _asked(self) -> Iterator[None]:
        """Turn what the clients raise into one sentence."""
        from pyarrow import ArrowException

        try:
            yield
        except (OSError, ArrowException, ValueError) as error:
            text = " ".join(str(error).split())
            known = (why for code, why in _REASONS.items() if code in text)
            raise DataError(f"{self} cannot be used: {next(known, text[:300])}.") from error


def bucket_of(text: str) -> Bucket | None:
    """The place that an address names, as `s3://BUCKET/KEY`; None where it is no such address.
    Raises DataError for one that names no bucket."""
    text = text.replace("\\", "/")
    match = _ADDRESS.fullmatch(text)
    if match is not None:
        key = (match["key"] or "").strip("/")
        return Bucket(match["kind"], match["bucket"], key, match["query"] or "")
    if re.match(r"(s3|gs|gcs|abfss?):/", text):
        raise DataError(f"{text} names no bucket; write s3://BUCKET/KEY.")
    return None


__all__ = ["Bucket", "Entry", "bucket_of"]
