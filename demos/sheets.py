"""Sheets of pictures that can be looked at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image


def grid(rows: Sequence[Sequence[np.ndarray]], scale: int = 1, gap: int = 2) -> Image.Image:
    """Rows of uint8 pictures (h, w, 3) of one size, enlarged by a whole number."""
    height, width = (scale * length + gap for length in rows[0][0].shape[:2])
    sheet = Image.new("RGB", (width * max(map(len, rows)), height * len(rows)), "white")
    for at, row in enumerate(rows):
        for place, pixels in enumerate(row):
            picture = Image.fromarray(pixels)
            size = (scale * picture.width, scale * picture.height)
            sheet.paste(
                picture.resize(size, Image.Resampling.BICUBIC), (place * width, at * height)
            )
    return sheet
