"""Window means and selection, ours beside the plain writing, on one 256 x 256 map."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks import plain
from diffmine.maths.windows import best_windows, window_means

SIZE, KEEP = 64, 5
MAP = np.random.default_rng(0).normal(size=(256, 256)).astype(np.float32)


@pytest.mark.parametrize("way", [window_means, plain.means], ids=["ours", "plain"])
def test_means(benchmark: BenchmarkFixture, way: Callable[..., Any]) -> None:
    found = benchmark.pedantic(way, (MAP, SIZE), rounds=3, warmup_rounds=1)
    np.testing.assert_allclose(found, window_means(MAP, SIZE), atol=1e-6)


def ours(means: np.ndarray, size: int, keep: int) -> list[tuple[int, int]]:
    return [(window.row, window.col) for window in best_windows(means, size, keep)]


@pytest.mark.parametrize("way", [ours, plain.select], ids=["ours", "plain"])
def test_selection(benchmark: BenchmarkFixture, way: Callable[..., Any]) -> None:
    means = window_means(MAP, SIZE)
    found = benchmark.pedantic(way, (means, SIZE, KEEP), rounds=5, warmup_rounds=1)
    assert found == ours(means, SIZE, KEEP)
