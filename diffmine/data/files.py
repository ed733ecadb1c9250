"""Foreign files: only regular ones are opened, and their names can be printed."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from pathlib import Path

MAX_BYTES = 200 * 2**20
"""The largest picture file that is read."""
_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}
_CHUNK = 2**18
_SURROGATE = re.compile("[\ud800-\udfff]")


class NotAFile(OSError):
    """A folder, pipe, socket or device where a file is expected."""


def regular(path: str, flags: int) -> int:
    """An opener for `open`: of regular files alone, and of those without waiting, for a pipe opens
    only when somebody writes to it. Raises NotAFile for all others."""
    check(os.stat(path))  # before: to open a device may do something
    handle = os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
    try:
        check(os.fstat(handle))  # it may have been put there since
    except OSError:
        os.close(handle)
        raise
    return handle


def check(status: os.stat_result) -> None:
    """Raise NotAFile unless the status is that of a regular file."""
    kind = stat.S_IFMT(status.st_mode)
    if kind != stat.S_IFREG:
        raise NotAFile(f"it is {_KINDS.get(kind, 'something else')}, not a file")


def digest_of(path: Path) -> str:
    """Hex SHA-256 of a picture's file; OSError for one that is no regular file or over the limit of
    bytes, which no reader would read."""
    digest, left = hashlib.sha256(), MAX_BYTES
    with open(path, "rb", buffering=0, opener=regular) as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            left -= len(chunk)
            if left < 0:
                raise OSError(f"it is larger than {MAX_BYTES >> 20} MB")
    return digest.hexdigest()


def printable(name: str) -> str:
    """A file's name as text that is UTF-8: bytes of it that are not are written as in Python."""
    return _SURROGATE.sub(_escaped, name)


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"
