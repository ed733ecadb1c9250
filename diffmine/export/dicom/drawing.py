"""A film with what is drawn over it, and a strip below it with what is written.

The film's pixels keep their places, and a frame lies around its box.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, UInt8
from PIL import Image, ImageDraw

from diffmine.export.dicom.places import Box
from diffmine.export.lettering import font_for, lines, shown
from diffmine.export.pictures import mark
from diffmine.maths.heat import painted
from diffmine.words import records as words

_INK = "white"
_LINES = 6
"""Lines that a paragraph of the strip has at most."""


def drawn(
    film: UInt8[np.ndarray, "H W 3"],
    boxes: Sequence[Box],
    paragraphs: Sequence[str],
    heat: Float[np.ndarray, "H W"] | None = None,
    full: float = 1.0,
) -> UInt8[np.ndarray, "tall W 3"]:
    """The film with its boxes, over `heat` (drawn at full strength at `full`) if there is any, and
    below it the paragraphs and the scale of the heat."""
    picture = Image.fromarray(film)
    if heat is not None:
        colours = Image.fromarray(painted(heat, full))
        picture.paste(colours.convert("RGB"), mask=colours.getchannel("A"))
    for number, box in enumerate(boxes, 1):
        part = float(box.left), float(box.top), float(box.width), float(box.height)
        mark(picture, part, _frame(picture))
        _number(picture, box, str(number))
    strips = [_written(text, picture.width) for text in paragraphs]
    if heat is not None:
        strips.insert(0, _scale(picture.width, full))
    return np.concatenate([np.asarray(part) for part in (picture, *strips)])


def _frame(picture: Image.Image) -> int:
    """Pixels that a frame is wide: few, for what it lies on is looked at too."""
    return max(picture.size) // 400


def _number(picture: Image.Image, box: Box, text: str) -> None:
    """The number of a box beside its frame: above it, or below where there is no room."""
    size = _letters(picture.width)
    away = _frame(picture) + 5
    above = box.top - away >= size
    at = (box.left, box.top - away if above else min(box.foot + away, picture.height - size))
    font, anchor = font_for(text, size), "ls" if above else "la"
    pen = ImageDraw.Draw(picture)
    pen.text(at, text, _INK, font, anchor, stroke_width=max(1, size // 12), stroke_fill="black")


def _letters(width: int) -> int:
    """Height of letters in pixels, for a film of that width."""
    return max(10, width // 48)


def _written(text: str, width: int) -> Image.Image:
    """A paragraph, white on black, as wide as the film."""
    size = _letters(width)
    font = font_for(text, size)
    rows = lines(shown(text, font), font, width - size, _LINES)
    strip = Image.new("RGB", (width, round(1.3 * size * len(rows)) + size // 2))
    pen = ImageDraw.Draw(strip)
    for at, row in enumerate(rows):
        pen.text((size // 2, size // 4 + round(1.3 * size * at)), row, _INK, font)
    return strip


def _scale(width: int, full: float) -> Image.Image:
    """The colours from -full over 0 to full, over the film's grey of the middle, with numbers."""
    size = _letters(width)
    values = np.linspace(-full, full, width - size)[None].repeat(size, 0)
    colours = Image.fromarray(painted(values, full))
    strip = Image.new("RGB", (width, 3 * size))
    strip.paste("grey", (size // 2, size // 2, width - size // 2, size // 2 + size))
    strip.paste(colours.convert("RGB"), (size // 2, size // 2), colours.getchannel("A"))
    pen = ImageDraw.Draw(strip)
    foot = size // 2 + size
    numbers = [(size // 2, -full, "la"), (width - size // 2, full, "ra")]
    if width > 18 * size:  # three have room
        numbers.append((width // 2, 0.0, "ma"))
    for at, value, anchor in numbers:
        text = words.score(value)
        pen.text((at, foot), text, _INK, font_for(text, size), anchor)
    return strip
