"""Windows against brute force."""

import numpy as np
import pytest

from diffmine.config import MineConfig
from diffmine.errors import UsageError
from diffmine.maths.error import window_error
from diffmine.maths.windows import (
    Window,
    best_windows,
    random_windows,
    window_means,
    window_sizes,
)


def brute_means(values: np.ndarray, size: int) -> np.ndarray:
    rows, cols = values.shape[0] - size + 1, values.shape[1] - size + 1
    out = np.empty((rows, cols))
    for row in range(rows):
        for col in range(cols):
            out[row, col] = values[row : row + size, col : col + size].mean()
    return out


def brute_greedy(means: np.ndarray, size: int, keep: int, sign: int) -> list[tuple[int, int]]:
    """Sort every window; take the next one that touches none taken before."""
    places = [(r, c) for r in range(means.shape[0]) for c in range(means.shape[1])]
    places.sort(key=lambda place: -sign * means[place])
    taken: list[tuple[int, int]] = []
    for row, col in places:
        if all(abs(row - r) >= size or abs(col - c) >= size for r, c in taken):
            taken.append((row, col))
    return taken[:keep]


@pytest.mark.parametrize("shape", [(9, 9), (20, 13), (5, 40)])
def test_window_means_are_means(shape: tuple[int, int]) -> None:
    values = np.random.default_rng(1).normal(size=shape).astype(np.float32)
    for size in (1, 2, 5):
        np.testing.assert_allclose(window_means(values, size), brute_means(values, size), atol=1e-6)


@pytest.mark.parametrize("sign", [1, -1])
def test_best_windows_are_the_greedy_choice(sign: int) -> None:
    chance = np.random.default_rng(2)
    for _ in range(500):
        shape = chance.integers(6, 24, 2)
        size, keep = int(chance.integers(2, 6)), int(chance.integers(1, 6))
        means = window_means(chance.normal(size=shape).astype(np.float32), size)
        found = [(w.row, w.col) for w in best_windows(means, size, keep, sign)]
        assert found == brute_greedy(means, size, keep, sign)


def test_windows_do_not_overlap_and_random_ones_depend_on_their_seed() -> None:
    means = window_means(np.random.default_rng(3).normal(size=(40, 40)).astype(np.float32), 8)
    one, again, other = (random_windows(means, 8, 5, seed) for seed in ("a", "a", "b"))
    assert one == again != other
    for k, a in enumerate(one):
        assert means[a.row, a.col] == pytest.approx(a.typicality)
        assert all(abs(a.row - b.row) >= 8 or abs(a.col - b.col) >= 8 for b in one[:k])


def test_choosing_leaves_the_means_alone() -> None:
    means = np.arange(25.0).reshape(5, 5)
    best_windows(means, 2, 3)
    assert np.array_equal(means, np.arange(25.0).reshape(5, 5))


def test_window_error_lies_near_the_true_one() -> None:
    """Draws of smooth noise: the error guessed from pixels and image is that of window means."""
    chance = np.random.default_rng(4)
    raw = chance.normal(size=(400, 38, 38))
    smooth = np.stack([window_means(draw.astype(np.float32), 7) for draw in raw])  # 400 32 32
    pixels = smooth.std(axis=0, ddof=1) / 20
    image = smooth.mean(axis=(1, 2)).std(ddof=1) / 20
    true = smooth[:, 8:24, 8:24].mean(axis=(1, 2)).std(ddof=1) / 20
    guess = window_error(pixels, float(image), Window(8, 8, 16, 0.0))
    assert guess == pytest.approx(true, rel=0.25)


def test_window_sizes_are_shares_or_pixels() -> None:
    assert window_sizes(MineConfig(windows=(0.25,)), 64, 96) == [16]
    assert window_sizes(MineConfig(windows=(24, 0.5, 0.25)), 64, 96) == [16, 24, 32]
    with pytest.raises(UsageError, match="at least 2"):
        window_sizes(MineConfig(windows=(0.5, 0.01)), 64, 96)


def test_random_windows_are_uniform_over_free_places() -> None:
    """Of two windows of 4 in 9 places a side, the second is anywhere the first leaves free."""
    means = np.zeros((6, 6))
    counts = np.zeros((6, 6))
    for seed in range(3000):
        first = random_windows(means, 4, 1, str(seed))[0]
        counts[first.row, first.col] += 1
    assert abs(counts - 3000 / 36).max() < 5 * np.sqrt(3000 / 36)


def test_random_windows_fill_what_is_left() -> None:
    """Three disjoint windows of 5 in 15 x 5 pixels have one arrangement and are rarely hit."""
    found = random_windows(np.zeros((11, 1)), 5, 5, "x")
    assert 2 <= len(found) <= 3
    assert random_windows(np.zeros((1, 1)), 5, 5, "x") == [Window(0, 0, 5, 0.0)]
