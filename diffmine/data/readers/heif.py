"""Reader of HEIC and HEIF, as telephones write them: the extra `heic` (pillow-heif)."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from diffmine.data.fence.limits import library
from diffmine.data.files import printable
from diffmine.data.readers import pillow
from diffmine.data.readers.base import Reader
from diffmine.errors import ImageError

MISSING = "{name} is HEIC, which needs one package more: pip install 'diffmine[heic]'."
_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}


def knows(head: bytes) -> bool:
    """Whether a file's box of types names HEIF, and not AVIF."""
    length = min(int.from_bytes(head[:4], "big"), len(head))
    brands = {head[at : at + 4] for at in range(8, length, 4)}
    return head[4:8] == b"ftyp" and head[8:12] in _BRANDS and not brands & {b"avif", b"avis"}


def read(path: Path, still: bool = False) -> Image.Image:
    """The main picture, upright, in sRGB, RGB of 8 bits. Raises as Pillow's reader does, and
    ImageError where the extra is not installed."""
    try:
        with library("pillow_heif"):
            from pillow_heif import register_heif_opener
    except ImportError as error:
        raise ImageError(MISSING.format(name=printable(path.name))) from error
    register_heif_opener(thumbnails=False)
    return pillow.read_as(path, ("HEIF",), still)


HEIF = Reader("heif", frozenset({".heic", ".heif", ".hif"}), knows, read)
