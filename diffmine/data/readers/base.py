"""What a reader is: it knows a kind of picture file when it sees one, and decodes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from PIL import Image

from diffmine.data.readers.film import Film

HEAD = 512
"""Bytes from a file's beginning by which a reader knows it."""
INSTALL = "pip install 'diffmine["
"""Stands in the sentence on a picture that could be read with a package more."""
NOTE = "note"
"""Where the info of a picture says, in words, what of its file is not read."""


@runtime_checkable
class Read(Protocol):
    """Decodes a file: upright, RGB of 8 bits; with `still` it refuses animations."""

    def __call__(self, path: Path, still: bool = False) -> Image.Image:
        """Raises ImageError in one sentence, or any error of its decoder."""


def no_film(path: Path) -> None:
    """Of a reader whose files have colours, or 8 bits, alone."""


@dataclass(frozen=True)
class Reader:
    """A kind of picture file. `suffixes` (with their dot, in lower case) are the names that a
    folder is searched for; `knows` looks at a file's first HEAD bytes. `nameless`: its files often
    have no suffix, or any, and are looked for by their first bytes. `film` decodes the numbers of a
    file of one grey channel, for viewers that set a window; None for one in colours."""

    name: str
    suffixes: frozenset[str]
    knows: Callable[[bytes], bool]
    read: Read
    nameless: bool = False
    film: Callable[[Path], Film | None] = no_film
