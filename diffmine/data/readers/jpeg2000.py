"""Numbers of a grey JPEG 2000 as the file has them.

Pillow (12.3) gives those of 9 to 15 bits multiplied up to 16, and signed ones with 32,768 added: a
film of 12 bits would have sixteen times the numbers of the same film in TIFF. ISO/IEC 15444-1,
A.5.1 (SIZ).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

_BEGINS = b"\xff\x4f\xff\x51"
"""A codestream and its first segment, SIZ."""
_DEPTH = len(_BEGINS) + 38
"""From there to the byte that says bits less one, and whether the numbers are signed."""
_HEAD = 2**16
_SIGNED = 0x80
_MOST = 16


def as_written(image: Image.Image, path: Path) -> Image.Image:
    """A grey picture of more than 8 bits with the numbers of its file; any other as it is. Signed
    numbers come in the mode I, 32 bits. `image` is loaded, and not turned yet."""
    depth = _depth(path) if image.format == "JPEG2000" and image.mode == "I;16" else None
    if depth is None:
        return image
    bits, signed = depth
    if bits >= _MOST and not signed:
        return image
    numbers = np.asarray(image) >> (_MOST - min(bits, _MOST))
    if signed:
        numbers = numbers.astype(np.int32) - (1 << (bits - 1))
    own = Image.fromarray(numbers)
    own.info = image.info
    return own


def _depth(path: Path) -> tuple[int, bool] | None:
    """Bits of the first component, and whether it is signed; None where the head does not say."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    at = head.find(_BEGINS)
    if at < 0 or at + _DEPTH >= len(head):
        return None
    told = head[at + _DEPTH]
    return (told & ~_SIGNED) + 1, bool(told & _SIGNED)
