"""A film that is in no atlas, as its visitor gave it: read once, then only in memory."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from jaxtyping import UInt8
from PIL import Image

from diffmine.data.films import Packed, read_film
from diffmine.data.readers import read_image
from diffmine.data.readers.dicom.source_image import SourceImage, read_source_image
from diffmine.data.readers.wishes import Wishes
from diffmine.errors import ImageError


@dataclass(frozen=True)
class OwnFilm:
    """`packed`: what the file shows at its own resolution and depth. Of a DICOM picture that
    results can name `source` is what they say of it, without who the patient is, and `look` a PNG
    of it as it is shown; else None and nothing."""

    packed: Packed = field(repr=False)
    source: SourceImage | None = None
    look: bytes = field(default=b"", repr=False)

    def picture(self) -> UInt8[np.ndarray, "rows columns 3"]:
        """The film as it is shown."""
        return np.asarray(Image.open(io.BytesIO(self.look)).convert("RGB"))


def read_own_film(path: Path, wishes: Wishes, *, results: bool) -> OwnFilm:
    """The film of a file; with `results` also what results that go back to its archive need.
    Raises ImageError."""
    packed = read_film(path, wishes)
    source = _source(path) if results else None
    if source is None or source.digest != packed.digest:
        return OwnFilm(packed)
    look = read_image(path, still=True, wishes=wishes)
    if (np.ptp(np.asarray(look), axis=2) == 0).all():
        look = look.getchannel(0)
    out = io.BytesIO()
    look.save(out, "PNG", compress_level=1)
    return OwnFilm(packed, source, out.getvalue())


def _source(path: Path) -> SourceImage | None:
    try:
        return read_source_image(path)
    except ImageError:  # no DICOM picture, or one without UIDs
        return None
