"""Window sums straight from the latent map, without the map in pixels.

The map in pixels is linear in the latent map M, and so is the sum over a window at row r, column c:

    sum(r, c) = R[r] M C[c]^T,   R = box sums of the rows of bilinear interpolation   (note 3)

Between two kinks of the interpolation R[r] is a quadratic in r. In cells of `step` positions it is
written by three control rows with weights that are not negative and add to one (Bernstein), so the
sums of a cell never leave the range of its 3 x 3 control sums: 9 numbers bound 8 x 8 places, and
give their sums when those are wanted. Weights are fractions of powers of two and maps are float16,
so sums are exact in float64: equal windows stay equal, whatever the order of adding.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import ceil, gcd

import numpy as np
from jaxtyping import Float, Int


@dataclass(frozen=True, eq=False)
class Axis:
    """One direction of the windows of a size: `count` positions in cells of `step` from `first`."""

    control: Float[np.ndarray, "k latent"]
    basis: Float[np.ndarray, "step order"]
    first: int
    count: int
    cells: int

    @property
    def step(self) -> int:
        """Positions in a cell."""
        return self.basis.shape[0]

    @property
    def order(self) -> int:
        """Control rows of a cell: 3, or 1 where every position stands for itself."""
        return self.basis.shape[1]

    @property
    def stride(self) -> int:
        """Control rows from cell to cell; neighbours share one."""
        return max(self.order - 1, 1)


@dataclass(frozen=True, eq=False)
class Grid:
    """All windows of one size in an image."""

    size: int
    rows: Axis
    cols: Axis

    def sums(self, maps: Float[np.ndarray, "b h w"]) -> Float[np.ndarray, "b k l"]:
        """Control sums of latent maps (float64), in units of typicality times pixels."""
        return (self.rows.control @ maps) @ self.cols.control.T  # b k l

    def bounds(self, sums: Float[np.ndarray, "k l"]) -> Float[np.ndarray, "i j"]:
        """For each cell a number that no sum in it exceeds."""
        if self.rows.order > 1:
            sums = np.maximum(np.maximum(sums[:-1:2], sums[1::2]), sums[2::2])
        if self.cols.order > 1:
            sums = np.maximum(np.maximum(sums[:, :-1:2], sums[:, 1::2]), sums[:, 2::2])
        return sums

    def values(
        self,
        sums: Float[np.ndarray, "k l"],
        down: Int[np.ndarray, " n"],
        across: Int[np.ndarray, " n"],
    ) -> Float[np.ndarray, "n step_r step_c"]:
        """The sums of every position of the cells (down, across)."""
        rows, cols = self.rows, self.cols
        k = down[:, None, None] * rows.stride + np.arange(rows.order)[:, None]
        j = across[:, None, None] * cols.stride + np.arange(cols.order)
        return rows.basis @ sums[k, j] @ cols.basis.T  # n step step

    def at(self, map: Float[np.ndarray, "h w"], row: int, col: int) -> float:
        """The sum of one window."""
        return float(self._row(self.rows, row) @ map @ self._row(self.cols, col))

    @staticmethod
    def _row(axis: Axis, position: int) -> Float[np.ndarray, " latent"]:
        cell, inside = divmod(position - axis.first, axis.step)
        start = cell * axis.stride
        return axis.basis[inside] @ axis.control[start : start + axis.order]


@lru_cache(maxsize=256)
def grid(shape: tuple[int, int], pixels: tuple[int, int], size: int) -> Grid:
    """Windows of `size` pixels in an image of `pixels` (H, W) whose map has `shape` (h, w)."""
    return Grid(size, _axis(shape[0], pixels[0], size), _axis(shape[1], pixels[1], size))


def bilinear(latent: int, pixels: int, pad: int = 0) -> Float[np.ndarray, "p latent"]:
    """Weights of bilinear interpolation from `latent` to `pixels` points, as torch does it with
    align_corners=False; `pad` more rows at both ends repeat the edge."""
    at = (np.arange(-pad, pixels + pad) + 0.5) * (latent / pixels) - 0.5
    at = np.clip(at, 0, latent - 1)
    low = np.floor(at).astype(int)
    high = np.minimum(low + 1, latent - 1)
    out = np.zeros((len(at), latent))
    every = np.arange(len(at))
    out[every, low] += 1 - (at - low)
    out[every, high] += at - low
    return out


def _axis(latent: int, pixels: int, size: int) -> Axis:
    count = pixels - size + 1
    step = _step(latent, pixels, size)
    pad = step if step > 1 else 0
    weights = bilinear(latent, pixels, pad)
    total = np.zeros((len(weights) + 1, latent))
    np.cumsum(weights, axis=0, out=total[1:])
    box = total[size:] - total[:-size]  # positions from -pad on
    if step == 1:
        return Axis(box, np.ones((1, 1)), 0, count, count)
    first = -(-(pixels // latent // 2) % step)
    cells = ceil((count - first) / step)
    knots = box[pad + first + step * np.arange(cells + 1)]
    middle = box[pad + first + step // 2 + step * np.arange(cells)]
    control = np.empty((2 * cells + 1, latent))
    control[::2] = knots
    control[1::2] = 2 * middle - (knots[:-1] + knots[1:]) / 2
    t = np.arange(step) / step
    basis = np.stack([(1 - t) ** 2, 2 * t * (1 - t), t**2], axis=1)
    return Axis(control, basis, first, count, cells)


def _step(latent: int, pixels: int, size: int) -> int:
    """Positions between kinks; 1 where cells would save nothing or the fractions are not exact."""
    if pixels % latent:
        return 1
    step = gcd(pixels // latent, size)
    power_of_two = step & (step - 1) == 0
    even = (pixels // latent) % 2 == 0
    return step if step >= 4 and power_of_two and even else 1
