"""Fields of noise are as smooth as the maps they are drawn after, by the plain definition."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from diffmine.maths.noise import Smoothness


def smooth(seed: int, count: int, shape: tuple[int, int], scale: float) -> np.ndarray:
    """Cut out of larger fields: their borders are nothing special."""
    pad = int(4 * scale) + 1
    chance = np.random.default_rng(seed)
    white = chance.standard_normal((count, shape[0] + 2 * pad, shape[1] + 2 * pad))
    fields = gaussian_filter(white, (0, scale, scale)) if scale else white
    fields = fields[:, pad:-pad, pad:-pad]
    return np.asarray(fields / fields.std())


def plain_gamma(maps: np.ndarray, row: int, col: int) -> float:
    """Half the mean squared difference of pixels (row, col) apart, col of either sign."""
    first = maps[:, : maps.shape[1] - row, max(-col, 0) : maps.shape[2] - max(col, 0)]
    second = maps[:, row:, max(col, 0) : maps.shape[2] - max(-col, 0)]
    return float(((first - second) ** 2).mean() / 2)


def test_gamma_is_half_the_squared_difference_of_pairs() -> None:
    maps = smooth(0, 6, (5, 7), 1.0) + np.arange(6)[:, None, None]  # levels tell nothing
    smoothness = Smoothness()
    smoothness.add(maps[:4])
    smoothness.add(maps[4:])
    gamma, pairs = smoothness.gamma((5, 7))
    residual = maps - maps.mean(axis=(1, 2), keepdims=True)
    residual = residual - residual.mean(axis=0)
    for row, col in [(0, 1), (2, -3), (4, 6), (1, 0), (3, 5)]:
        expected = plain_gamma(residual, row, col) * 6 / 5  # the mean map took one of six away
        assert gamma[row, col + 6] == pytest.approx(expected)
        assert pairs[row, col + 6] == 5 * (5 - row) * (7 - abs(col))


def test_a_mean_map_is_not_taken_for_smoothness() -> None:
    slope = np.linspace(-50, 50, 12)[:, None] * np.ones((12, 10))
    smoothness = Smoothness()
    smoothness.add(smooth(1, 80, (12, 10), 0.0) + slope)
    gamma, _ = smoothness.gamma((12, 10))
    assert gamma[6, 9] == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("scale", [0.0, 1.0, 3.0, 12.0])
def test_fields_are_as_smooth_as_the_maps(scale: float) -> None:
    maps = smooth(2, 150, (16, 20), scale)
    smoothness = Smoothness()
    smoothness.add(maps)
    fields = smoothness.fields((16, 20), 600, np.random.default_rng(3))
    for row, col in [(0, 1), (1, 1), (3, -2), (8, 0), (0, 10), (12, 15)]:
        expected = plain_gamma(maps, row, col)
        assert plain_gamma(fields, row, col) == pytest.approx(expected, rel=0.4)


def test_fields_have_the_same_spread_everywhere_and_no_torus() -> None:
    smoothness = Smoothness()
    smoothness.add(smooth(4, 100, (12, 12), 2.0))
    fields = smoothness.fields((12, 12), 2000, np.random.default_rng(5))
    opposite = np.mean(fields[:, 0] * fields[:, -1]) / np.mean(fields**2)
    assert opposite < 0.2  # on a torus they would be neighbours, and nearly equal
    spread = fields.std(axis=0)
    assert spread.max() / spread.min() < 1.15


def test_maps_of_several_shapes_are_joined_and_other_shapes_drawn() -> None:
    smoothness = Smoothness()
    for shape in [(8, 12), (12, 8), (9, 9)]:
        smoothness.add(smooth(6, 1 if shape == (9, 9) else 60, shape, 0.0))
    gamma, pairs = smoothness.gamma((12, 12))
    assert pairs[11, 0] == pairs[9, 9 + 11] == 0
    many = pairs > 600
    many[0, 11] = False  # no distance, no difference
    assert many.any()
    assert np.allclose(gamma[many], 1, atol=0.25)
    assert smoothness.fields((12, 12), 3, np.random.default_rng(7)).shape == (3, 12, 12)


def test_even_maps_give_even_fields() -> None:
    smoothness = Smoothness()
    smoothness.add(np.full((3, 4, 4), 2.0))
    assert not smoothness.fields((4, 4), 2, np.random.default_rng(8)).any()
    assert not Smoothness().fields((1, 1), 2, np.random.default_rng(8)).any()
