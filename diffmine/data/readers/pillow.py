"""Reader of the formats that Pillow decodes."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError
from PIL.JpegImagePlugin import get_sampling
from PIL.TiffImagePlugin import OPEN_INFO

from diffmine.data.fence.limits import MEMORY
from diffmine.data.files import printable
from diffmine.data.image import EXTENT, HALF, MAX_PIXELS, Extent, enough
from diffmine.data.readers.about import ABOUT, about_file
from diffmine.data.readers.base import NOTE, Reader
from diffmine.data.readers.colours import profile_of, to_srgb
from diffmine.data.readers.deep import FLOAT, INTEGER, SPREAD, empty, range_of, shown, valid
from diffmine.data.readers.film import NUMBERS, Film, between, own_windows, quantised
from diffmine.data.readers.jpeg2000 import as_written
from diffmine.data.readers.transparency import is_clear, strips, without
from diffmine.data.readers.wishes import wishes
from diffmine.errors import ImageError

FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF", "PPM", "AVIF", "JPEG2000")
ANIMATED = ("GIF", "PNG", "WEBP", "AVIF")
SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp", ".gif", ".avif"}
    | {".jp2", ".j2k", ".jpf", ".jpx", ".pgm", ".ppm", ".pfm"}
)
MORE_PAGES = "its first page is read; {more} more page{s} {are} not"
MORE_FRAMES = "its first frame is read; it moves, and the others are not"
ARE = ("are", "is")
_PHOTOMETRIC, _GDAL_NODATA, _ORIENTATION = 262, 42113, 0x0112
_ASIDE, _FROM_RIGHT, _FROM_BELOW = {5, 6, 7, 8}, {2, 3, 6, 7}, {3, 4, 7, 8}
"""Orientations by which a picture lies on its side; by which the right end of what is stored, once
upright, is the left one, and its lower end the upper one: or stands where that would."""
_HALF = 2
"""What Pillow calls 4:2:0."""
_LARGE = 16_000_000

Result = TypeVar("Result")
GLANCE = 256
"""Pixels that either side of a JPEG still has at least where a glance is wished for."""
BROKEN = "{name} cannot be read: {error}; it is broken, or needs more than {limit} MB of memory."


def read(path: Path, still: bool = False) -> Image.Image:
    """The first frame, upright by its EXIF tag, in sRGB, RGB of 8 bits.

    Raises ImageError for a file that is no picture or has too many pixels, and with `still` for an
    animation; a decoder's own errors pass through.
    """
    return read_as(path, FORMATS, still)


def read_as(path: Path, formats: tuple[str, ...], still: bool = False) -> Image.Image:
    """The same of a file that Pillow opens as one of these formats."""
    return _opened(path, formats, _picture, still)


def film(path: Path) -> Film | None:
    """The numbers of a grey picture, upright; None of one in colours, or with transparency. Raises
    as `read` does."""
    return _opened(path, FORMATS, _film, still=False)


def _opened(
    path: Path,
    formats: tuple[str, ...],
    then: Callable[[Image.Image, Path, str], Result],
    still: bool,
) -> Result:
    """What `then` makes of a file that Pillow has opened, its path and its name."""
    name, limit, pixels = printable(path.name), MAX_PIXELS // 1_000_000, 0
    _know_white_is_zero()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path, formats=formats) as image:
                pixels = image.width * image.height
                if pixels > MAX_PIXELS:
                    raise ImageError(
                        f"{name} has {image.width} x {image.height} pixels, over the limit "
                        f"of {limit} million."
                    )
                if still and image.format in ANIMATED and getattr(image, "is_animated", False):
                    raise ImageError(f"{name} is an animation; give a picture that is still.")
                return then(image, path, name)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ImageError(f"{name} has more pixels than the limit of {limit} million.") from error
    except UnidentifiedImageError as error:
        raise ImageError(f"{name} is not a picture that can be read.") from error
    except (OSError, ValueError) as error:
        # Most decoders do not say that it was memory; that of WebP needs it to tell the size.
        if pixels < _LARGE and "decoder object" not in str(error):
            raise
        raise ImageError(BROKEN.format(name=name, error=error, limit=MEMORY >> 20)) from error


def _picture(image: Image.Image, path: Path, name: str) -> Image.Image:
    """What an opened file shows. Memory is limited, so no second picture is held that need not
    be."""
    note = _note(image)
    profile = profile_of(image, path)
    tags, size = getattr(image, "tag_v2", {}), image.size
    inverted, absent = tags.get(_PHOTOMETRIC) == 0, _number(tags.get(_GDAL_NODATA))
    half = image.format == "JPEG" and get_sampling(image) == _HALF
    extent = _reduced(image)
    image.load()
    about = about_file(image, profile, size)
    image = as_written(image, path)
    ImageOps.exif_transpose(image, in_place=True)
    deep: dict[Any, Any] = {}
    if image.mode.startswith(("I", "F")):
        grey = _grey(image, name, absent, inverted)
        image.close()
        deep, image = grey.info, grey
    picture = without(image, profile) if is_clear(image) else to_srgb(image, profile)
    picture.info = {key: value for key, value in deep.items() if key == SPREAD}
    picture.info[ABOUT] = about
    if note:
        picture.info[NOTE] = note
    if extent:
        picture.info[EXTENT] = extent
    if half:
        picture.info[HALF] = True
    return picture


def _reduced(image: Image.Image) -> Extent | None:
    """Let a JPEG that has not been loaded be decoded in a half, a quarter or an eighth of its size,
    where that is enough; None where it is not. A block of 8 x 8 pixels then gives 4, 2 or 1 a side,
    which are the means of those that they stand for."""
    asked, (width, height) = wishes(), image.size
    if image.format != "JPEG" or not (asked.side or asked.glance):
        return None
    least = enough(width, height, asked.side, asked.view) if asked.side else (0, 0)
    drafted = image.draft(None, (max(least[0], GLANCE), max(least[1], GLANCE)))
    if drafted is None or image.size == (width, height):
        return None
    right, bottom = drafted[1][2:]  # the last column and row may stand for less than the others
    turn = image.getexif().get(_ORIENTATION, 1)
    if turn in _ASIDE:
        (width, height), (right, bottom) = (height, width), (bottom, right)
    wide, high = image.size if turn not in _ASIDE else image.size[::-1]
    left = wide - right if turn in _FROM_RIGHT else 0.0
    top = high - bottom if turn in _FROM_BELOW else 0.0
    return Extent(width, height, (left, top, left + right, top + bottom))


def _know_white_is_zero() -> None:
    """Let Pillow open every grey TIFF of more than 8 bits whose zero is white; it knows most of
    them only with a black zero, and inverts none of them."""
    for key, how in list(OPEN_INFO.items()):
        if key[1] == 1 and how[0].startswith(("I", "F")):
            OPEN_INFO.setdefault((key[0], 0, *key[2:]), how)


def _note(image: Image.Image) -> str:
    """What of a file is not read, in words."""
    if image.format == "TIFF" and (more := getattr(image, "n_frames", 1) - 1) > 0:
        return MORE_PAGES.format(more=more, s="" if more == 1 else "s", are=ARE[more == 1])
    if image.format in ANIMATED and getattr(image, "is_animated", False):
        return MORE_FRAMES
    return ""


def _number(text: object) -> float | None:
    """The value that GDAL writes where there is none."""
    try:
        return float(str(text).strip(" \0")) if text is not None else None
    except ValueError:
        return None


def _grey(image: Image.Image, name: str, absent: float | None, inverted: bool) -> Image.Image:
    """Grey of more than 8 bits; what has no value is black. With `inverted` low is white."""
    grey = Image.new("L", image.size)

    def values() -> Iterator[np.ndarray]:
        for _, strip in strips(image):
            pixels = np.asarray(strip)
            yield pixels[valid(pixels, absent)]

    kind = FLOAT if image.mode.startswith("F") else INTEGER
    low, high = range_of(kind, values(), image.width * image.height, grey, name)
    for top, strip in strips(image):
        pixels = np.asarray(strip)
        eight = shown(pixels, low, high)
        eight = np.where(valid(pixels, absent), 255 - eight if inverted else eight, np.uint8(0))
        grey.paste(Image.fromarray(eight), (0, top))
    return grey


def _film(image: Image.Image, path: Path, name: str) -> Film | None:
    inverted = getattr(image, "tag_v2", {}).get(_PHOTOMETRIC) == 0
    absent = _number(getattr(image, "tag_v2", {}).get(_GDAL_NODATA))
    shallow = image.mode in ("1", "L")
    if not (shallow or image.mode.startswith(("I", "F"))) or "transparency" in image.info:
        return None
    if shallow and profile_of(image, path):
        return None  # its greys are another's: they are brought to sRGB
    image.load()
    image = as_written(image, path)
    turn = image.getexif().get(_ORIENTATION, 1)
    ImageOps.exif_transpose(image, in_place=True)
    upright = turn if turn in (*_ASIDE, *_FROM_RIGHT, *_FROM_BELOW) else 1
    values = np.asarray(image.convert("L") if shallow else image)
    if shallow:
        grey = Film(values.astype(np.uint16), 8, [], upright=upright)
        return replace(grey, windows=[between("all", 0.0, 255.0), *own_windows(grey)[1:]])
    return replace(_deep(values, absent, inverted, image.mode, name), upright=upright)


def _deep(values: np.ndarray, absent: float | None, inverted: bool, mode: str, name: str) -> Film:
    """The film of more than 8 bits; what has no value is padding."""
    good = valid(values, absent)
    if not good.any():
        raise empty(name)
    if values.dtype.kind in "iu" and values[good].min() >= 0 and values[good].max() < NUMBERS - 1:
        words, slope, low = values.astype(np.uint16), 1.0, 0.0
        words[~good] = NUMBERS - 1
    else:
        words, slope, low = quantised(np.where(good, values.astype(np.float64), np.nan))
    padding = None if good.all() else (NUMBERS - 1, NUMBERS - 1)
    grey = Film(words, 16, [], slope, low, padding=padding, inverse=inverted)
    ends = wishes().ranges.get(FLOAT if mode.startswith("F") else INTEGER)
    own = own_windows(grey)
    return replace(grey, windows=[between("set", *ends), *own] if ends else own[::-1])


PILLOW = Reader("pillow", SUFFIXES, lambda head: True, read, film=film)
