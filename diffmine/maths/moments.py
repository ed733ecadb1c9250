"""Means over draws put together and taken apart: what bands and halves of the same draws tell.

    n = n_1 + n_2      mean = (n_1 mean_1 + n_2 mean_2) / n
    squares = squares_1 + squares_2 + n_1 n_2 / n (mean_1 - mean_2)^2          (Chan et al. 1979)

The same of the means of blocks of latent pixels, as model/tally.py follows them while drawing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from jaxtyping import Float

_LEAST = 1e-30


@dataclass(frozen=True, eq=False)
class Moments:
    """Mean and sum of squared deviations of `n` values of a map, float64; a value is a draw, or the
    mean of two of opposite noise. `blocks` is the sum of squared deviations of the means of blocks
    of 2, 4, 8, ... latent pixels, averaged over the blocks, and last that of the whole map."""

    n: float
    mean: Float[np.ndarray, "h w"]
    squares: Float[np.ndarray, "h w"]
    blocks: Float[np.ndarray, " s"]

    @classmethod
    def of_errors(
        cls,
        n: float,
        mean: Float[np.ndarray, "h w"],
        errors: Float[np.ndarray, "h w"],
        decay: Float[np.ndarray, " s"],
        whole: float,
    ) -> Moments:
        """From standard errors, of which maps/ keeps the pixels', how they fall with the side of a
        block (`decay`, 1 first) and the whole map's."""
        times = n * max(n - 1, 0)
        squares = errors**2 * times
        blocks = np.append(decay[1:] * squares.mean(), whole**2 * times)
        return cls(n, mean, squares, blocks)

    @property
    def score(self) -> float:
        """Mean of the whole map."""
        return float(self.mean.mean())

    @property
    def score_error(self) -> float:
        """Standard error of the score; NaN for less than two values."""
        return float(np.sqrt(self.blocks[-1] * self._of_mean))

    @property
    def errors(self) -> Float[np.ndarray, "h w"]:
        """Standard error of the mean map; NaN for less than two values."""
        return np.sqrt(self.squares * self._of_mean)

    @property
    def decay(self) -> Float[np.ndarray, " s"]:
        """Squared standard error of the mean of a block over that of a pixel, for sides 1, 2, 4,
        ...; at most 1."""
        share = self.blocks[:-1] / max(float(self.squares.mean()), _LEAST)
        return np.minimum(np.append(1.0, share), 1.0)

    @property
    def _of_mean(self) -> float:
        return 1 / (self.n * (self.n - 1)) if self.n > 1 else float("nan")


def joined(parts: Sequence[Moments]) -> Moments:
    """All the values of some parts that share none; at least one part."""
    return reduce(_both, parts)


def without(whole: Moments, part: Moments) -> Moments:
    """The values of a whole that are not in a part of it."""
    n = whole.n - part.n
    if n <= 0:
        empty = np.zeros_like
        return Moments(0.0, empty(whole.mean), empty(whole.squares), empty(whole.blocks))
    mean = (whole.n * whole.mean - part.n * part.mean) / n
    apart, times = mean - part.mean, n * part.n / whole.n
    return Moments(
        n,
        mean,
        np.maximum(whole.squares - part.squares - times * apart**2, 0.0),
        np.maximum(whole.blocks - part.blocks - times * _block_squares(apart), 0.0),
    )


def _both(one: Moments, other: Moments) -> Moments:
    n = one.n + other.n
    if not one.n or not other.n:
        return one if one.n else other
    apart, times = other.mean - one.mean, one.n * other.n / n
    return Moments(
        n,
        one.mean + apart * (other.n / n),
        one.squares + other.squares + times * apart**2,
        one.blocks + other.blocks + times * _block_squares(apart),
    )


def _block_squares(map: Float[np.ndarray, "h w"]) -> Float[np.ndarray, " s"]:
    """Mean square of the means of blocks of 2, 4, 8, ... pixels, and last of the whole."""
    squares = []
    side = 2
    while side <= min(map.shape):
        down, across = map.shape[0] // side, map.shape[1] // side
        cut = map[: down * side, : across * side].reshape(down, side, across, side)
        squares.append(float((cut.mean(axis=(1, 3)) ** 2).mean()))
        side *= 2
    return np.array([*squares, float(map.mean()) ** 2])
