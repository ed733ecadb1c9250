"""Noise as smooth as some maps: what windows would be chosen if no picture told anything.

    gamma(d) = 1/2 E (r(u) - r(u + d))^2,   r = map - its own mean - the mean map of its shape
             = sum of a_k (1 - exp(-1/2 ((d_row / s_k)^2 + (d_col / t_k)^2))),   a_k >= 0 by fit
    field    = sum of sqrt(a_k) * Gaussian field of the scales s_k, t_k

Half the mean squared difference of two pixels knows nothing of the level of a map, so it is not
bent by how small maps are. Phases drawn anew on the map's own spectrum would join opposite borders;
the sum of Gaussians has no borders and needs few maps.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from jaxtyping import Float, Int
from numpy.random import Generator
from scipy.optimize import nnls

Shape = tuple[int, int]
_SMALLEST = 0.3
"""Standard deviation of a Gaussian that is white noise: next to nothing one pixel away."""
_LEAST = 0.01
"""Below this share of its highest value gamma is not fitted any closer."""


@dataclass(frozen=True)
class _Sums:
    """Of maps of one shape: how many, and the sums of maps, of their squares and their spectra."""

    number: int
    maps: Float[np.ndarray, "h w"]
    squares: Float[np.ndarray, "h w"]
    power: Float[np.ndarray, "p q"]

    def plus(self, other: _Sums) -> _Sums:
        """The sums over the maps of both."""
        return _Sums(
            self.number + other.number,
            self.maps + other.maps,
            self.squares + other.squares,
            self.power + other.power,
        )


@dataclass
class Smoothness:
    """How alike the pixels of maps are by their distance, from maps of one or several shapes."""

    sums: dict[Shape, _Sums] = field(default_factory=dict)

    def add(self, maps: Float[np.ndarray, "b h w"]) -> None:
        """Take in maps of one shape."""
        flat = maps - maps.mean(axis=(1, 2), keepdims=True)
        power = _power(flat).sum(axis=0)
        new = _Sums(len(maps), flat.sum(axis=0), (flat**2).sum(axis=0), power)
        shape = (maps.shape[1], maps.shape[2])
        old = self.sums.get(shape)
        if old is not None:
            new = old.plus(new)
        self.sums[shape] = new

    def gamma(
        self, shape: Shape
    ) -> tuple[Float[np.ndarray, "h lags"], Float[np.ndarray, "h lags"]]:
        """gamma at the lags of a shape, and its number of pairs of pixels: 0 where no map has any.

        Rows are lags 0 to h - 1, columns -(w - 1) to w - 1.
        """
        high, wide = shape
        total, pairs = np.zeros((high, 2 * wide - 1)), np.zeros((high, 2 * wide - 1))
        for (h, w), sums in self.sums.items():
            half, number = _half_differences(*_without_mean_map(sums))
            rows, cols = np.arange(min(h, high)), np.arange(-min(w, wide) + 1, min(w, wide))
            there, here = np.ix_(rows, cols), np.ix_(rows, cols + wide - 1)
            total[here] += half[there]
            # A map alone is not freed of its mean map; of several the mean took one away.
            pairs[here] += number[there] * max(sums.number - 1, 1)
        return np.divide(total, pairs, out=np.zeros_like(total), where=pairs > 0), pairs

    def fields(self, shape: Shape, count: int, chance: Generator) -> Float[np.ndarray, "n h w"]:
        """`count` fields of a shape; all 0 where no two pixels of any map differ."""
        fields = np.zeros((count, *shape))
        for amount, (row, col) in self._fit(shape):
            white = chance.standard_normal(fields.shape)
            fields += np.sqrt(amount) * (_root(shape[0], row) @ white @ _root(shape[1], col).T)
        return fields

    def _fit(self, shape: Shape) -> list[tuple[float, tuple[float, float]]]:
        """The amounts a_k that are not 0, each with its scales s_k and t_k in pixels of the map."""
        gamma, pairs = self.gamma(shape)
        steps = np.unique(np.rint(1.5 ** np.arange(20)).astype(int))  # near lags say most
        near = [np.isin(np.abs(lags), [0, *steps]) for lags in _lags(shape)]
        use = (pairs > 0) & (gamma > 0) & near[0][:, None] & near[1]
        if not use.any():
            return []
        row, col = np.nonzero(use)
        scales = [(s, t) for s in _scales(shape[0]) for t in _scales(shape[1])]
        kinds = np.stack([_rise(row, col - shape[1] + 1, *pair) for pair in scales], axis=1)  # n k
        weight = np.sqrt(pairs[use]) / np.maximum(gamma[use], _LEAST * gamma.max())
        amounts, _ = nnls(kinds * weight[:, None], gamma[use] * weight)
        return [pair for pair in zip(amounts.tolist(), scales, strict=True) if pair[0] > 0]


def _lags(shape: Shape) -> tuple[Int[np.ndarray, " h"], Int[np.ndarray, " lags"]]:
    """Distances of pixels in a map: down, and to both sides."""
    return np.arange(shape[0]), np.arange(-shape[1] + 1, shape[1])


def _scales(side: int) -> list[float]:
    """From white noise to slopes over the whole map, each twice as wide as the one before."""
    steps = int(np.ceil(np.log2(4 * max(side, 2) / _SMALLEST)))
    return [_SMALLEST * 2**step for step in range(steps + 1)]


def _rise(
    row: Int[np.ndarray, " n"], col: Int[np.ndarray, " n"], tall: float, wide: float
) -> Float[np.ndarray, " n"]:
    return 1 - np.exp(-0.5 * ((row / tall) ** 2 + (col / wide) ** 2))


@lru_cache(maxsize=256)
def _root(side: int, scale: float) -> Float[np.ndarray, "side side"]:
    """A root of the covariance of `side` pixels in a row."""
    at = np.arange(side)
    values, vectors = np.linalg.eigh(np.exp(-0.5 * ((at[:, None] - at) / scale) ** 2))
    return vectors * np.sqrt(values.clip(min=0))


def _power(maps: Float[np.ndarray, "b h w"]) -> Float[np.ndarray, "b p q"]:
    """Spectra of maps with as many zeros behind them, so that no lag goes round."""
    return np.abs(np.fft.fft2(maps, (2 * maps.shape[1], 2 * maps.shape[2]))) ** 2


def _without_mean_map(
    sums: _Sums,
) -> tuple[Float[np.ndarray, "h w"], Float[np.ndarray, "p q"]]:
    """The sums of squares and of spectra of maps less their mean; of a single map as they are."""
    if sums.number == 1:
        return sums.squares, sums.power
    mean = sums.maps / sums.number
    return sums.squares - sums.number * mean**2, sums.power - sums.number * _power(mean[None])[0]


def _half_differences(
    squares: Float[np.ndarray, "h w"], power: Float[np.ndarray, "p q"]
) -> tuple[Float[np.ndarray, "p q"], Float[np.ndarray, "p q"]]:
    """By lag, negative ones from the end: half the squared differences, summed, and their number
    in one map."""
    inside = np.fft.fft2(np.ones(squares.shape), power.shape)
    spectrum = np.fft.fft2(squares, power.shape) * inside.conj()
    single = np.fft.ifft2(spectrum.real).real  # mean of the two ends of a pair
    number = np.fft.ifft2(np.abs(inside) ** 2).real.round()
    return single - np.fft.ifft2(power).real, number
