"""Reader of DICOM: the first frame as a viewer would show it. The extra `dicom` (pydicom).

Who the patient is, is never read (header.ALLOWED), and no sentence holds a value of the file.
Pictures into which a name may be burned are read when they are asked for alone.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from PIL import Image

from diffmine.data.files import printable
from diffmine.data.image import MAX_PIXELS
from diffmine.data.readers.about import ABOUT, camera_of
from diffmine.data.readers.base import NOTE, Reader
from diffmine.data.readers.colours import to_srgb
from diffmine.data.readers.dicom import texts
from diffmine.data.readers.dicom.colour import colour_of, palette_of
from diffmine.data.readers.dicom.film import film_of
from diffmine.data.readers.dicom.frame import Broken, first_frame
from diffmine.data.readers.dicom.grey import grey_of
from diffmine.data.readers.dicom.header import Header, begins
from diffmine.data.readers.dicom.opened import opened
from diffmine.data.readers.dicom.placing import SAID_VIEWS, listed
from diffmine.data.readers.film import Film, square_size, squared
from diffmine.data.readers.wishes import wishes
from diffmine.errors import ImageError

SUFFIXES = frozenset({".dcm", ".dicom", ".dic", ".ima"})
_SECONDARY = "1.2.840.10008.5.1.4.1.1.7"
_ULTRASOUND = ("1.2.840.10008.5.1.4.1.1.6", "1.2.840.10008.5.1.4.1.1.3")
_SOUND = ("US", "IVUS", "BDUS", "ECHO", "EC")
_STRETCH = 16.0

Result = TypeVar("Result")


def read(path: Path, still: bool = False) -> Image.Image:
    """The first frame: windowed, upright as it is stored, its pixels made square, RGB of 8 bits.

    Raises ImageError in a sentence without any value of the file but sizes.
    """
    return _opened(path, _picture, still)


def film(path: Path) -> Film | None:
    """The numbers of a grey first frame, its pixels made square; None of one in colours. Raises as
    `read` does."""
    return _opened(path, _film, still=False)


def _opened(path: Path, then: Callable[[Header, str], Result], still: bool) -> Result:
    """What `then` makes of a file's header, which stands at its pixels, and its name."""
    name = printable(path.name)
    with opened(path, name) as header:
        _check(header, name, still)
        return then(header, name)


def _check(header: Header, name: str, still: bool) -> None:
    """Refuse what is not to be read, before a pixel is."""
    rows, columns, samples = (
        header.count(what, 1 if what == "SamplesPerPixel" else 0)
        for what in ("Rows", "Columns", "SamplesPerPixel")
    )
    if rows < 1 or columns < 1 or samples not in (1, 3):
        raise Broken(texts.SHAPE.format(columns=columns, rows=rows, samples=samples))
    if rows * columns > MAX_PIXELS:
        limit = MAX_PIXELS // 1_000_000
        raise ImageError(texts.LARGE.format(name=name, columns=columns, rows=rows, limit=limit))
    frames = header.count("NumberOfFrames", 1)
    if still and frames > 1:
        raise ImageError(texts.STILL.format(name=name, frames=frames))
    what = _names_in(header)
    if what and not wishes().burned_in:
        raise ImageError(texts.NAMES.format(name=name, what=what))


def _names_in(header: Header) -> str:
    """Why a name may stand in the picture, empty where nothing says so."""
    kind = header.text("SOPClassUID")
    if header.text("BurnedInAnnotation") == "YES":
        return texts.BURNED
    if kind == _SECONDARY or kind.startswith(f"{_SECONDARY}."):
        return texts.SECONDARY
    sound = any(kind == own or kind.startswith(f"{own}.") for own in _ULTRASOUND)
    return texts.ULTRASOUND if sound or header.text("Modality") in _SOUND else ""


def _picture(header: Header, name: str) -> Image.Image:
    rows, columns = header.count("Rows"), header.count("Columns")
    samples = header.count("SamplesPerPixel", 1)
    frame = first_frame(header, rows, columns, samples)
    info = {}
    if samples == 3:
        profile = header.get("ICCProfile")
        source = colour_of(header, frame)
        picture = to_srgb(source, profile if isinstance(profile, bytes) else None)
    elif header.text("PhotometricInterpretation") == "PALETTE COLOR":
        picture = palette_of(header, np.asarray(frame.values))
    else:
        grey = grey_of(header, frame.values, name)
        info = grey.info
        picture = grey.convert("RGB")
    picture = _square(picture, header)
    more = header.count("NumberOfFrames", 1) - 1
    if more > 0:
        info[NOTE] = texts.MORE.format(more=more, s="s"[: more > 1], are=("are", "is")[more == 1])
    picture.info = {**info, ABOUT: _about(header, picture)}
    return picture


def _about(header: Header, picture: Image.Image) -> dict[str, Any]:
    """Of the device and the view what ALLOWED lists; of the file that it is DICOM, and how deep."""
    samples, bits = header.count("SamplesPerPixel", 1), header.count("BitsStored")
    return {
        "width": picture.width,
        "height": picture.height,
        "kind": "DICOM",
        "mode": "RGB" if samples == 3 else f"grey of {bits} bits",
        "camera": camera_of(header.text("Manufacturer"), header.text("ManufacturerModelName")),
        "view": listed(header.text("ViewPosition"), SAID_VIEWS),
    }


def _film(header: Header, name: str) -> Film | None:
    if header.count("SamplesPerPixel", 1) > 1:
        return None
    if header.text("PhotometricInterpretation") == "PALETTE COLOR":
        return None
    stored = first_frame(header, header.count("Rows"), header.count("Columns"), 1).values
    known = film_of(header, stored, name)
    ratio = _ratio(header, known.words.shape)
    return squared(known, ratio) if ratio else known


def _square(picture: Image.Image, header: Header) -> Image.Image:
    """The picture with pixels as high as they are wide: the shorter side of them is stretched."""
    ratio = _ratio(header, picture.size[::-1])
    if not ratio:
        return picture
    return picture.resize(square_size(picture.size, ratio), Image.Resampling.BICUBIC)


def _ratio(header: Header, shape: tuple[int, ...]) -> float:
    """How many times as high as wide the pixels of a picture (height, width) are; 0 where they are
    square, or where it would become too large."""
    for name in ("PixelAspectRatio", "PixelSpacing", "ImagerPixelSpacing"):
        value = header.get(name)
        try:
            high, wide = (float(number) for number in value)
        except (TypeError, ValueError):
            continue
        ratio = high / wide if high > 0 and wide > 0 else 0.0
        if 1 / _STRETCH <= ratio <= _STRETCH:
            break
    else:
        return 0.0
    width, height = square_size(shape[::-1], ratio)
    return ratio if abs(ratio - 1) >= 0.01 and width * height <= MAX_PIXELS else 0.0


DICOM = Reader("dicom", SUFFIXES, lambda head: begins(head) >= 0, read, nameless=True, film=film)
