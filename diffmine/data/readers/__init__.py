"""The one door through which pixels come in: a kind of file is a file here and a line in READERS.

A file is read by the first reader that knows its first bytes, whatever its name says, and in a
child process with limits (diffmine/data/fence): readers need not fear their input.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PIL import Image

from diffmine.data.fence import fenced_one
from diffmine.data.readers.base import Reader
from diffmine.data.readers.decode import named, pixels
from diffmine.data.readers.pillow import PILLOW

READERS: list[Reader] = [PILLOW]
"""Asked in this order; the last one takes whatever no other knows."""


def suffixes() -> frozenset[str]:
    """The endings, in lower case, of the files that some reader reads."""
    return frozenset().union(*(reader.suffixes for reader in READERS))


def read_image(path: Path, *, still: bool = False) -> Image.Image:
    """The picture of a file: first frame, upright, RGB of 8 bits.

    Raises ImageError, one sentence, for a file that is no picture, is broken, is too large or takes
    too much time or memory, and with `still` for an animation.
    """
    return _read(path, {"still": still})[0]


def read_scaled(path: Path, side: int, *, still: bool = False) -> tuple[Image.Image, list[int]]:
    """The picture of a file as it is mined, its short side `side` pixels, and the [width, height]
    of the upright picture in the file. Raises as `read_image` does."""
    return _read(path, {"still": still, "side": side})


def _read(path: Path, how: dict[str, Any]) -> tuple[Image.Image, list[int]]:
    answer = fenced_one(pixels, path, {"readers": named(READERS), **how})
    size = answer.facts["width"], answer.facts["height"]
    return Image.frombytes("RGB", size, answer.content), answer.facts["source"]
