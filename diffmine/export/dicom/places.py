"""Where a window of an image as mined, and its map, lie among the stored pixels of the film.

at in the film = (at as mined + cropped) * side of the film / scaled side
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Float32, Shaped

from diffmine.atlas.records import Patch
from diffmine.data.image import scaling
from diffmine.data.region import part_of


@dataclass(frozen=True)
class Grid:
    """How the image as mined (`wide` x `high` pixels) of a picture (`source`: width and height)
    lies in `columns` x `rows` pixels that hold the whole picture."""

    wide: int
    high: int
    source: tuple[int, int]
    columns: int
    rows: int

    @classmethod
    def of(cls, record: Mapping[str, Any], columns: int, rows: int) -> Grid:
        """By a row of images.parquet."""
        wide, high = int(record["width"]), int(record["height"])
        source = int(record["source_width"]), int(record["source_height"])
        return cls(wide, high, source, columns, rows)

    def box(self, patch: Patch) -> Box:
        """The pixels that a patch shows."""
        window = (patch.col, patch.row, patch.size, patch.size)
        whole = (0, 0, self.columns, self.rows)
        box = Box(*part_of(window, (self.wide, self.high), self.source, whole))
        if not (0 <= box.left < box.right <= self.columns and 0 <= box.top < box.foot <= self.rows):
            raise ValueError(f"{box} lies outside of {self.columns} x {self.rows} pixels")
        return box

    def grown(self, mean: Shaped[np.ndarray, "h w"]) -> Float32[np.ndarray, "rows columns"]:
        """A map in latent pixels, bilinear at the pixels; 0 outside of what was mined."""
        to = scaling(*self.source, min(self.wide, self.high))
        down = _weights(mean.shape[0], self.high, to.top, to.height, self.rows)
        across = _weights(mean.shape[1], self.wide, to.left, to.width, self.columns)
        plain = np.nan_to_num(mean.astype(np.float32))
        return down @ plain @ across.T


@dataclass(frozen=True)
class Box:
    """Whole pixels: column and row of the first, how many each way."""

    left: int
    top: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The column after the last."""
        return self.left + self.width

    @property
    def foot(self) -> int:
        """The row after the last."""
        return self.top + self.height

    @property
    def outline(self) -> Float[np.ndarray, "5 2"]:
        """Its corners as (column, row), the first again as the last; (0, 0) is the outer corner of
        the first pixel (PS3.3 C.10.5.1.2)."""
        left, right, top, foot = self.left, self.right, self.top, self.foot
        return np.array(
            [[left, top], [right, top], [right, foot], [left, foot], [left, top]], float
        )

    def mask(self, rows: int, columns: int) -> Bool[np.ndarray, "rows columns"]:
        """True inside."""
        inside = np.zeros((rows, columns), bool)
        inside[self.top : self.foot, self.left : self.right] = True
        return inside


def _weights(
    latent: int, mined: int, cropped: int, scaled: int, side: int
) -> Float32[np.ndarray, "side latent"]:
    """Weights of bilinear interpolation from latent pixels to the centres of `side` pixels."""
    at = (np.arange(side) + 0.5) * scaled / side - cropped  # in pixels as mined
    inside = (at >= 0) & (at <= mined)
    place = np.clip(at * latent / mined - 0.5, 0, latent - 1)
    low = np.minimum(place.astype(int), max(latent - 2, 0))
    out = np.zeros((side, latent), np.float32)
    every = np.arange(side)
    out[every, low] = 1 - (place - low)
    out[every, np.minimum(low + 1, latent - 1)] += place - low
    out[~inside] = 0
    return out
