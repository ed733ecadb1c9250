"""The fast choice against the plain one: interpolate, average every window, take the best."""

import numpy as np
import pytest
import torch

from diffmine.maths.choose import choose, size_weights
from diffmine.maths.grid import bilinear, grid
from diffmine.maths.windows import overlap, window_means

SHAPES = [
    ((8, 8), (64, 64)),
    ((8, 12), (64, 96)),
    ((6, 5), (96, 80)),
    ((16, 16), (64, 64)),
    ((10, 10), (20, 20)),
    ((9, 9), (31, 40)),
]


def in_pixels(map: np.ndarray, pixels: tuple[int, int]) -> np.ndarray:
    """The interpolation of torch, in float64."""
    image = torch.from_numpy(map.astype(np.float64))[None, None]
    return torch.nn.functional.interpolate(image, pixels, mode="bilinear")[0, 0].numpy()


def plain(
    map: np.ndarray, pixels: tuple[int, int], sizes: list[int], weights: list[float], keep: int
) -> list[tuple[int, int, int]]:
    """Score all windows of all sizes; again and again take the best that touches none taken."""
    scores = [
        window_means(in_pixels(map, pixels), s) * w for s, w in zip(sizes, weights, strict=True)
    ]
    taken: list[tuple[int, int, int]] = []
    while len(taken) < keep:
        best = max(float(each.max()) for each in scores)
        if best == -np.inf:
            break
        # Closer than any two windows that differ: only rounding is below it.
        near = [np.argwhere(each >= best - 1e-9) for each in scores]
        at = next(k for k, places in enumerate(near) if len(places))
        row, col = (int(v) for v in near[at][0])
        taken.append((row, col, sizes[at]))
        for size, each in zip(sizes, scores, strict=True):
            rows = slice(max(row - size + 1, 0), row + sizes[at])
            each[rows, max(col - size + 1, 0) : col + sizes[at]] = -np.inf
    return taken


@pytest.mark.parametrize(("latent", "pixels"), [(8, 64), (5, 20), (9, 31), (7, 7), (1, 8), (12, 5)])
def test_bilinear_is_that_of_torch(latent: int, pixels: int) -> None:
    weights = bilinear(latent, pixels)
    expected = in_pixels(np.eye(latent), (pixels, latent))
    np.testing.assert_allclose(weights, expected, atol=1e-12)


@pytest.mark.parametrize("latent", [(8, 8), (6, 10)])
@pytest.mark.parametrize("factor", [1, 2, 3, 4, 8, 16])
@pytest.mark.parametrize("size", [2, 5, 16, 24])
def test_sums_are_those_of_pixels(latent: tuple[int, int], factor: int, size: int) -> None:
    pixels = (latent[0] * factor, latent[1] * factor)
    if size > min(pixels):
        pytest.skip("a window larger than the image")
    map = np.random.default_rng(size).normal(size=latent).astype(np.float16).astype(np.float64)
    found = grid(latent, pixels, size)
    expected = window_means(in_pixels(map, pixels), size)
    sums = found.sums(map[None])[0]
    bounds = found.bounds(sums) / size**2
    for row in range(0, expected.shape[0], 3):
        for col in range(0, expected.shape[1], 5):
            assert found.at(map, row, col) / size**2 == pytest.approx(expected[row, col], abs=1e-9)
            i = (row - found.rows.first) // found.rows.step
            j = (col - found.cols.first) // found.cols.step
            assert expected[row, col] <= bounds[i, j] + 1e-9


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("flat", [False, True])
def test_maps_are_chosen_as_plainly(sign: int, flat: bool) -> None:
    """`flat` maps take three values, so that many windows tie."""
    chance = np.random.default_rng(5 + flat)
    for trial in range(250):
        latent, pixels = SHAPES[trial % len(SHAPES)]
        few = [4, 8, 16, 12, 5]
        sizes = sorted({few[k] for k in chance.integers(0, 5, chance.integers(1, 4))})
        weights = size_weights(sizes, float(chance.choice([0, 0.5, 1])))
        keep = int(chance.integers(1, 6))
        values = chance.integers(-1, 2, latent) / 4 if flat else chance.normal(size=latent)
        map = values.astype(np.float16).astype(np.float64)
        if flat:  # rounding decides between equal sums of uneven fractions and powers
            weights = [1.0] * len(sizes)
            pixels = (latent[0] * 8, latent[1] * 8)
        grids = [grid(latent, pixels, size) for size in sizes]
        sums = [each.sums(map[None])[0] for each in grids]
        found = choose(grids, sums, weights, keep, sign)
        expected = plain(sign * map, pixels, sizes, weights, keep)
        assert [(w.row, w.col, w.size) for w in found] == expected
        means = window_means(in_pixels(map, pixels), found[0].size)
        assert found[0].typicality == pytest.approx(means[found[0].row, found[0].col], abs=1e-6)
        for k, one in enumerate(expected):
            assert not any(overlap(one, other) for other in expected[:k])


def test_a_floor_only_ends_it_early() -> None:
    chance = np.random.default_rng(8)
    for _ in range(50):
        map = chance.normal(size=(8, 8)).astype(np.float16).astype(np.float64)
        grids = [grid((8, 8), (64, 64), size) for size in (8, 16)]
        sums = [each.sums(map[None])[0] for each in grids]
        every = choose(grids, sums, [1.0, 1.5], 9)
        floor = float(np.median([w.score for w in every]))
        assert choose(grids, sums, [1.0, 1.5], 9, floor=floor) == [
            w for w in every if w.score >= floor
        ]


def test_a_flat_map_gives_the_first_places_in_reading_order() -> None:
    for value in (0.0, 0.3):
        map = np.full((8, 8), value, np.float16).astype(np.float64)
        found = grid((8, 8), (64, 64), 24)
        places = choose([found], [found.sums(map[None])[0]], [1.0], 4)
        assert [(w.row, w.col) for w in places] == [(0, 0), (0, 24), (24, 0), (24, 24)]
