"""The stored numbers of a DICOM file's first frame."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image

from diffmine.data.fence.limits import library
from diffmine.data.readers.dicom.header import BIG_ENDIAN, DEFLATED, IMPLICIT, Header

PLAIN = ("", IMPLICIT, "1.2.840.10008.1.2.1", DEFLATED, BIG_ENDIAN)
RLE = "1.2.840.10008.1.2.5"
JPEG = ("1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51")
JPEG_2000 = ("1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91")
OTHER = {
    "1.2.840.10008.1.2.4.57": "JPEG Lossless",
    "1.2.840.10008.1.2.4.70": "JPEG Lossless",
    "1.2.840.10008.1.2.4.80": "JPEG-LS",
    "1.2.840.10008.1.2.4.81": "JPEG-LS",
    "1.2.840.10008.1.2.4.51": "JPEG of 12 bits",
    "1.2.840.10008.1.2.4.201": "High-Throughput JPEG 2000",
    "1.2.840.10008.1.2.4.202": "High-Throughput JPEG 2000",
    "1.2.840.10008.1.2.4.203": "High-Throughput JPEG 2000",
}
_UNDEFINED = 0xFFFFFFFF
_LONGEST_RUN = 64
"""Bytes that one byte of run lengths stands for, at most."""
SHORT = "it ends before its pixels do"


class NoDecoder(Exception):
    """A way of compressing that is not read here, by its name."""


class Broken(Exception):
    """What is wrong with the pixels, in words."""


@dataclass(frozen=True)
class Frame:
    """Stored numbers, (rows, columns) or (rows, columns, 3), unsigned as they lie in the file, or
    floats. `rgb`: a decoder has brought three colours to 8 bits, and unless `mixed` to red, green
    and blue."""

    values: np.ndarray
    rgb: bool = False
    mixed: bool = False


def first_frame(header: Header, rows: int, columns: int, samples: int) -> Frame:
    """The first frame. Raises NoDecoder, Broken, or what a decoder does."""
    if header.length != _UNDEFINED:
        if header.syntax not in PLAIN:
            raise Broken("its pixels are not written as it says")
        return Frame(_plain(header, rows, columns, samples))
    if header.syntax in PLAIN:
        raise Broken("its pixels are not written as it says")
    content = _encapsulated(header)
    if header.syntax == RLE:
        return Frame(_rle(content, header, rows, columns, samples))
    if header.syntax in (*JPEG, *JPEG_2000):
        return _by_pillow(content, header, (rows, columns), samples)
    raise NoDecoder(OTHER.get(header.syntax, "a way that is not known here"))


def _plain(header: Header, rows: int, columns: int, samples: int) -> np.ndarray:
    bits = header.count("BitsAllocated")
    size = rows * columns
    if header.text("PhotometricInterpretation") == "YBR_FULL_422":
        return _halved(_taken(header, 2 * size), rows, columns)
    if bits == 1 and not header.floats:
        packed = np.frombuffer(_taken(header, -(-size // 8)), np.uint8)
        return np.unpackbits(packed, count=size, bitorder="little").reshape(rows, columns)
    if bits not in (8, 16, 32, 64) or (bits == 64 and not header.floats):
        raise Broken(f"it has {bits} bits for a pixel")
    order = "<" if header.little else ">"
    kind = np.dtype(order + (header.floats or f"u{bits // 8}"))
    values = np.frombuffer(_taken(header, size * samples * kind.itemsize), kind).astype(
        kind.newbyteorder("="), copy=False
    )
    return _shaped(values, header, rows, columns, samples)


def _taken(header: Header, size: int) -> bytes:
    """So many bytes of the pixels; Broken, before memory is taken, where there are fewer."""
    file, at = header.pixels, header.pixels.tell()
    left = file.seek(0, io.SEEK_END) - at
    file.seek(at)
    if left < size:
        raise Broken(SHORT)
    return file.read(size)


def _shaped(
    values: np.ndarray, header: Header, rows: int, columns: int, samples: int
) -> np.ndarray:
    if samples == 1:
        return values.reshape(rows, columns)
    if header.count("PlanarConfiguration") == 1:
        return np.moveaxis(values.reshape(samples, rows, columns), 0, -1)
    return values.reshape(rows, columns, samples)


def _halved(content: bytes, rows: int, columns: int) -> np.ndarray:
    """Two pixels in four bytes: both brightnesses, then the two colours they share."""
    if columns % 2:
        raise Broken("its pixels are not written as it says")
    pairs = np.frombuffer(content, np.uint8).reshape(rows, columns // 2, 4)
    values = np.empty((rows, columns, 3), np.uint8)
    values[:, 0::2, 0], values[:, 1::2, 0] = pairs[..., 0], pairs[..., 1]
    for channel in (1, 2):
        values[..., channel] = np.repeat(pairs[..., channel + 1], 2, axis=1)
    return values


def _encapsulated(header: Header) -> bytes:
    """The bytes of the first frame, out of the pieces in which they lie."""
    frames = max(1, header.count("NumberOfFrames", 1))
    with library("pydicom.encaps"):
        from pydicom.encaps import generate_frames
    return bytes(next(generate_frames(header.pixels, number_of_frames=frames)))


def _rle(content: bytes, header: Header, rows: int, columns: int, samples: int) -> np.ndarray:
    """Run lengths (PackBits), each byte of each sample in a segment, the highest first."""
    width = header.count("BitsAllocated") // 8
    size = rows * columns
    offsets = np.frombuffer(content[:64], "<u4")
    if width not in (1, 2, 4) or offsets.size < 16 or offsets[0] != width * samples:
        raise Broken("its runs are not as many as its pixels need")
    if _LONGEST_RUN * len(content) < size * width * samples:
        raise Broken(SHORT)
    ends = [*offsets[2 : 1 + offsets[0]].tolist(), len(content)]
    values = np.empty((samples, size, width), np.uint8)
    for number, (begin, end) in enumerate(zip(offsets[1:].tolist(), ends, strict=False)):
        sample, byte = divmod(number, width)
        values[sample, :, width - 1 - byte] = _unpacked(content[begin:end], size)
    joined = (
        values.reshape(samples, size * width).view(f"<u{width}").reshape(samples, rows, columns)
    )
    return joined[0] if samples == 1 else np.moveaxis(joined, 0, -1)


def _unpacked(segment: bytes, size: int) -> np.ndarray:
    pieces, at, left = [], 0, size
    while left > 0 and at < len(segment):
        code = segment[at]
        if code < 128:
            piece = segment[at + 1 : at + 2 + code]
            at += 2 + code
        elif code > 128:
            piece = segment[at + 1 : at + 2] * (257 - code)
            at += 2
        else:
            piece, at = b"", at + 1
        pieces.append(piece)
        left -= len(piece)
    joined = np.frombuffer(b"".join(pieces), np.uint8)
    if joined.size < size:
        raise Broken(SHORT)
    return joined[:size]


def _by_pillow(content: bytes, header: Header, shape: tuple[int, int], samples: int) -> Frame:
    """JPEG of 8 bits and JPEG 2000."""
    form = "JPEG" if header.syntax in JPEG else "JPEG2000"
    if form == "JPEG" and _precision(content) != 8:
        raise NoDecoder(OTHER[JPEG[1]] if _precision(content) == 12 else "JPEG Lossless")
    with Image.open(io.BytesIO(content), formats=(form,)) as image:
        if image.size != shape[::-1] or len(image.getbands()) != samples:
            raise Broken("its pixels are of another size than it says")
        if form == "JPEG" and header.text("PhotometricInterpretation") == "RGB":
            image.tile = [tile._replace(args=("RGB", "RGB")) for tile in image.tile]
        image.load()
        if image.mode not in ("L", "RGB") and not image.mode.startswith("I"):
            raise Broken("its pixels are of a kind that is not known here")
        values = np.asarray(image)
    if form == "JPEG2000" and samples == 1:
        values = _as_stored(values, content)
    mixed = form == "JPEG2000" and header.text("PhotometricInterpretation").startswith("YBR_FULL")
    return Frame(values, rgb=samples == 3, mixed=mixed)


def _precision(content: bytes) -> int:
    """Bits of a sample of a JPEG, from its frame's header; 0 where there is none."""
    at = 2
    while at + 9 < len(content) and content[at] == 0xFF:
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return content[at + 4] if marker in (0xC0, 0xC1, 0xC2) else 0
        at += 2 + length
    return 0


def _as_stored(values: np.ndarray, content: bytes) -> np.ndarray:
    """Pillow moves the numbers of a JPEG 2000 up to 8 or 16 bits, and signed ones above zero."""
    at = content.find(b"\xff\x4f\xff\x51")
    depth = content[at + 42] if at >= 0 and at + 42 < len(content) else 7
    bits, signed = (depth & 127) + 1, depth >> 7
    wide = 16 if values.dtype.itemsize > 1 else 8
    stored = values >> max(0, wide - bits)
    if signed:
        stored = stored ^ (1 << bits - 1)  # two's complement again
    return stored.astype(np.uint16 if wide == 16 else np.uint8)
