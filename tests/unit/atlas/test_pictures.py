"""Pictures of an atlas: those that diffmine writes are decoded, others are one sentence."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from diffmine.atlas.pictures import pixels_of
from diffmine.errors import AtlasError


def encoded(picture: Image.Image, kind: str) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **({"lossless": True} if kind == "WEBP" else {}))
    return buffer.getvalue()


def test_only_what_diffmine_writes_is_decoded() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (12, 10, 3), np.uint8)
    picture = Image.fromarray(pixels)
    for kind in ("PNG", "WEBP"):
        assert np.array_equal(pixels_of(encoded(picture, kind)), pixels)
    for content in (encoded(picture, "TIFF"), encoded(picture, "PNG")[:200], b""):
        with pytest.raises(AtlasError, match=r"^A picture of the atlas cannot be decoded \(\w+\)"):
            pixels_of(content)


def test_a_picture_larger_than_any_is_not_decoded() -> None:
    for side in (8001, 20_000):
        with pytest.raises(AtlasError, match=r"^A picture of the atlas .*decoded"):
            pixels_of(encoded(Image.new("1", (side, 8001)), "PNG"))
