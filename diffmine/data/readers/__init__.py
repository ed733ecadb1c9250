"""The one door through which pixels come in: a kind of file is a file here and a line in READERS.

A file is read by the first reader that knows its first bytes, whatever its name says, and in a
child process with limits (diffmine/data/fence): readers need not fear their input.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from PIL import Image

from diffmine.data.fence import fenced_one
from diffmine.data.files import regular
from diffmine.data.readers.base import HEAD, Reader
from diffmine.data.readers.decode import named, pixels
from diffmine.data.readers.dicom.reader import DICOM
from diffmine.data.readers.heif import HEIF
from diffmine.data.readers.pillow import PILLOW
from diffmine.data.readers.wishes import Wishes

READERS: list[Reader] = [DICOM, HEIF, PILLOW]
"""Asked in this order; the last one takes whatever no other knows."""


def suffixes() -> frozenset[str]:
    """The endings, in lower case, of the files that some reader reads."""
    return frozenset().union(*(reader.suffixes for reader in READERS))


def is_picture(path: Path) -> bool:
    """Whether a file is one that a folder is searched for: by its ending, or where that is none of
    a picture's, by its first bytes for the kinds that often have no suffix (DICOM)."""
    if os.path.splitext(path.name)[1].lower() in suffixes():
        return True
    nameless = [reader for reader in READERS if reader.nameless]
    try:
        with open(path, "rb", buffering=0, opener=regular) as file:
            head = file.read(HEAD)
    except OSError:
        return False
    return any(reader.knows(head) for reader in nameless)


def read_image(path: Path, *, still: bool = False, wishes: Wishes | None = None) -> Image.Image:
    """The picture of a file: first frame, upright, in sRGB, RGB of 8 bits.

    Raises ImageError, one sentence, for a file that is no picture, is broken, is too large or takes
    too much time or memory, and with `still` for an animation.
    """
    return _read(path, {"still": still}, wishes)[0]


def read_scaled(
    path: Path, side: int, *, still: bool = False, wishes: Wishes | None = None
) -> tuple[Image.Image, list[int]]:
    """The picture of a file as it is mined, its short side `side` pixels, and the [width, height]
    of the upright picture in the file. Raises as `read_image` does."""
    return _read(path, {"still": still, "side": side}, wishes)


def _read(path: Path, how: dict[str, Any], wishes: Wishes | None) -> tuple[Image.Image, list[int]]:
    told = (wishes or Wishes()).told()
    answer = fenced_one(pixels, path, {"readers": named(READERS), "wishes": told, **how})
    size = answer.facts["width"], answer.facts["height"]
    return Image.frombytes("RGB", size, answer.content), answer.facts["source"]
