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
OF_SOURCE = 2048
"""Long side, at most, of what people are shown of a file where it lies, in pixels."""
EXTENT = "extent"
"""Where the info of a decoded picture holds its `Extent`, if a decoder has reduced it."""
HALF = "half"
"""Stands in the info of a picture whose file holds colours in half of its width and height."""
SPARE = 2
"""A decoder leaves at least so many pixels, each way, for one of the image as mined."""
GAP = 3.0
"""Pictures more than twice so many times as large as mined are first reduced by whole numbers, to
no less than so many pixels for one."""
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


@dataclass(frozen=True)
class Extent:
    """The upright picture of a file: `width` x `height` pixels there; in the decoded image it fills
    `box` (left, top, right, bottom), which may end inside the outermost pixels."""

    width: int
    height: int
    box: tuple[float, float, float, float]


def extent_of(image: Image.Image) -> Extent:
    """Of a decoded picture: what its decoder noted, else that it is there pixel for pixel."""
    noted = image.info.get(EXTENT)
    if isinstance(noted, Extent):
        return noted
    return Extent(image.width, image.height, (0.0, 0.0, float(image.width), float(image.height)))


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
    whole = extent_of(image)
    to = scaling(whole.width, whole.height, side, multiple)
    check_shape(whole.width, whole.height, side)
    if (to.width, to.height) != image.size:
        size_, how = (to.width, to.height), Image.Resampling.LANCZOS
        image = image.resize(size_, how, box=whole.box, reducing_gap=GAP)
    image = image.crop((to.left, to.top, to.left + to.wide, to.top + to.high))
    image.info.pop(EXTENT, None)
    return image


def check_shape(width: int, height: int, side: int) -> None:
    """Raise ImageError for a shape too extreme to be mined with a short side of `side` pixels."""
    to = scaling(width, height, side)
    if to.width * to.height > MAX_PIXELS or max(to.width, to.height) > 32 * side:
        raise ImageError(f"{width} x {height} pixels is too long and thin to be mined.")


def times_of(width: int, height: int, side: int, view: int) -> int:
    """How many times as large as the image as mined (short side `side`) a picture's copy for people
    is: as often as its long side stays within `view` pixels and the picture has them (but for the
    half of a pixel by which the long side as mined may be rounded up)."""
    to = scaling(width, height, side)
    return min(view // max(to.wide, to.high), min(width, height) // side)


def enough(width: int, height: int, side: int, view: int) -> tuple[int, int]:
    """The width and height in pixels that a picture of a file must at least be decoded in: SPARE
    times those that it is mined in, and all that its copy for people shows."""
    to = scaling(width, height, side)
    times = max(SPARE, times_of(width, height, side, view))
    return times * to.width, times * to.height


def as_viewed(image: Image.Image, side: int, times: int) -> Image.Image:
    """The part of a picture that is mined, `times` as wide and high as the image as mined: what
    lies at (x, y) there lies at (times x, times y) here."""
    whole = extent_of(image)
    to = scaling(whole.width, whole.height, side)
    left, top, right, bottom = whole.box
    across, down = (right - left) / to.width, (bottom - top) / to.height
    box = (
        left + to.left * across,
        top + to.top * down,
        left + (to.left + to.wide) * across,
        top + (to.top + to.high) * down,
    )
    # Half the time of Lanczos; a copy is never larger than the picture.
    copy = image.resize((to.wide * times, to.high * times), Image.Resampling.HAMMING, box=box)
    copy.info.pop(EXTENT, None)
    return copy


def encode_view(image: Image.Image) -> bytes:
    """The file in which an atlas keeps a copy for people: JPEG of quality 90, grey when it is, with
    colours in full where the picture's file has them so."""
    buffer = io.BytesIO()
    shown = image.convert("L") if _is_grey(image) else image
    shown.save(buffer, "JPEG", quality=90, subsampling="4:2:0" if HALF in image.info else "4:4:4")
    return buffer.getvalue()


def encode_picture(image: Image.Image) -> bytes:
    """The file in which an atlas keeps a picture: lossless up to 256 pixels, else WebP at 92."""
    buffer = io.BytesIO()
    small = max(image.size) <= _LOSSLESS_SIDE
    if small and _is_grey(image):
        image.convert("L").save(buffer, "PNG", optimize=True)
    else:
        # Lossless at the least effort: 7 % larger, in a thirtieth of the time.
        image.save(buffer, "WEBP", lossless=small, quality=92, method=0 if small else 4)
    return buffer.getvalue()


def _is_grey(image: Image.Image) -> bool:
    pixels = np.asarray(image)
    few = pixels[::16]  # most pictures with colours show them there
    return all(bool((some == some[..., :1]).all()) for some in (few, pixels))
