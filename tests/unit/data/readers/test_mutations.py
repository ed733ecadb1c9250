"""Broken and hostile files: each is a picture or one sentence, and no child is lost on the way."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from diffmine.data.mined import Mined, read_mined
from diffmine.data.readers.pillow import FORMATS

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
    return contents


def mutated(content: bytes, draw: np.random.Generator) -> bytes:
    """The content with a few bytes changed, doubled, cut out or cut off."""
    data = bytearray(content)
    for _ in range(draw.integers(1, 6)):
        at = int(draw.integers(len(data))) if draw.random() < 0.5 else int(draw.integers(64))
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
    "count", [1_000, pytest.param(10_000, marks=pytest.mark.slow)], ids=["some", "many"]
)
def test_a_mutated_file_is_a_picture_or_one_sentence(tmp_path: Path, count: int) -> None:
    contents, paths = whole(), []
    for number in range(count):
        paths.append(tmp_path / f"{number}.png")
        draw = np.random.default_rng((count, number))
        paths[-1].write_bytes(mutated(contents[number % len(contents)], draw))
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
