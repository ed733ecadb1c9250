"""Reader of the formats that Pillow decodes."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from diffmine.data.fence.limits import MEMORY
from diffmine.data.files import printable
from diffmine.data.image import MAX_PIXELS
from diffmine.data.readers.base import Reader
from diffmine.errors import ImageError

FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF", "PPM")
ANIMATED = ("GIF", "PNG", "WEBP")
SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp", ".gif"})
_STRIP = 2**20
_LARGE = 16_000_000
BROKEN = "{name} cannot be read: {error}; it is broken, or needs more than {limit} MB of memory."


def read(path: Path, still: bool = False) -> Image.Image:
    """The first frame, upright by its EXIF tag, RGB of 8 bits.

    Raises ImageError for a file that is no picture or has too many pixels, and with `still` for an
    animation; a decoder's own errors pass through.
    """
    name, limit, pixels = printable(path.name), MAX_PIXELS // 1_000_000, 0
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path, formats=FORMATS) as image:
                pixels = image.width * image.height
                if pixels > MAX_PIXELS:
                    raise ImageError(
                        f"{name} has {image.width} x {image.height} pixels, over the limit "
                        f"of {limit} million."
                    )
                if still and image.format in ANIMATED and getattr(image, "is_animated", False):
                    raise ImageError(f"{name} is an animation; give a picture that is still.")
                image.load()
                ImageOps.exif_transpose(image, in_place=True)
                return _rgb(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ImageError(f"{name} has more pixels than the limit of {limit} million.") from error
    except UnidentifiedImageError as error:
        raise ImageError(f"{name} is not a picture that can be read.") from error
    except (OSError, ValueError) as error:
        # Most decoders do not say that it was memory; that of WebP needs it to tell the size.
        if pixels < _LARGE and "decoder object" not in str(error):
            raise
        raise ImageError(BROKEN.format(name=name, error=error, limit=MEMORY >> 20)) from error


def _rgb(image: Image.Image) -> Image.Image:
    """8-bit RGB; 16-bit grey is scaled by its own range, transparency is laid on white. Memory is
    limited, so no second picture is held that need not be."""
    if image.mode.startswith(("I", "F")):
        grey = _grey(image)
        image.close()
        return grey.convert("RGB")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        return _on_white(image)
    return image if image.mode == "RGB" else image.convert("RGB")


def _grey(image: Image.Image) -> Image.Image:
    """16-bit and float grey, scaled by its own range."""
    low = high = np.nan
    for _, strip in _strips(image):
        values = np.asarray(strip, np.float64)
        low, high = np.fmin(low, np.nanmin(values)), np.fmax(high, np.nanmax(values))
    grey = Image.new("L", image.size)
    for top, strip in _strips(image):
        values = np.asarray(strip, np.float64)
        scaled = np.nan_to_num((values - low) / max(high - low, 1e-12) * 255)
        grey.paste(Image.fromarray(scaled.round().astype(np.uint8)), (0, top))
    return grey


def _on_white(image: Image.Image) -> Image.Image:
    picture = Image.new("RGB", image.size)
    for top, strip in _strips(image):
        ground = Image.new("RGBA", strip.size, "white")
        picture.paste(Image.alpha_composite(ground, strip.convert("RGBA")).convert("RGB"), (0, top))
    picture.info = image.info.copy()
    return picture


def _strips(image: Image.Image) -> Iterator[tuple[int, Image.Image]]:
    """The picture in strips of about a million pixels, with the row of the top one."""
    rows = max(1, _STRIP // image.width)
    for top in range(0, image.height, rows):
        yield top, image.crop((0, top, image.width, min(top + rows, image.height)))


PILLOW = Reader("pillow", SUFFIXES, lambda head: True, read)
