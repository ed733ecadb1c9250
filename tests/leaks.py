"""Planted words looked for in bytes: in every form that a program may write them, and inside of
everything that holds others (zip, Parquet, deflated streams of PNG and PDF, addresses of data)."""

from __future__ import annotations

import base64
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote_from_bytes

import pyarrow as pa
import pyarrow.parquet as pq
from pypdf import PdfReader

_DATA_URL = re.compile(rb";base64,([A-Za-z0-9+/=]{16,})")
_PACKED = re.compile(rb"content\\*\": ?\\*\"([A-Za-z0-9+/=]{16,})")
_PDF_STREAM = re.compile(rb"stream\r?\n")
_DEEPEST = 6


class Words:
    """The forms in which some texts may stand in bytes, as one pattern."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.texts = list(dict.fromkeys(texts))
        forms = {form for text in self.texts for form in _forms(text)}
        longest = sorted(forms, key=lambda form: (-len(form), form))
        self._pattern = re.compile(b"|".join(map(re.escape, longest)))
        as_base64 = {form for text in self.texts for form in _base64(text)}
        self._base64 = re.compile(b"|".join(map(re.escape, sorted(as_base64))))

    def within(self, content: bytes, deep: int = 0) -> bytes | None:
        """What stands there of them, with what stands around it; None where nothing does."""
        for part in (content, content.lower()):
            if match := self._pattern.search(part):
                return part[max(0, match.start() - 40) : match.end() + 40]
        if match := self._base64.search(content):
            return content[max(0, match.start() - 40) : match.end() + 40]
        if deep < _DEEPEST:
            for inner in held(content):
                if (told := self.within(inner, deep + 1)) is not None:
                    return told
        return None

    def files(self, folder: Path) -> dict[str, bytes]:
        """By the paths of a folder's files that hold one, or whose names do: what stands there."""
        known = {}
        for path in filter(Path.is_file, sorted(folder.rglob("*"))):
            name = str(path.relative_to(folder))
            told = self.within(name.encode()) or self.within(path.read_bytes())
            if told is not None:
                known[name] = told
        return known


def _forms(text: str) -> Iterator[bytes]:
    """A text, and the same in small letters, as bytes; ASCII stands in the first of them for most
    ways of writing it."""
    for one in {text, text.lower()}:
        plain = one.encode()
        yield plain
        yield one.encode("utf-16-le")
        yield one.encode("utf-16-be")
        yield plain.hex().encode()
        if not one.isascii():
            yield one.encode("unicode_escape")
            yield quote_from_bytes(plain).lower().encode()
            yield "".join(f"&#{ord(letter)};" for letter in one).encode()
            for letters in ("iso2022_jp", "shift_jis", "latin-1"):
                try:
                    yield one.encode(letters)
                except UnicodeEncodeError:
                    continue


def _base64(text: str) -> Iterator[bytes]:
    """What is the same of a text's base64 wherever it begins in the bytes."""
    for one in {text, text.lower(), text.upper()}:
        for before in range(3):
            coded = base64.b64encode(bytes(before) + one.encode() + bytes(3))
            whole = len(one.encode()) + before
            begin, end = -(-before * 8 // 6), whole * 8 // 6
            if end - begin >= 8:
                yield coded[begin:end]


# What holds others


def held(content: bytes) -> Iterator[bytes]:
    """The bytes that some bytes hold packed."""
    if content[:4] == b"PK\3\4":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield name.encode()
                yield archive.read(name)
    elif content[:4] == b"PAR1":
        yield from _cells(content)
    elif content[:8] == b"\x89PNG\r\n\x1a\n":
        yield from _texts_of_png(content)
    elif content[:5] == b"%PDF-":
        for match in _PDF_STREAM.finditer(content):
            yield from _inflated(content[match.end() :], zlib.MAX_WBITS)
        for page in PdfReader(io.BytesIO(content)).pages:  # of numbers of glyphs
            yield page.extract_text().encode()
    elif content[:2] == b"\x1f\x8b":
        yield from _inflated(content, 16 + zlib.MAX_WBITS)
    elif content[:1] == b"\x78" and content[1:2] in (b"\x01", b"\x5e", b"\x9c", b"\xda"):
        yield from _inflated(content, zlib.MAX_WBITS)
    for pattern in (_DATA_URL, _PACKED):
        for match in pattern.finditer(content):
            yield base64.b64decode(match[1] + b"==")


def _cells(content: bytes) -> Iterator[bytes]:
    table = pq.read_table(io.BytesIO(content))
    yield str(table.schema).encode() + repr(table.schema.metadata).encode()
    for column in table.columns:
        values = column.combine_chunks()
        yield from _leaves(values)


def _leaves(values: pa.Array) -> Iterator[bytes]:
    """Texts of a column on one line each, and each of its binary cells."""
    kind = values.type
    if pa.types.is_struct(kind):
        for inner in values.flatten():
            yield from _leaves(inner)
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind):
        yield from _leaves(values.flatten())
    elif pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        yield from filter(None, values.to_pylist())
    elif not pa.types.is_floating(kind):
        yield "\n".join(map(str, values.to_pylist())).encode()


def _texts_of_png(content: bytes) -> Iterator[bytes]:
    at = 8
    while at + 8 <= len(content):
        size, kind = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        chunk = content[at + 8 : at + 8 + size]
        if kind in (b"zTXt", b"iTXt", b"iCCP"):
            for begin in range(len(chunk)):
                if chunk[begin : begin + 1] == b"\x78":
                    yield from _inflated(chunk[begin:], zlib.MAX_WBITS)
        at += 12 + size


def _inflated(content: bytes, window: int) -> Iterator[bytes]:
    try:
        yield zlib.decompressobj(window).decompress(content)
    except zlib.error:
        return
