"""Broken and hostile files: each is a picture or one sentence, and no child is lost on the way."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydicom.sequence import Sequence

from diffmine.data.mined import Mined, read_mined
from diffmine.data.readers.pillow import FORMATS
from tests.unit.data.readers.dicom.files import lut, write

MODES = {"GIF": "P", "PPM": "L", "TIFF": "F"}
NUMBERS = (0, 1, 0x7F, 0x80, 0xFF)


def whole() -> list[bytes]:
    """A small picture in each format, some in several ways."""
    pixels = np.random.default_rng(0).integers(0, 256, (24, 20, 3), np.uint8)
    picture = Image.fromarray(pixels)
    options = [(kind, MODES.get(kind, "RGB"), {}) for kind in FORMATS]
    options += [
        ("JPEG", "CMYK", {"progressive": True}),
        ("PNG", "RGBA", {}),
        ("TIFF", "RGB", {"compression": "jpeg"}),
        ("TIFF", "1", {"compression": "group4"}),
        ("TIFF", "RGB", {"compression": "tiff_lzw"}),
        ("WEBP", "RGBA", {"lossless": True}),
    ]
    contents = []
    for kind, mode, more in options:
        buffer = io.BytesIO()
        picture.convert(mode).save(buffer, kind, **more)
        contents.append(buffer.getvalue())
    for progressive in (False, True):  # so large that a half is decoded
        buffer = io.BytesIO()
        large = picture.resize((180, 140))
        large.save(buffer, "JPEG", progressive=progressive)
        contents.append(buffer.getvalue())
    return contents


def films(folder: Path) -> list[bytes]:
    """A small DICOM file in each way of writing pixels."""
    pixels = np.random.default_rng(0).integers(0, 4096, (24, 20), np.uint16)
    buffer = io.BytesIO()
    Image.fromarray(pixels * 16).save(buffer, "JPEG2000", irreversible=False, no_jp2=True)
    table = lut([64, 0, 8], bytes(range(64)))
    ways = [
        write(folder / "0", pixels, "1.2.840.10008.1.2", WindowCenter=9, WindowWidth=20),
        write(folder / "1", pixels, PixelPaddingValue=3, BitsStored=12, HighBit=11),
        write(folder / "2", pixels, "1.2.840.10008.1.2.1.99", VOILUTSequence=Sequence([table])),
        write(folder / "3", pixels, "1.2.840.10008.1.2.4.90", [buffer.getvalue()]),
        write(folder / "4", np.stack([pixels.astype(np.uint8)] * 3, -1), PlanarConfiguration=1),
        write(folder / "5", pixels, preamble=False, PhotometricInterpretation="MONOCHROME1"),
    ]
    return [path.read_bytes() for path in ways]


def mutated(content: bytes, draw: np.random.Generator, head: int) -> bytes:
    """The content with a few bytes changed, doubled, cut out or cut off."""
    data = bytearray(content)
    for _ in range(draw.integers(1, 6)):
        at = int(draw.integers(len(data))) if draw.random() < 0.5 else int(draw.integers(head))
        at = min(at, len(data) - 1)
        match int(draw.integers(5)):
            case 0:
                data[at] ^= 1 << int(draw.integers(8))
            case 1:
                data[at : at + 4] = bytes(draw.choice(NUMBERS, 4).tolist())
            case 2:
                data[at:at] = data[at : at + int(draw.integers(1, 400))]
            case 3:
                del data[at : at + int(draw.integers(1, 40))]
            case _ if len(data) > 64:
                del data[max(64, at) :]
    return bytes(data)


@pytest.mark.parametrize(
    "count", [400, pytest.param(10_000, marks=pytest.mark.slow)], ids=["some", "many"]
)
def test_a_mutated_file_is_a_picture_or_one_sentence(tmp_path: Path, count: int) -> None:
    check(tmp_path, whole(), count, 64)


@pytest.mark.parametrize(
    "count", [400, pytest.param(10_000, marks=pytest.mark.slow)], ids=["some", "many"]
)
def test_a_mutated_film_is_a_picture_or_one_sentence(tmp_path: Path, count: int) -> None:
    check(tmp_path, films(tmp_path), count, 1000)


def check(tmp_path: Path, contents: list[bytes], count: int, head: int) -> None:
    """Read so many mutated files, half of the changes in their first `head` bytes."""
    paths = []
    for number in range(count):
        paths.append(tmp_path / f"{number}.png")
        draw = np.random.default_rng((count, number))
        content = contents[number % len(contents)]
        kept = 132 if content[128:132] == b"DICM" else 0
        paths[-1].write_bytes(content[:kept] + mutated(content[kept:], draw, head))
    refused = 0
    for path, result in zip(paths, read_mined(paths, 32), strict=True):
        if isinstance(result, Mined):
            continue
        refused += 1
        sentence = str(result)
        assert sentence.endswith("."), sentence
        assert "\n" not in sentence
        assert "ended the process" not in sentence
        assert "takes longer" not in sentence
        assert sentence.startswith(f"{path.name} ") or "too long and thin" in sentence, sentence
    assert count * 0.2 < refused < count
