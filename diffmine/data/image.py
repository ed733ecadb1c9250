"""The size at which pictures are mined, and the bytes in which an atlas keeps them."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image

from diffmine.errors import ImageError

MULTIPLE = 16
"""Both sides of an image as mined are multiples of so many pixels."""
MAX_PIXELS = 64_000_000
_LOSSLESS_SIDE = 256


@dataclass(frozen=True)
class Scaling:
    """How a picture becomes an image as mined: scaled to `width` x `height` pixels, then cropped
    to `wide` x `high` of them from (`left`, `top`) on."""

    width: int
    height: int
    left: int
    top: int
    wide: int
    high: int


def scaling(width: int, height: int, side: int, multiple: int = MULTIPLE) -> Scaling:
    """The short side to `side` pixels, the centre cropped to multiples of `multiple`."""
    scale = side / min(width, height)
    w, h = (max(side, round(length * scale)) for length in (width, height))
    wide, high = w // multiple * multiple, h // multiple * multiple
    return Scaling(w, h, (w - wide) // 2, (h - high) // 2, wide, high)


def as_mined(image: Image.Image, side: int, multiple: int = MULTIPLE) -> Image.Image:
    """Scale the short side to `side` pixels and crop the centre to multiples of `multiple`.

    Raises ImageError when the shape is too extreme to be mined.
    """
    to = scaling(image.width, image.height, side, multiple)
    check_shape(image.width, image.height, side)
    if (to.width, to.height) != image.size:
        image = image.resize((to.width, to.height), Image.Resampling.LANCZOS)
    return image.crop((to.left, to.top, to.left + to.wide, to.top + to.high))


def check_shape(width: int, height: int, side: int) -> None:
    """Raise ImageError for a shape too extreme to be mined with a short side of `side` pixels."""
    to = scaling(width, height, side)
    if to.width * to.height > MAX_PIXELS or max(to.width, to.height) > 32 * side:
        raise ImageError(f"{width} x {height} pixels is too long and thin to be mined.")


def times_of(width: int, height: int, side: int, view: int) -> int:
    """How many times as large as the image as mined (short side `side`) a picture's copy for people
    is: as often as its long side stays within `view` pixels and the picture has them."""
    to = scaling(width, height, side)
    return min(view // max(to.wide, to.high), width // to.width, height // to.height)


def as_viewed(image: Image.Image, side: int, times: int) -> Image.Image:
    """The part of a picture that is mined, `times` as wide and high as the image as mined: what
    lies at (x, y) there lies at (times x, times y) here."""
    to = scaling(image.width, image.height, side)
    across, down = image.width / to.width, image.height / to.height
    box = (
        to.left * across,
        to.top * down,
        (to.left + to.wide) * across,
        (to.top + to.high) * down,
    )
    return image.resize((to.wide * times, to.high * times), Image.Resampling.LANCZOS, box=box)


def encode_view(image: Image.Image) -> bytes:
    """The file in which an atlas keeps a copy for people: JPEG of quality 90, grey when it is."""
    buffer = io.BytesIO()
    shown = image.convert("L") if _is_grey(image) else image
    shown.save(buffer, "JPEG", quality=90, subsampling=0)
    return buffer.getvalue()


def encode_picture(image: Image.Image) -> bytes:
    """The file in which an atlas keeps a picture: lossless up to 256 pixels, else WebP at 92."""
    buffer = io.BytesIO()
    small = max(image.size) <= _LOSSLESS_SIDE
    if small and _is_grey(image):
        image.convert("L").save(buffer, "PNG", optimize=True)
    else:
        image.save(buffer, "WEBP", lossless=small, quality=92, method=4)
    return buffer.getvalue()


def _is_grey(image: Image.Image) -> bool:
    pixels = np.asarray(image)
    return bool((pixels == pixels[..., :1]).all())
