"""A film without who it is of: the elements that are read of a picture, and its pixels.

An archive sends the patient with every film. What is written to the disk is made anew from the
elements of a list, each as a number, a UID, or a word of a closed list. Private elements, overlays,
comments, also those of a compressor, and what lies behind the pixels stay out.
"""

from __future__ import annotations

import io
import math
import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from diffmine.data.fence.child import Answer
from diffmine.data.files import regular
from diffmine.data.readers.about import text_of
from diffmine.data.readers.dicom import texts
from diffmine.data.readers.dicom.comments import (
    MALFORMED,
    clean_profile,
    clean_stream,
    clean_words,
)
from diffmine.data.readers.dicom.frame import PLAIN, SHORT, Broken
from diffmine.data.readers.dicom.grey import Numbers
from diffmine.data.readers.dicom.header import (
    ALLOWED,
    BIG_ENDIAN,
    DEFLATED,
    Header,
    words,
)
from diffmine.data.readers.dicom.opened import opened
from diffmine.data.readers.dicom.placing import (
    MODALITIES,
    PARTS,
    SIDES,
    VIEWS,
    listed,
    orientation_of,
)
from diffmine.data.readers.dicom.source_image import UIDS, is_uid
from diffmine.errors import ImageError

_MORE = {**UIDS, "BodyPartExamined": 0x00180015}
_TAGS = {**ALLOWED, **_MORE}
_EXPLICIT = "1.2.840.10008.1.2.1"
_METHOD = "diffmine: nothing but the elements that it reads"
_YES = ("YES", "NO")
_WORDS: dict[str, tuple[str, ...]] = {
    "Modality": (*MODALITIES, "EC", "ECHO"),  # retired, and often with names in the picture
    "ViewPosition": VIEWS,
    "BodyPartExamined": PARTS,
    "Laterality": SIDES,
    "ImageLaterality": SIDES,
    "FieldOfViewHorizontalFlip": _YES,
    "BurnedInAnnotation": _YES,
    "VOILUTFunction": ("LINEAR", "LINEAR_EXACT", "LINEAR EXACT", "SIGMOID"),
    "PresentationLUTShape": ("IDENTITY", "INVERSE"),
    "PixelSpacingCalibrationType": ("GEOMETRY", "FIDUCIAL"),
    "PhotometricInterpretation": (
        *("MONOCHROME1", "MONOCHROME2", "RGB", "PALETTE COLOR", "YBR_FULL", "YBR_FULL_422"),
        *("YBR_PARTIAL_420", "YBR_ICT", "YBR_RCT"),
    ),
}
_DECIMALS = ("WindowCenter", "WindowWidth", "RescaleIntercept", "RescaleSlope", "PixelSpacing",
             "ImagerPixelSpacing")  # fmt: skip
_WHOLE = ("PixelAspectRatio", "NumberOfFrames")
_SHORTS = (
    *("SamplesPerPixel", "PlanarConfiguration", "Rows", "Columns", "BitsAllocated", "BitsStored"),
    *("HighBit", "PixelRepresentation", "PixelPaddingValue", "PixelPaddingRangeLimit"),
)
_DEVICE = ("Manufacturer", "ManufacturerModelName")
_COLOURS = ("Red", "Green", "Blue")
_TABLES = ("ModalityLUTSequence", "VOILUTSequence")
_DESCRIPTOR, _DATA = 0x00283002, 0x00283006
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_UNDEFINED, _ITEM, _END = 0xFFFFFFFF, 0xFFFEE000, 0xFFFEE0DD
_PIXELS = {"": (0x7FE00010, b"OW"), "f4": (0x7FE00008, b"OF"), "f8": (0x7FE00009, b"OD")}
_CHUNK = 2**20


def deidentified(path: Path, *, name: str, sop: str) -> Answer:
    """Work of a child: the bytes of a DICOM file that holds of another what is read of it. `name`
    stands for the file in sentences; `sop` is the SOP Instance UID that it must have.

    Raises ImageError in a sentence without any value of the file.
    """
    with opened(path, name, _MORE, marked=True) as header:
        if header.syntax in (BIG_ENDIAN, DEFLATED):
            raise ImageError(texts.ORDER.format(name=name))
        pixels = _Pixels.of(header, path)
        begin = _header_of(header, name, sop, pixels)
    return Answer({}, len(begin) + pixels.size, chain((begin,), pixels.pieces()))


def _header_of(header: Header, name: str, sop: str, pixels: _Pixels) -> bytes:
    """The file up to its pixels."""
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import UID

    own = Dataset()
    for keyword in ("SOPClassUID", *UIDS):
        own.add_new(_TAGS[keyword], "UI", _uid(header.get(keyword)))
    if own.SOPInstanceUID != sop:
        raise ImageError(texts.ANOTHER.format(name=name))
    for keyword, value, vr in _values(header):
        own.add_new(_TAGS[keyword], vr, value)
    own.PatientIdentityRemoved, own.DeidentificationMethod = "YES", _METHOD
    own.file_meta = FileMetaDataset()
    own.file_meta.TransferSyntaxUID = UID(_uid(header.syntax) if pixels.packed else _EXPLICIT)
    into = io.BytesIO()
    own.save_as(into, enforce_file_format=True)
    tag, kind = _PIXELS[header.floats]
    length = _UNDEFINED if pixels.packed else pixels.size
    return into.getvalue() + struct.pack("<HH2sHI", tag >> 16, tag & 0xFFFF, kind, 0, length)


def _uid(value: Any) -> str:
    text = str(value or "").strip(" \0")
    if not is_uid(text):
        raise ValueError
    return text


def _values(header: Header) -> Iterator[tuple[str, Any, str]]:
    """Keyword, value and kind of value (VR) of what is read; nothing in a form that it cannot have.
    What each frame has of its own is that of the first."""
    for keyword, known in _WORDS.items():
        if text := listed(header.text(keyword), known):
            yield keyword, text, "CS"
    if ways := orientation_of(header):
        yield "PatientOrientation", list(ways), "CS"
    for keyword in _DEVICE:
        value = header.get(keyword)
        if text := text_of(value if isinstance(value, str) else ""):
            yield keyword, text, "LO"
    for keywords, vr in ((_DECIMALS, "DS"), (_WHOLE, "IS")):
        for keyword in keywords:
            numbers = header.texts(keyword)
            if numbers and all(map(_NUMBER.fullmatch, numbers)):
                yield keyword, numbers, vr
    for keyword in _SHORTS:
        number = header.number(keyword)
        if number is not None and -(2**15) <= number < 2**16:
            yield keyword, int(number), "SS" if number < 0 else "US"
    yield from _tables(header)


def _tables(header: Header) -> Iterator[tuple[str, Any, str]]:
    """The tables of greys and of colours, and the profile of colours."""
    from pydicom.dataset import Dataset

    for keyword in _TABLES:
        items = []
        for item in header.get(keyword) or ():
            if _DESCRIPTOR in item and _DATA in item:
                own = Dataset()
                own.add_new(_DESCRIPTOR, "US", _descriptor(item[_DESCRIPTOR].value))
                own.add_new(_DATA, "OW", _data(item[_DATA].value))
                items.append(own)
        if items:
            yield keyword, items, "SQ"
    for colour in _COLOURS:
        names = [f"{colour}PaletteColorLookupTable{what}" for what in ("Descriptor", "Data")]
        values = [header.get(one) for one in names]
        if None not in values:
            yield names[0], _descriptor(values[0]), "US"
            yield names[1], _data(values[1]), "OW"
    profile = header.get("ICCProfile")
    if isinstance(profile, bytes) and header.count("SamplesPerPixel", 1) > 1:
        yield "ICCProfile", clean_profile(profile), "OB"


def _descriptor(value: Any) -> list[int]:
    count, first, bits = (int(number) & 0xFFFF for number in words(value))
    return [count, first, bits]


def _data(value: Any) -> bytes:
    """Entries as words of a little-endian file."""
    if isinstance(value, bytes):
        return value + bytes(len(value) % 2)
    numbers = np.atleast_1d(np.asarray(value, np.int64)) & 0xFFFF
    return numbers.astype("<u2").tobytes()


@dataclass(frozen=True)
class _Pixels:
    """The pixels of a file, `size` bytes: `packed`, pieces of what is compressed, cleaned; where
    nothing is, those from `at` on."""

    path: Path
    at: int
    size: int
    numbers: Numbers
    word: int
    packed: Sequence[bytes | memoryview] = ()

    @classmethod
    def of(cls, header: Header, path: Path) -> _Pixels:
        """Raises Broken for pixels that end too early, or are not written as the file says."""
        at, whole = header.pixels.tell(), path.stat().st_size
        numbers, word = Numbers.of(header), header.count("BitsAllocated")
        if header.length == _UNDEFINED:
            packed = _cleaned(header.pixels, whole, header.syntax)
            return cls(path, at, sum(map(len, packed)), numbers, word, packed)
        if header.syntax not in PLAIN:
            raise Broken(MALFORMED)
        if at + header.length > whole:
            raise Broken(SHORT)
        return cls(path, at, min(header.length, _needed(header)), numbers, word)

    def pieces(self) -> Iterator[bytes | memoryview]:
        """Their bytes."""
        if self.packed:
            yield from self.packed
            return
        with open(self.path, "rb", opener=regular) as file:
            file.seek(self.at)
            for done in range(0, self.size, _CHUNK):
                content = file.read(min(_CHUNK, self.size - done))
                yield clean_words(content, self.numbers, self.word)


def _needed(header: Header) -> int:
    """How many bytes of pixels there are at most, an even number."""
    names = ("Rows", "Columns", "SamplesPerPixel", "NumberOfFrames")
    counts = [header.count(name, 1) for name in names]
    size = -(-math.prod(counts) * header.count("BitsAllocated") // 8)
    return size + size % 2


def _cleaned(file: io.BufferedIOBase, size: int, syntax: str) -> list[bytes | memoryview]:
    """The parts of what is compressed, of which the first says where frames begin, each behind its
    head, and the end of them; without words, and without what follows."""
    heads: list[bytes] = []
    lengths: list[int] = []
    stream = bytearray()
    while True:
        head = file.read(8)
        if len(head) < 8:
            raise Broken(SHORT)
        group, element, length = struct.unpack("<HHI", head)
        tag = group << 16 | element
        if tag == _END:
            break
        if tag != _ITEM or file.tell() + length > size:
            raise Broken(SHORT)
        if not heads:
            first = head + file.read(length)
        else:
            stream += file.read(length)
        heads.append(head)
        lengths.append(length)
    if not heads:
        raise Broken(SHORT)
    clean_stream(stream, syntax)
    pieces: list[bytes | memoryview] = [first]
    whole, at = memoryview(stream), 0
    for one, length in zip(heads[1:], lengths[1:], strict=True):
        pieces += [one, whole[at : at + length]]
        at += length
    return [*pieces, head]
