"""The one door through which pixels come in: a kind of file is a file here and a line in READERS.

A file is read by the first reader that knows its first bytes, whatever its name says.
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from diffmine.data.readers.base import HEAD, Reader
from diffmine.data.readers.pillow import PILLOW
from diffmine.errors import ImageError

MAX_BYTES = 200 * 2**20

READERS: list[Reader] = [PILLOW]
"""Asked in this order; the last one takes whatever no other knows."""


def suffixes() -> frozenset[str]:
    """The endings, in lower case, of the files that some reader reads."""
    return frozenset().union(*(reader.suffixes for reader in READERS))


def read_image(path: Path, *, still: bool = False) -> Image.Image:
    """The picture of a file: first frame, upright, RGB of 8 bits.

    Raises ImageError, one sentence, for a file that is no picture, is broken or is too large, and
    with `still` for an animation.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ImageError(f"{path.name} is larger than {MAX_BYTES >> 20} MB.")
        with path.open("rb") as file:
            head = file.read(HEAD)
        reader = next((reader for reader in READERS if reader.knows(head)), None)
        if reader is None:
            raise ImageError(f"{path.name} is not a picture that can be read.")
        return reader.read(path, still)
    except ImageError:
        raise
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError) as error:
        raise ImageError(f"{path.name} cannot be read: {error}.") from error
    except Exception as error:  # a decoder's own fault must not end the run
        raise ImageError(f"{path.name} cannot be decoded: {type(error).__name__}.") from error
