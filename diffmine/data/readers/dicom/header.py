"""What is read of a DICOM file beside its pixels: the tags of a list, and no others.

pydicom passes over all other elements without keeping their values. The file is seen through a
counter of reads, so that a header of a million elements ends after a second.
"""

from __future__ import annotations

import io
import math
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO, cast

from diffmine.data.fence.limits import library
from diffmine.data.image import MAX_PIXELS

ALLOWED = {
    "SOPClassUID": 0x00080016,
    "Modality": 0x00080060,
    "Manufacturer": 0x00080070,
    "ManufacturerModelName": 0x00081090,
    "ViewPosition": 0x00185101,
    "FieldOfViewHorizontalFlip": 0x00187034,
    "PatientOrientation": 0x00200020,
    "Laterality": 0x00200060,
    "ImageLaterality": 0x00200062,
    "SamplesPerPixel": 0x00280002,
    "PhotometricInterpretation": 0x00280004,
    "PlanarConfiguration": 0x00280006,
    "NumberOfFrames": 0x00280008,
    "Rows": 0x00280010,
    "Columns": 0x00280011,
    "PixelSpacing": 0x00280030,
    "ImagerPixelSpacing": 0x00181164,
    "PixelAspectRatio": 0x00280034,
    "PixelSpacingCalibrationType": 0x00280A02,
    "BitsAllocated": 0x00280100,
    "BitsStored": 0x00280101,
    "HighBit": 0x00280102,
    "PixelRepresentation": 0x00280103,
    "PixelPaddingValue": 0x00280120,
    "PixelPaddingRangeLimit": 0x00280121,
    "BurnedInAnnotation": 0x00280301,
    "WindowCenter": 0x00281050,
    "WindowWidth": 0x00281051,
    "RescaleIntercept": 0x00281052,
    "RescaleSlope": 0x00281053,
    "VOILUTFunction": 0x00281056,
    "RedPaletteColorLookupTableDescriptor": 0x00281101,
    "GreenPaletteColorLookupTableDescriptor": 0x00281102,
    "BluePaletteColorLookupTableDescriptor": 0x00281103,
    "RedPaletteColorLookupTableData": 0x00281201,
    "GreenPaletteColorLookupTableData": 0x00281202,
    "BluePaletteColorLookupTableData": 0x00281203,
    "ICCProfile": 0x00282000,
    "ModalityLUTSequence": 0x00283000,
    "VOILUTSequence": 0x00283010,
    "PresentationLUTShape": 0x20500020,
    "SharedFunctionalGroupsSequence": 0x52009229,
    "PerFrameFunctionalGroupsSequence": 0x52009230,
}
"""The elements whose values are looked at for a picture. None says who, when or where."""
TRANSFER_SYNTAX = 0x00020010
PIXELS = {0x7FE00008: "f4", 0x7FE00009: "f8", 0x7FE00010: ""}
IMPLICIT = "1.2.840.10008.1.2"
DEFLATED = "1.2.840.10008.1.2.1.99"
BIG_ENDIAN = "1.2.840.10008.1.2.2"
MOST_READS = 50_000
_HEADER = 2**22
_LUT_GROUPS = {
    "WindowCenter": 0x00289132,
    "WindowWidth": 0x00289132,
    "VOILUTFunction": 0x00289132,
    "RescaleSlope": 0x00289145,
    "RescaleIntercept": 0x00289145,
    "PixelSpacing": 0x00289110,
}
"""In which sequence of a functional group an element of an enhanced file stands."""


class TooMany(Exception):
    """More elements than any picture has."""


class NoPixels(Exception):
    """It ends before any pixels, or has none."""


@dataclass(frozen=True)
class Header:
    """The listed elements, the file at its pixels' value, and how these are written."""

    elements: Any
    syntax: str
    little: bool
    pixels: io.BufferedIOBase
    length: int
    floats: str
    tags: Mapping[str, int] = field(default_factory=lambda: ALLOWED)

    def get(self, name: str) -> Any:
        """The value of a listed element, None where there is none; that of the first frame where
        each has its own."""
        tag = self.tags[name]
        if tag in self.elements:
            return self.elements[tag].value
        sequence = _LUT_GROUPS.get(name)
        for groups in ("PerFrameFunctionalGroupsSequence", "SharedFunctionalGroupsSequence"):
            if sequence and ALLOWED[groups] in self.elements:
                group: Any = next(iter(self.elements[ALLOWED[groups]].value), {})
                inner: Any = next(iter(group[sequence].value), {}) if sequence in group else {}
                if tag in inner:
                    return inner[tag].value
        return None

    @property
    def frame_bytes(self) -> int:
        """How long the first frame is where it is not compressed, at most what may be read."""
        sides = (self.count("Rows"), self.count("Columns"), self.count("SamplesPerPixel", 1))
        size = -(-math.prod(map(abs, sides)) * self.count("BitsAllocated") // 8)
        return max(0, min(size, 3 * MAX_PIXELS))

    def text(self, name: str) -> str:
        """The first value of an element as text, upper case."""
        value = self.get(name)
        first = value if isinstance(value, str) or not _several(value) else value[0]
        return str(first if first is not None else "").strip(" \0").upper()

    def texts(self, name: str) -> list[str]:
        """All values of an element as texts, upper case."""
        value = self.get(name)
        several = list(value) if _several(value) else [] if value is None else [value]
        return [str(text).strip(" \0").upper() for text in several]

    def number(self, name: str) -> float | None:
        """The first value of an element as a finite number."""
        return next(iter(self.numbers(name)), None)

    def numbers(self, name: str) -> list[float | None]:
        """All values of an element as numbers, None for one that is not finite."""
        value = words(self.get(name))
        several = [value[at] for at in range(len(value))] if _several(value) else [value]
        return [_finite(number) for number in several]

    def count(self, name: str, default: int = 0) -> int:
        """An element as a whole number."""
        number = self.number(name)
        return default if number is None else int(number)


def words(value: Any) -> Any:
    """The numbers of a value that pydicom leaves as bytes, not knowing whether they have a sign:
    it does where the file does not say. Others as they are."""
    if isinstance(value, bytes):
        return list(struct.unpack(f"<{len(value) // 2}H", value[: len(value) // 2 * 2]))
    return value


def _finite(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _several(value: Any) -> bool:
    return hasattr(value, "__len__") and not isinstance(value, str | bytes)


class Counted(io.RawIOBase):
    """A file that may be read so many times."""

    def __init__(self, file: io.BufferedIOBase) -> None:
        self.file, self.left = file, MOST_READS

    def read(self, size: int = -1, /) -> bytes:
        """Raises TooMany."""
        self.left -= 1
        if self.left < 0:
            raise TooMany
        return self.file.read(size)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """As of any file."""
        return self.file.seek(offset, whence)

    def tell(self) -> int:
        """As of any file."""
        return self.file.tell()


def begins(head: bytes) -> int:
    """Where the first element stands, -1 for what is no DICOM: behind a preamble and DICM, or at
    the beginning where that is plainly an element of group 2 or 8."""
    if head[128:132] == b"DICM":
        return 132
    group, element = int.from_bytes(head[:2], "little"), int.from_bytes(head[2:4], "little")
    if len(head) < 64 or group not in (2, 8) or element > 0x18:
        return -1
    explicit = head[4:6] in (b"UL", b"OB", b"UI", b"CS", b"DA", b"TM", b"SH", b"LO", b"AE")
    length = int.from_bytes(head[4:8], "little")
    following = head[8 + length : 10 + length]
    return 0 if explicit or (length <= 64 and following in (b"\x02\0", b"\x08\0")) else -1


def open_header(
    file: io.BufferedIOBase, head: bytes, more: Mapping[str, int] | None = None
) -> Header:
    """Read the header of an open file whose first bytes are `head`; `more`: elements, by their
    keywords, that are looked at beside those of ALLOWED.

    Raises TooMany, NoPixels, and whatever pydicom does for what it cannot read.
    """
    with library("pydicom"):
        from pydicom.filereader import read_dataset
    file.seek(begins(head))
    counted = Counted(file)
    seen = cast(BinaryIO, counted)
    syntax = ""
    if _group(file) == 2:
        meta = read_dataset(seen, False, True, stop_when=_not_meta, specific_tags=[TRANSFER_SYNTAX])
        syntax = str(meta[TRANSFER_SYNTAX].value) if TRANSFER_SYNTAX in meta else ""
    packed, began = file, file.tell()
    if syntax == DEFLATED:
        counted.file = file = _inflated(packed, _HEADER)
    little, tags = syntax != BIG_ENDIAN, {**ALLOWED, **(more or {})}
    implicit = not _has_vr(file) if syntax in ("", IMPLICIT) else False
    elements = read_dataset(
        seen, implicit, little, stop_when=_at_pixels, specific_tags=list(tags.values())
    )
    tag, length = _pixel_element(file, implicit, little)
    header = Header(elements, syntax, little, file, length, PIXELS[tag], tags)
    end = file.tell() + header.frame_bytes
    if syntax != DEFLATED or end <= _HEADER:
        return header
    packed.seek(began)
    whole = _inflated(packed, end)
    whole.seek(file.tell())
    return replace(header, pixels=whole)


def _group(file: io.BufferedIOBase) -> int:
    at = file.tell()
    group = int.from_bytes(file.read(2), "little")
    file.seek(at)
    return group


def _has_vr(file: io.BufferedIOBase) -> bool:
    """Whether the next element says its kind of value, whatever the file says."""
    at = file.tell()
    following = file.read(6)
    file.seek(at)
    return following[4:6].isalpha() and following[4:6].isupper()


def _not_meta(tag: Any, vr: str | None, length: int) -> bool:
    return int(tag) >> 16 != 2


def _at_pixels(tag: Any, vr: str | None, length: int) -> bool:
    return int(tag) in PIXELS or int(tag) > 0x7FE00010


def _pixel_element(file: io.BufferedIOBase, implicit: bool, little: bool) -> tuple[int, int]:
    order = "<" if little else ">"
    begin = file.read(8 if implicit else 12)
    if len(begin) < (8 if implicit else 12):
        raise NoPixels
    group, element = struct.unpack(order + "HH", begin[:4])
    tag = group << 16 | element
    if tag not in PIXELS:
        raise NoPixels
    length = struct.unpack(order + "I", begin[-4:])[0]
    return tag, length


def _inflated(file: io.BufferedIOBase, most: int) -> io.BufferedIOBase:
    """The beginning of what the rest of a deflated file holds."""
    return io.BytesIO(zlib.decompressobj(-zlib.MAX_WBITS).decompress(file.read(), most))
