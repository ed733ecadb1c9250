"""Square windows of a map: means, the best that do not overlap, and how far they may be wrong."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float


@dataclass(frozen=True)
class Window:
    """A square of an image in pixels, with its mean typicality and standard error."""

    row: int
    col: int
    size: int
    typicality: float
    se: float = 0.0


def window_means(
    map: Float[np.ndarray, "H W"], size: int
) -> Float[np.ndarray, "H-{size}+1 W-{size}+1"]:
    """Mean of every `size` x `size` window, by an integral image in float64."""
    integral = np.zeros((map.shape[0] + 1, map.shape[1] + 1))
    integral[1:, 1:] = map.cumsum(axis=0, dtype=np.float64).cumsum(axis=1)
    low, high = integral[:-size], integral[size:]
    return (high[:, size:] - high[:, :-size] - low[:, size:] + low[:, :-size]) / size**2


def best_windows(
    means: Float[np.ndarray, "h w"], size: int, keep: int, sign: int = 1
) -> list[Window]:
    """The `keep` best windows that do not overlap, best first; `sign` -1 takes the lowest.

    Of equal windows the first in reading order wins.
    """
    left = means * sign
    found: list[Window] = []
    for _ in range(keep):
        row, col = np.unravel_index(int(left.argmax()), left.shape)
        if left[row, col] == -np.inf:
            break
        found.append(Window(int(row), int(col), size, float(means[row, col])))
        rows = slice(max(row - size + 1, 0), row + size)
        left[rows, max(col - size + 1, 0) : col + size] = -np.inf
    return found


def decay_at(decay: Float[np.ndarray, " s"], side: float | int) -> float:
    """Squared error of the mean of a window over that of a pixel, read off the figures for blocks
    of side 1, 2, 4, ... latent pixels; straight lines between their logarithms, flat beyond."""
    places = np.arange(len(decay))
    return float(np.exp(np.interp(np.log2(max(side, 1)), places, np.log(np.maximum(decay, 1e-30)))))
