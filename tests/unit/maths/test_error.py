"""The guessed error of a window's mean against the true one, over many draws of noise."""

import numpy as np
import pytest
import torch

from diffmine.maths.error import Pixels, decayed


def noise(draws: int, side: int, reach: int, seed: int) -> np.ndarray:
    """Draws of noise that neighbours share: box-averaged white noise, (draws, side, side)."""
    chance = np.random.default_rng(seed)
    white = chance.normal(size=(draws, side + reach - 1, side + reach - 1))
    total = np.zeros((draws, side + reach, side + reach))
    total[:, 1:, 1:] = white.cumsum(1).cumsum(2)
    box = total[:, reach:, reach:] - total[:, :-reach, reach:]
    return (box - total[:, reach:, :-reach] + total[:, :-reach, :-reach]) / reach


def curve(draws: np.ndarray) -> list[float]:
    """decay[k] as the format defines it: squared errors of block means against those of pixels."""
    found = []
    for k in range(int(np.log2(draws.shape[1])) + 1):
        n, cells = len(draws), draws.shape[1] // 2**k
        blocks = draws.reshape(n, cells, 2**k, cells, 2**k).mean(axis=(2, 4))
        found.append(float((blocks.var(axis=0, ddof=1) / n).mean()))
    return [value / found[0] for value in found]


@pytest.mark.parametrize("reach", [1, 4, 9])
@pytest.mark.parametrize("side", [4, 6, 8, 11, 16])
def test_the_decay_gives_the_true_error_of_windows(reach: int, side: int) -> None:
    draws = noise(600, 32, reach, 7 * reach + side)
    pixel = draws.std(axis=0, ddof=1) / np.sqrt(len(draws))
    decay = curve(draws)
    true, guessed = [], []
    for row in range(0, 32 - side + 1, 3):
        for col in range(0, 32 - side + 1, 3):
            inside = np.s_[row : row + side, col : col + side]
            means = draws[:, *inside].mean(axis=(1, 2))
            true.append(means.var(ddof=1) / len(draws))
            guessed.append(decayed(float((pixel[inside] ** 2).mean()), decay, float(side)) ** 2)
    assert np.sqrt(np.mean(guessed)) == pytest.approx(np.sqrt(np.mean(true)), rel=0.05)


def test_the_decay_is_log_log_between_points_and_flat_beyond() -> None:
    decay = [1.0, 0.25, 0.01]
    assert decayed(4.0, decay, 1.0) == pytest.approx(2.0)
    assert decayed(4.0, decay, 2.0) == pytest.approx(1.0)
    assert decayed(4.0, decay, 2**0.5) == pytest.approx((4 * 0.5) ** 0.5)
    assert decayed(4.0, decay, 100.0) == pytest.approx(0.2)
    assert decayed(4.0, decay, 0.3) == pytest.approx(2.0)
    assert decayed(4.0, [1.0], 8.0) == pytest.approx(2.0)
    assert decayed(4.0, [1.0, 0.0], 8.0) == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("pixels", [(64, 96), (31, 40)])
def test_mean_squares_are_those_of_the_map_in_pixels(pixels: tuple[int, int]) -> None:
    map = np.random.default_rng(1).uniform(0.1, 1, (8, 12))
    image = torch.from_numpy(map)[None, None]
    full = torch.nn.functional.interpolate(image, pixels, mode="bilinear")[0, 0].numpy()
    found = Pixels((8, 12), pixels)
    assert found.mean_square(map) == pytest.approx((full**2).mean())
    for row, col, size in ((0, 0, 5), (7, 3, 16), (pixels[0] - 9, pixels[1] - 9, 9)):
        inside = full[row : row + size, col : col + size]
        assert found.window_square(map, row, col, size) == pytest.approx((inside**2).mean())
