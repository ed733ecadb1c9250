"""Draws one text in one font: ink on paper, 96 x 96 pixels, grey.

Cap heights are equal for all fonts (measured on the ink, not read from the font), so that size
does not tell the era; position, paper and ink vary by chance, independently of the era.
"""

from __future__ import annotations

import hashlib
import io
from functools import cached_property
from pathlib import Path

import numpy as np
from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw, ImageFont

SIZE = 96  # pixels, both sides
SCALE = 4  # drawn this much larger, then reduced
MARGIN = 3  # pixels free of ink at each edge (reducing leaves a haze of at most a pixel in it)
MAX_OFFSET = 9  # pixels from the centre
CAP_HEIGHT = {1: 46.0, 2: 36.0, 3: 27.0}  # pixels, by number of letters
PAPER = (245, 255)  # grey values, both ends included
INK = (0, 40)
# Capitals that are flat above and below. In roman type each is as high as "H"; the "H" of a
# Fraktur hangs below the line, so the median of them is taken.
FLAT_CAPITALS = "BDEHIKLMNPRTZ"
PROBE = 400  # size at which they are measured; large, so that rounding to pixels is small


def generator(*parts: object) -> np.random.Generator:
    """A generator seeded by what is drawn: adding fonts changes no other picture."""
    digest = hashlib.sha256("|".join(str(part) for part in parts).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:16], "big"))


class Pen:
    """A font at any size, with its cap height measured."""

    def __init__(self, source: Path | bytes) -> None:
        # In memory: Pillow keeps the file of every size open, and all fonts at once have more
        # sizes than a process may have open files.
        self._data = source if isinstance(source, bytes) else source.read_bytes()
        self._sizes: dict[float, ImageFont.FreeTypeFont] = {}

    def at(self, size: float) -> ImageFont.FreeTypeFont:
        """The font at a size in pixels per em."""
        # BASIC layout: Raqm draws ligatures where the machine has its libraries, so the same
        # seed would give other pictures elsewhere.
        if size not in self._sizes:
            self._sizes[size] = ImageFont.truetype(
                io.BytesIO(self._data), size, layout_engine=ImageFont.Layout.BASIC
            )
        return self._sizes[size]

    @cached_property
    def cap_ratio(self) -> float:
        """Height of the ink of a flat capital over the size."""
        boxes = [_ink_box(self.at(PROBE), letter) for letter in FLAT_CAPITALS]
        return float(np.median([bottom - top for _, top, _, bottom in boxes])) / PROBE

    @cached_property
    def _codes(self) -> set[int]:
        with TTFont(io.BytesIO(self._data), lazy=True) as font:
            return set(font.getBestCmap() or {})

    @cached_property
    def _no_lower_case(self) -> set[str]:
        """Small letters that are drawn just as their capitals."""
        return {
            small
            for small in "abcdefghijklmnopqrstuvwxyz"
            if self._shape(small) == self._shape(small.upper())
        }

    def _shape(self, text: str) -> tuple[tuple[int, int], bytes]:
        mask = self.at(100).getmask(text, mode="L")
        return mask.size, bytes(mask)

    def can_draw(self, text: str) -> bool:
        """Whether the font has every letter, with ink, and small letters of its own."""
        return (
            all(ord(letter) in self._codes for letter in text)
            and not self._no_lower_case.intersection(text)
            and all(self.at(100).getmask(letter).getbbox() is not None for letter in text)
        )


def draw(pen: Pen, text: str, rng: np.random.Generator, times: int = 1) -> Image.Image:
    """The text in ink on paper: a grey image ("L") of 96 x 96 pixels, or `times` as wide and high,
    up to SCALE."""
    font, (left, top, right, bottom) = _fitted(pen, text)
    x = _placed(right - left, rng) - left
    y = _placed(bottom - top, rng) - top
    cover = Image.new("L", (SIZE * SCALE, SIZE * SCALE), 0)
    ImageDraw.Draw(cover).text((x, y), text, font=font, fill=255, anchor="ls")
    size = (SIZE * times, SIZE * times)
    small = np.asarray(cover.resize(size, Image.Resampling.LANCZOS), dtype=np.float64)
    paper = int(rng.integers(PAPER[0], PAPER[1], endpoint=True))
    ink = int(rng.integers(INK[0], INK[1], endpoint=True))
    grey = paper + (ink - paper) * small / 255.0  # (96, 96) times `times`, 0 to 255
    return Image.fromarray(np.rint(grey).astype(np.uint8))


def _fitted(pen: Pen, text: str) -> tuple[ImageFont.FreeTypeFont, tuple[int, int, int, int]]:
    """The font at the size of the text's cap height, and the ink box in drawn pixels."""
    room = (SIZE - 2 * MARGIN) * SCALE
    size = CAP_HEIGHT[len(text)] * SCALE / pen.cap_ratio
    while True:
        font = pen.at(size)
        box = _ink_box(font, text)
        longest = max(box[2] - box[0], box[3] - box[1])
        if longest <= room:
            return font, box
        size *= min(room / longest, 0.99)  # wide letters only; the ink box grows with size


def _ink_box(font: ImageFont.FreeTypeFont, text: str) -> tuple[int, int, int, int]:
    # getbbox counts the advance of the letters in; only the ink itself must stay clear.
    mask, (dx, dy) = font.getmask2(text, mode="L", anchor="ls")
    box = mask.getbbox()
    if box is None:
        raise ValueError(f"{text!r} has no ink in this font")
    return box[0] + dx, box[1] + dy, box[2] + dx, box[3] + dy


def _placed(extent: int, rng: np.random.Generator) -> int:
    """Where an extent of ink begins on an axis: centred, then moved by chance (drawn pixels)."""
    free = SIZE * SCALE - extent
    reach = max(0, min(MAX_OFFSET * SCALE, free // 2 - MARGIN * SCALE))
    return free // 2 + int(rng.integers(-reach, reach, endpoint=True))
