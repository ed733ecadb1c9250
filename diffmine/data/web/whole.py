"""Whether bytes that a server sent are a picture, and all of it."""

from __future__ import annotations

import os
from io import BufferedIOBase

from diffmine.data.web import texts
from diffmine.data.web.errors import LastingError, PassingError

_HEAD, _TAIL = 512, 2**16
_JPEG, _PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
_MAGIC = (
    *(_JPEG, _PNG, b"GIF8", b"BM", b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
    *(b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51"),
)
_NAMES = ((b"<", "a page of HTML or XML"), (b"{", "JSON"), (b"[", "JSON"), (b"%PDF", "a PDF"))


def check_picture(file: BufferedIOBase, address: str) -> None:
    """Raise LastingError where a file holds no picture by its first bytes, PassingError where it is
    empty or ends before its picture does, as far as its kind says where that is."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    head = file.read(_HEAD)
    file.seek(max(0, size - _TAIL))
    tail = file.read(_TAIL)
    if not head:
        raise PassingError(texts.CUT.format(address=address))
    if not _is_picture(head):
        bare = head.lstrip(b"\xef\xbb\xbf \t\r\n")
        kind = next((name for magic, name in _NAMES if bare.startswith(magic)), "something else")
        raise LastingError(texts.NO_PICTURE.format(address=address, kind=kind))
    if not _is_whole(head, tail, size):
        raise PassingError(texts.CUT.format(address=address))


def _is_picture(head: bytes) -> bool:
    webp = head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    return head.startswith(_MAGIC) or webp or head[4:8] == b"ftyp"


def _is_whole(head: bytes, tail: bytes, size: int) -> bool:
    if head.startswith(_JPEG):
        return b"\xff\xd9" in tail
    if head.startswith(_PNG):
        return b"IEND" in tail
    if head.startswith(b"RIFF"):
        return size >= int.from_bytes(head[4:8], "little") + 8
    return True
