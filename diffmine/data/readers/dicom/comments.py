"""Words that lie inside of pixels: what compressors note, layers in bits that no number uses, and
texts of colour profiles. They are overwritten where they stand, so that every length stays.

JPEG, JPEG Lossless and JPEG-LS are sequences of marked segments (ITU-T T.81 B.1.1), JPEG 2000 and
HTJ2K of others (ITU-T T.800 A.2), perhaps inside of boxes (T.800 I.4).
"""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

from diffmine.data.readers.dicom.frame import RLE, Broken
from diffmine.data.readers.dicom.grey import Numbers

MALFORMED = "its pixels are not written as it says"
UNKNOWN = "its pixels are compressed in a way that is not kept here"
_NUMBER = re.compile(r"1\.2\.840\.10008\.1\.2\.4\.(\d+)")
_JPEG, _JPEG_2000 = range(50, 82), (*range(90, 94), *range(201, 204))
"""Last numbers of the transfer syntaxes of each kind."""
_COMMENT, _SCAN, _END = 0xFE, 0xDA, 0xD9
_BARE = (0x01, *range(0xD0, 0xD9))
_APPLICATIONS = range(0xE0, 0xF0)
_NEEDED = {0xE0: (b"JFIF\0", 14), 0xEE: (b"Adobe", 12)}
"""Beginning and length of what decoders need of an application's segment."""
_AFTER_SCAN = re.compile(rb"\xff[\x80-\xcf\xd8-\xfe]")
_TILE, _DATA, _COMMENT_2000 = 0x90, 0x93, 0x64
_SIGNATURE, _CODESTREAM = b"\x00\x00\x00\x0cjP  ", b"jp2c"
_BOXES = (b"jP  ", b"ftyp", b"jp2h")
_TEXTS = (b"text", b"desc", b"mluc", b"dict", b"data", b"sig ")
_TAGS = 128
"""Where a colour profile's table of tags begins (ICC.1 7.3)."""


def clean_stream(stream: bytearray, syntax: str) -> None:
    """Overwrite the words in the compressed frames of a transfer syntax, and what lies between
    frames. Raises Broken for what is not written so, and for a way that is not known."""
    match = _NUMBER.fullmatch(syntax)
    number = int(match[1]) if match else 0
    if number in _JPEG:
        _clean_frames(stream, b"\xff\xd8", _clean_jpeg)
    elif number in _JPEG_2000 and stream[: len(_SIGNATURE)] == _SIGNATURE:
        _clean_boxes(stream)
    elif number in _JPEG_2000:
        _clean_frames(stream, b"\xff\x4f\xff\x51", _clean_jpeg_2000)
    elif syntax != RLE:
        raise Broken(UNKNOWN)


def clean_words(content: bytes, numbers: Numbers, word: int) -> bytes:
    """The same stored words of so many bits, little-endian, with the sign or nothing in the bits
    that are no part of their numbers."""
    if numbers.floats or word not in (8, 16, 32) or numbers.bits == word:
        return content
    kind, size = ("i" if numbers.signed else "u"), word // 8
    whole = len(content) // size * size
    above = word - numbers.bits - numbers.shift
    values = np.frombuffer(content[:whole], f"<{kind}{size}")
    values = (values << above) >> (above + numbers.shift) << numbers.shift
    return values.astype(f"<{kind}{size}", copy=False).tobytes() + bytes(len(content) - whole)


def clean_profile(profile: bytes) -> bytes:
    """A colour profile without its texts. Raises Broken for what is none."""
    own = bytearray(profile)
    count = _whole(own, _TAGS, 4)
    table = range(_TAGS + 4, _TAGS + 4 + 12 * count, 12)
    if count > 1000 or table.stop > len(own):
        raise Broken(MALFORMED)
    covered = [(0, table.stop)]
    for at in table:
        begin, size = _whole(own, at + 4, 4), _whole(own, at + 8, 4)
        covered.append((begin, begin + size))
        if own[begin : begin + 4] in _TEXTS:
            _zero(own, begin + 8, begin + size)
    last = 0
    for begin, end in sorted(covered):
        _zero(own, last, begin)
        last = max(last, end)
    _zero(own, last, len(own))
    return bytes(own)


# What is compressed


def _clean_frames(
    stream: bytearray, beginning: bytes, clean: Callable[[bytearray, int], int]
) -> None:
    """Clean each frame, and overwrite what is outside of them."""
    at = 0
    while (begin := stream.find(beginning, at)) >= 0:
        _zero(stream, at, begin)
        at = clean(stream, begin + 2)
    _zero(stream, at, len(stream))


def _clean_jpeg(stream: bytearray, at: int) -> int:
    """Clean a JPEG from behind its first marker; where it ends."""
    while at < len(stream):
        if stream[at] != 0xFF or at + 1 >= len(stream):
            raise Broken(MALFORMED)
        marker = stream[at + 1]
        if marker == _END:
            return at + 2
        if marker == 0xFF or marker in _BARE:
            at += 1 if marker == 0xFF else 2
            continue
        end = _end(stream, at)
        if marker == _COMMENT or marker in _APPLICATIONS:
            beginning, length = _NEEDED.get(marker, (b"", 0))
            needed = beginning and stream.startswith(beginning, at + 4)
            _zero(stream, at + 4 + (length if needed else 0), end)
        at = end
        if marker == _SCAN:
            match = _AFTER_SCAN.search(stream, at)
            at = match.start() if match else len(stream)
    return at


def _clean_jpeg_2000(stream: bytearray, at: int) -> int:
    """Clean a codestream from behind its first marker; where it ends."""
    tile = end_of_tile = 0
    while at + 1 < len(stream):
        marker = stream[at + 1]
        if stream[at] != 0xFF:
            raise Broken(MALFORMED)
        if marker == _END:
            return at + 2
        if marker == _DATA:
            if end_of_tile <= at:
                raise Broken(MALFORMED)
            at = end_of_tile
            continue
        end = _end(stream, at)
        if marker == _TILE:
            tile, length = at, _whole(stream, at + 6, 4)
            end_of_tile = tile + length if length else _last(stream, tile)
        elif marker == _COMMENT_2000:
            _zero(stream, at + 6, end)
        at = end
    return len(stream)


def _last(stream: bytearray, begin: int) -> int:
    """Where the last tile of a codestream ends that does not say how long it is."""
    end = stream.rfind(b"\xff\xd9", begin)
    return end if end >= 0 else len(stream)


def _clean_boxes(stream: bytearray) -> None:
    """Clean what lies in boxes; those that no decoder needs become free space."""
    at = 0
    while at + 8 <= len(stream):
        length, kind, head = _whole(stream, at, 4), bytes(stream[at + 4 : at + 8]), 8
        if length == 1:
            length, head = _whole(stream, at + 8, 8), 16
        end = at + length if length else len(stream)
        if end < at + head or end > len(stream):
            raise Broken(MALFORMED)
        if kind == _CODESTREAM:
            inner = stream[at + head : end]
            _clean_frames(inner, b"\xff\x4f\xff\x51", _clean_jpeg_2000)
            stream[at + head : end] = inner
        elif kind not in _BOXES:
            stream[at + 4 : at + 8] = b"free"
            _zero(stream, at + head, end)
        at = end
    _zero(stream, at, len(stream))


def _end(stream: bytearray, at: int) -> int:
    """Where the segment of the marker at a place ends."""
    length = _whole(stream, at + 2, 2)
    if length < 2 or at + 2 + length > len(stream):
        raise Broken(MALFORMED)
    return at + 2 + length


def _whole(content: bytearray, at: int, size: int) -> int:
    """A big-endian number."""
    return int.from_bytes(content[at : at + size], "big")


def _zero(stream: bytearray, begin: int, end: int) -> None:
    end = min(end, len(stream))
    if begin < end:
        stream[begin:end] = bytes(end - begin)
