"""Reader of the formats that Pillow decodes."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from diffmine.data.image import MAX_PIXELS
from diffmine.data.readers.base import Reader
from diffmine.errors import ImageError

FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF", "PPM")
ANIMATED = ("GIF", "PNG", "WEBP")
SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp", ".gif"})


def read(path: Path, still: bool = False) -> Image.Image:
    """The first frame, upright by its EXIF tag, RGB of 8 bits.

    Raises ImageError for a file that is no picture or has too many pixels, and with `still` for an
    animation; a decoder's own errors pass through.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path, formats=FORMATS) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise ImageError(
                        f"{path.name} has {image.width} x {image.height} pixels, over the limit "
                        f"of {MAX_PIXELS // 1_000_000} million."
                    )
                if still and image.format in ANIMATED and getattr(image, "is_animated", False):
                    raise ImageError(f"{path.name} is an animation; give a picture that is still.")
                image.load()
                return _rgb(ImageOps.exif_transpose(image))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        limit = MAX_PIXELS // 1_000_000
        raise ImageError(
            f"{path.name} has more pixels than the limit of {limit} million."
        ) from error
    except UnidentifiedImageError as error:
        raise ImageError(f"{path.name} is not a picture that can be read.") from error


def _rgb(image: Image.Image) -> Image.Image:
    """8-bit RGB; 16-bit grey is scaled by its own range, transparency is laid on white."""
    if image.mode.startswith(("I", "F")):
        values = np.asarray(image, np.float64)
        low, high = float(np.nanmin(values)), float(np.nanmax(values))
        scaled = np.nan_to_num((values - low) / max(high - low, 1e-12) * 255)
        return Image.fromarray(scaled.round().astype(np.uint8)).convert("RGB")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        ground = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(ground, image).convert("RGB")
    return image.convert("RGB")


PILLOW = Reader("pillow", SUFFIXES, lambda head: True, read)
