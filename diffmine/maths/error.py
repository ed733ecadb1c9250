"""The standard error of a window's mean typicality, from the errors of its pixels.

Neighbouring pixels err together, so the mean over a window errs less than a pixel, but not by the
number of its pixels. How much less is measured where the draws are at hand, as a curve:

    decay[k] = mean over blocks of 2^k x 2^k latent pixels of (standard error of the block's mean)^2
               / mean of (standard error of a pixel)^2                                (decay[0] = 1)

For maps without that curve it is estimated from the error of the whole image, which is exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from jaxtyping import Float

from diffmine.maths.grid import bilinear
from diffmine.maths.windows import Window

_LEAST = 1e-30


def window_error(errors: Float[np.ndarray, "H W"], image_error: float, window: Window) -> float:
    """Standard error of a window's mean, from the errors of pixels and of the whole image."""
    inside = errors[window.row : window.row + window.size, window.col : window.col + window.size]
    areas = independent_areas(float((errors**2).mean()), image_error)
    return shared(float((inside**2).mean()), areas, window.size**2 / errors.size)


def independent_areas(mean_square: float, image_error: float) -> float:
    """K of s_image^2 = mean(s_pixel^2) / K: as if the image had K areas of independent errors."""
    return mean_square / max(image_error**2, _LEAST)


def shared(mean_square: float, areas: float, share: float) -> float:
    """Error of a window that covers `share` of the image, hence that share of its areas, and at
    least one; `mean_square` is the mean of the squared errors of its pixels."""
    return float(np.sqrt(mean_square / max(areas * share, 1.0)))


def decayed(mean_square: float, decay: Sequence[float], side: float) -> float:
    """Error of a window of `side` latent pixels."""
    return float(np.sqrt(mean_square * decay_at(decay, side)))


def decay_at(decay: Sequence[float], side: float) -> float:
    """The decay of a window of `side` latent pixels: log-log between the points, flat beyond."""
    curve = np.log(np.maximum(np.asarray(decay, np.float64), _LEAST))
    at = np.interp(np.log2(max(side, _LEAST)), np.arange(len(curve)), curve)
    return float(np.exp(at))


class Pixels:
    """Mean squares of a latent map interpolated to pixels, without interpolating all of it."""

    def __init__(self, shape: tuple[int, int], pixels: tuple[int, int]) -> None:
        self.rows, self.cols = bilinear(shape[0], pixels[0]), bilinear(shape[1], pixels[1])
        self.square_rows = self.rows.T @ self.rows / pixels[0]
        self.square_cols = self.cols.T @ self.cols / pixels[1]
        self._squares: dict[tuple[str, int, int], tuple[Float[np.ndarray, "n n"], slice]] = {}

    def mean_square(self, map: Float[np.ndarray, "h w"]) -> float:
        """Mean of the squares over all pixels: the quadratic form of the map."""
        return float((map * (self.square_rows @ map @ self.square_cols)).sum())

    def window_square(self, map: Float[np.ndarray, "h w"], row: int, col: int, size: int) -> float:
        """Mean of the squares over the pixels of a window."""
        down, up = self._square("rows", row, size)
        across, left = self._square("cols", col, size)
        part = map[up, left]
        return float((part * (down @ part @ across)).sum())

    def _square(self, axis: str, start: int, size: int) -> tuple[Float[np.ndarray, "n n"], slice]:
        """The quadratic form of `size` pixels from `start`, and the latent pixels it touches."""
        key = (axis, start, size)
        if key not in self._squares:
            rows = getattr(self, axis)[start : start + size]
            used = np.flatnonzero(rows.any(axis=0))
            where = slice(int(used[0]), int(used[-1]) + 1)
            self._squares[key] = (rows[:, where].T @ rows[:, where] / size, where)
        return self._squares[key]


@lru_cache(maxsize=64)
def in_pixels(shape: tuple[int, int], pixels: tuple[int, int]) -> Pixels:
    """The interpolation of maps of a shape to images of a size, made once."""
    return Pixels(shape, pixels)
