"""The one door through which pixels come in: decoded, upright, RGB, at the size they are mined."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from diffmine.errors import ImageError

MAX_PIXELS = 64_000_000
MAX_BYTES = 200 * 2**20
FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF", "PPM")
ANIMATED = ("GIF", "PNG", "WEBP")
_LOSSLESS_SIDE = 256


def read_image(path: Path, *, still: bool = False) -> Image.Image:
    """The picture of a file: first frame, upright by its EXIF tag, RGB of 8 bits.

    Raises ImageError in one sentence for what is no picture, is broken or is too large, and with
    `still` for what moves.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ImageError(f"{path.name} is larger than {MAX_BYTES >> 20} MB.")
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
    except ImageError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        limit = MAX_PIXELS // 1_000_000
        raise ImageError(
            f"{path.name} has more pixels than the limit of {limit} million."
        ) from error
    except UnidentifiedImageError as error:
        raise ImageError(f"{path.name} is not a picture that can be read.") from error
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError) as error:
        raise ImageError(f"{path.name} cannot be read: {error}.") from error
    except Exception as error:  # a decoder's own fault must not end the run
        raise ImageError(f"{path.name} cannot be decoded: {type(error).__name__}.") from error


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


def scaling(width: int, height: int, side: int, multiple: int = 16) -> Scaling:
    """The short side to `side` pixels, the centre cropped to multiples of `multiple`."""
    scale = side / min(width, height)
    w, h = (max(side, round(length * scale)) for length in (width, height))
    wide, high = w // multiple * multiple, h // multiple * multiple
    return Scaling(w, h, (w - wide) // 2, (h - high) // 2, wide, high)


def as_mined(image: Image.Image, side: int, multiple: int = 16) -> Image.Image:
    """Scale the short side to `side` pixels and crop the centre to multiples of `multiple`.

    Raises ImageError when the shape is too extreme to be mined.
    """
    to = scaling(image.width, image.height, side, multiple)
    if to.width * to.height > MAX_PIXELS or max(to.width, to.height) > 32 * side:
        raise ImageError(f"{image.width} x {image.height} pixels is too long and thin to be mined.")
    if (to.width, to.height) != image.size:
        image = image.resize((to.width, to.height), Image.Resampling.LANCZOS)
    return image.crop((to.left, to.top, to.left + to.wide, to.top + to.high))


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
