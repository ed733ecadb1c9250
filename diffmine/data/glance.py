"""A look at a picture before anything is made of it: its size, how it is stored, what wrote it,
what its edge and its colours are, and what it is compared with others by."""

from __future__ import annotations

import base64
import sys
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from diffmine.data import readers
from diffmine.data.fence import fenced
from diffmine.data.fence.child import Answer
from diffmine.data.files import digest_of
from diffmine.data.image import check_shape
from diffmine.data.readers.about import ABOUT
from diffmine.data.readers.base import NOTE
from diffmine.data.readers.decode import decode, named
from diffmine.data.readers.wishes import Wishes
from diffmine.errors import ImageError
from diffmine.maths.duplicates import picture_hash
from diffmine.maths.likeness import thumbnail

GREY, TONED, COLOURED = COLOURS = ("grey", "toned", "colour")
"""Colours of a picture's pixels: none, those of one tone (sepia), any."""
_SMALL = 64
_SHORT = 40
_CHROMA = 4.0
_TONE = 3.5
_EVEN, _ALIKE = 4.0, 10.0
_DARK, _LIGHT = 48, 208


@dataclass(frozen=True, slots=True)
class Glance:
    """What a picture's file says, and a first look at its pixels.

    `width` and `height` are those of the upright picture in the file, `size` its bytes, `digest`
    the SHA-256 of them. `hash` is the difference hash (maths/duplicates.py), `thumb` grey values of
    THUMB x THUMB, row by row. `border` is the share of the area that is an even frame, 0 to 1, and
    `ground` its tone: black, white, coloured or "". An empty text or 0 says that the file does not
    tell.
    """

    width: int
    height: int
    size: int
    digest: str
    hash: int
    thumb: bytes
    colour: str
    border: float = 0.0
    ground: str = ""
    kind: str = ""
    mode: str = ""
    profile: str = ""
    quality: int = 0
    camera: str = ""
    software: str = ""
    view: str = ""
    year: int = 0
    note: str = ""

    def told(self) -> dict[str, Any]:
        """As JSON knows it."""
        return asdict(self) | {"thumb": base64.b64encode(self.thumb).decode()}

    @classmethod
    def heard(cls, told: Mapping[str, Any]) -> Glance:
        """From what `told` gives; ValueError, KeyError or TypeError for anything else."""
        own = {field.name: _shared(told[field.name]) for field in fields(cls)}
        return cls(**own | {"thumb": base64.b64decode(str(told["thumb"]))})


def _shared(value: Any) -> Any:
    """A short text once for all pictures that have it."""
    return sys.intern(value) if isinstance(value, str) and len(value) < _SHORT else value


def read_glances(
    paths: Sequence[Path],
    side: int,
    waiting: Callable[[], None] = lambda: None,
    wishes: Wishes | None = None,
) -> Generator[Glance | ImageError, None, None]:
    """For each file, in order, a glance at its picture, or the sentence that says why it will be
    refused when it is mined with a short side of `side` pixels. `waiting` is called several times a
    second, and may raise."""
    burned_in = wishes.burned_in if wishes else False
    told = Wishes(burned_in=burned_in, glance=True).told()
    how = {"readers": named(readers.READERS), "side": side, "wishes": told}
    for outcome in fenced(glanced, paths, how, waiting):
        yield outcome if isinstance(outcome, ImageError) else Glance.heard(outcome.facts)


def glanced(
    path: Path,
    *,
    readers: Sequence[Sequence[str]],
    side: int,
    wishes: Mapping[str, Any] | None = None,
) -> Answer:
    """Work of a child: what `Glance` holds."""
    picture = decode(readers, path, wishes=wishes)
    about = picture.info.get(ABOUT, {})
    check_shape(about.get("width", picture.width), about.get("height", picture.height), side)
    own = glance_at(picture, path.stat().st_size, digest_of(path))
    return Answer(own.told())


def glance_at(picture: Image.Image, size: int, digest: str) -> Glance:
    """A glance at a picture (RGB) that was decoded, whose file has `size` bytes of a digest."""
    small = picture.resize((_SMALL, _SMALL), Image.Resampling.BOX)
    pixels = np.asarray(small, np.float32)  # 64 64 3
    border, ground = border_of(pixels)
    about = {"width": picture.width, "height": picture.height, **picture.info.get(ABOUT, {})}
    return Glance(
        size=size,
        digest=digest,
        hash=picture_hash(picture),
        thumb=thumbnail(picture).tobytes(),
        colour=colour_of(pixels),
        border=border,
        ground=ground,
        note=picture.info.get(NOTE, ""),
        **about,
    )


def colour_of(pixels: np.ndarray) -> str:
    """One of COLOURS, of values of 255 ("h w 3"): grey where the three hardly differ; toned where
    how they differ follows from how light a place is."""
    red, green, blue = (pixels[..., k].ravel() for k in range(3))
    apart = np.stack([red - green, green - blue])
    if np.abs(apart).mean() < _CHROMA / 2:
        return GREY
    light = pixels.mean(axis=2).ravel()
    steps = np.stack([light**power for power in range(3)], axis=1) / [1, 255, 255**2]
    rest = [own - steps @ np.linalg.lstsq(steps, own, rcond=None)[0] for own in apart]
    return TONED if np.std(rest) < _TONE else COLOURED


def border_of(pixels: np.ndarray) -> tuple[float, str]:
    """The share of the area that is a frame of one colour, and its tone, of values ("h w 3").

    A line of the frame is even in itself and like the outermost line of its side; at most 0.45 of
    the height or width is looked at from each side.
    """
    turned = pixels.swapaxes(0, 1)
    tops = [_even_lines(pixels), _even_lines(pixels[::-1])]
    sides = [_even_lines(turned), _even_lines(turned[::-1])]
    height, width = pixels.shape[:2]
    inner = (height - sum(count for count, _ in tops)) * (width - sum(count for count, _ in sides))
    share = 1 - inner / (height * width)
    if share <= 0:
        return 0.0, ""
    lines = [(count, colour) for count, colour in (*tops, *sides) if count]
    most = max(lines, key=lambda line: line[0])[1]
    return round(share, 4), _tone(most)


def _even_lines(pixels: np.ndarray) -> tuple[int, np.ndarray]:
    """How many lines from the first on are of one colour, and that colour (3)."""
    most = int(0.45 * len(pixels))
    means, spread = pixels[:most].mean(axis=1), pixels[:most].std(axis=1).max(axis=1)
    even = (spread < _EVEN) & (np.abs(means - means[0]).max(axis=1) < _ALIKE)
    count = int(np.argmin(even)) if not even.all() else most
    return (0 if count == most else count), means[0]


def _tone(colour: np.ndarray) -> str:
    if colour.max() < _DARK:
        return "black"
    return "white" if colour.min() > _LIGHT else "coloured"
