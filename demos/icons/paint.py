"""Paints an icon onto a ground: 64 x 64 pixels, RGB.

What must not tell the era is left to chance alone: the size of the icon's box, its place, and the
ground. Every icon goes through 48 pixels of its long side, which is all that the nineties have, so
that none is sharper than others.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from PIL import Image

from demos.icons.render import shown_box

CANVAS = 64  # pixels, both sides
THROUGH = 48  # pixels of the long side that every icon is reduced to first
LONGEST = (40, 56)  # pixels of the long side in the picture
MARGIN = 3  # pixels at each edge that the icon leaves free, but for its shadow
_GREYS = (110.0, 235.0)
_TINT = 14.0
_SLOPE = 22.0


@dataclass(frozen=True)
class Chance:
    """All that is drawn by chance of a picture: pixels of the long side, the place from 0 to 1 of
    the free room, the colours of the ground above and below (0 to 255)."""

    longest: int
    across: float
    down: float
    above: tuple[float, ...]
    below: tuple[float, ...]


def chance_of(*parts: object) -> Chance:
    """What chance gives a picture, from its name: it never learns the era."""
    digest = hashlib.sha256("|".join(map(str, parts)).encode()).digest()
    rng = np.random.default_rng(int.from_bytes(digest[:16], "big"))
    grey = rng.uniform(*_GREYS) + rng.uniform(-_TINT, _TINT, 3)
    slope = rng.uniform(-_SLOPE, _SLOPE)
    return Chance(
        int(rng.integers(*LONGEST, endpoint=True)),
        float(rng.random()),
        float(rng.random()),
        tuple(np.clip(grey - slope, 0, 255).tolist()),
        tuple(np.clip(grey + slope, 0, 255).tolist()),
    )


def paint(icon: Image.Image, chance: Chance, times: int = 1) -> Image.Image:
    """The icon (RGBA) on its ground, CANVAS pixels a side, or `times` as many and then not through
    48 pixels: a copy to look at. ValueError for an empty icon."""
    drawn, left, top = _placed(_through(icon), chance)
    if times > 1:
        drawn = _resized(icon, times * drawn.width, times * drawn.height)
    picture = _ground(chance, CANVAS * times)
    picture.alpha_composite(*_inside(drawn, times * left, times * top))
    return picture.convert("RGB")


def _through(icon: Image.Image) -> Image.Image:
    return _scaled(icon, THROUGH / _longest(icon))


def _placed(icon: Image.Image, chance: Chance) -> tuple[Image.Image, int, int]:
    """The icon as large as in the picture, and the pixels of its left and upper edge there."""
    left, top, right, bottom = _box(icon)
    scale = chance.longest / max(right - left, bottom - top)
    free = CANVAS - 2 * MARGIN
    across = MARGIN + round(chance.across * (free - (right - left) * scale))
    down = MARGIN + round(chance.down * (free - (bottom - top) * scale))
    return _scaled(icon, scale), across - round(left * scale), down - round(top * scale)


def _box(icon: Image.Image) -> tuple[int, int, int, int]:
    box = shown_box(icon)
    if box is None:
        raise ValueError("the icon is empty")
    return box


def _longest(icon: Image.Image) -> int:
    left, top, right, bottom = _box(icon)
    return max(right - left, bottom - top)


def _scaled(icon: Image.Image, scale: float) -> Image.Image:
    return _resized(icon, max(1, round(icon.width * scale)), max(1, round(icon.height * scale)))


def _resized(icon: Image.Image, wide: int, high: int) -> Image.Image:
    # Pillow weighs colours by alpha while it resizes RGBA.
    return icon.resize((wide, high), Image.Resampling.BICUBIC)


def _inside(icon: Image.Image, left: int, top: int) -> tuple[Image.Image, tuple[int, int]]:
    """The part of an icon that does not lie left of or above the picture, and its place."""
    cut = icon.crop((max(0, -left), max(0, -top), icon.width, icon.height))
    return cut, (max(0, left), max(0, top))


def _ground(chance: Chance, side: int) -> Image.Image:
    down = np.linspace(0, 1, side)[:, None]
    colours = np.array(chance.above) * (1 - down) + np.array(chance.below) * down  # s 3
    pixels = np.repeat(np.rint(colours)[:, None], side, axis=1).astype(np.uint8)
    return Image.fromarray(pixels).convert("RGBA")
