"""What a file says of itself beside its pixels: its kind, how it was stored, and what wrote it.

Of the tags that a camera or a scanner writes only those of a list are read. None says who or where.
"""

from __future__ import annotations

import io
import re
from functools import lru_cache
from typing import Any

from PIL import Image, ImageCms

ABOUT = "about"
"""Where the info of a picture has this."""
LONGEST = 64
"""Letters of a text that is taken from a file."""
_MAKE, _MODEL, _SOFTWARE, _CHANGED, _EXIF, _DIGITISED, _TAKEN = (
    271, 272, 305, 306, 0x8769, 36868, 36867,
)  # fmt: skip
_ORIENTATION, _TURNED = 0x0112, (5, 6, 7, 8)
_YEAR = re.compile(r"\s*(1[89]\d\d|20\d\d)[:\-/. ]")
_MODES = {
    "1": "black and white", "L": "grey", "LA": "grey with transparency", "P": "palette",
    "PA": "palette", "RGB": "RGB", "RGBA": "RGB with transparency", "CMYK": "CMYK",
    "YCbCr": "RGB", "LAB": "Lab", "F": "grey of floats", "I": "grey of 32 bits",
}  # fmt: skip
_STANDARD = 57.625
"""Mean of the table of quality 50 for grey in the JPEG standard (annex K)."""


def about_file(image: Image.Image, profile: bytes | None, size: tuple[int, int]) -> dict[str, Any]:
    """Of a picture that Pillow has opened and loaded, before it is turned: JSON values by name.

    `size` is that of the file, which the picture may be a reduction of. Whatever a tag holds, it
    raises nothing.
    """
    tags = _tags(image)
    turned = tags.get("orientation") in _TURNED
    width, height = size[::-1] if turned else size
    return {
        "width": width,
        "height": height,
        "kind": str(image.format or ""),
        "mode": mode_of(image.mode),
        "profile": _profile(profile) if profile else "",
        "quality": _quality(image),
        "camera": camera_of(tags.get("make"), tags.get("model")),
        "software": text_of(tags.get("software")),
        "year": tags.get("year", 0),
    }


def mode_of(mode: str) -> str:
    """A mode of Pillow's in words."""
    return "grey of 16 bits" if mode.startswith("I;16") else _MODES.get(mode, mode)


def text_of(value: Any) -> str:
    """A text of a file in one line of what can be printed, cut; "" for what is none."""
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    if not isinstance(value, str):
        return ""
    plain = " ".join("".join(c if c.isprintable() else " " for c in value).split())
    return plain[:LONGEST].strip()


def camera_of(make: Any, model: Any) -> str:
    """A device by its maker and model as a file names them, the maker once."""
    maker, name = text_of(make), text_of(model)
    first = maker.split(" ")[0].casefold()
    whole = name if first and name.casefold().startswith(first) else f"{maker} {name}"
    return text_of(whole)


def _tags(image: Image.Image) -> dict[str, Any]:
    try:
        exif = image.getexif()
        inner = exif.get_ifd(_EXIF)
        dates = (inner.get(_DIGITISED), inner.get(_TAKEN), exif.get(_CHANGED))
        return {
            "orientation": exif.get(_ORIENTATION),
            "make": exif.get(_MAKE),
            "model": exif.get(_MODEL),
            "software": exif.get(_SOFTWARE),
            "year": next((year for date in dates if (year := _year(date))), 0),
        }
    except Exception:  # a tag is broken, not the picture
        return {}


def _year(date: Any) -> int:
    match = _YEAR.match(date) if isinstance(date, str) else None
    return int(match[1]) if match else 0


def _quality(image: Image.Image) -> int:
    """The quality, 1 to 100, with whose table libjpeg would quantise grey as a JPEG does; 0: the
    file is no JPEG."""
    tables = getattr(image, "quantization", None)
    if image.format != "JPEG" or not isinstance(tables, dict) or 0 not in tables:
        return 0
    scale = 100 * sum(tables[0]) / len(tables[0]) / _STANDARD
    quality = 5000 / scale if scale > 100 else 100 - scale / 2
    return max(1, min(100, round(quality)))


@lru_cache(maxsize=64)
def _profile(content: bytes) -> str:
    """What a profile calls itself."""
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(content))
        return text_of(ImageCms.getProfileDescription(profile)) or "unnamed"
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return "broken"
