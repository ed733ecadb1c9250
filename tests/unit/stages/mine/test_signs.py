"""Warnings against maps that are nothing but noise: what is flagged there is the fault of the test.

In an atlas of noise each label is a data set of its own.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import binom

from diffmine.atlas.reader import Atlas
from diffmine.config import MineConfig
from diffmine.maths.windows import Window, best_windows, window_means
from diffmine.stages.mine.run import run
from tests.unit.maths.test_noise import smooth
from tests.unit.stages.mined import atlas_of, image_row, map_row

SCALES = (0.0, 1.0, 3.0, 8.0)
SIDE, WINDOW, PER_IMAGE = 16, 4, 4
LEVEL = 0.005
"""How often a warning may be given of noise."""


def noise_atlas(folder: Path, labels: int, count: int, per_label: int, border: float = 0) -> Atlas:
    """Mined noise: label k is as smooth as SCALES[k % 4], and all pixels at the border higher by
    `border`. An image is as large as its map."""
    images, maps = [], []
    pixels = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3)).astype(np.uint8)
    frame = np.full((SIDE, SIDE), border)
    frame[1:-1, 1:-1] = 0
    for at in range(labels):
        for k, mean in enumerate(smooth(at, count, (SIDE, SIDE), SCALES[at % 4])):
            name, label = f"{at:03d}-{k:03d}.png", f"{at:03d}"
            hash_ = 0x9E3779B97F4A7C15 * len(images) % 2**62  # no near-duplicates
            images.append(image_row(name, label, pixels, hash=hash_))
            maps.append(map_row(name, label, mean + frame, error=np.ones(mean.shape), se=1.0))
    atlas = atlas_of(folder, images, maps, part=500)
    with atlas.hold():
        config = MineConfig(windows=(WINDOW,), per_image=PER_IMAGE, per_label=per_label)
        run(atlas, config)
    return atlas


def rows_of(atlas: Atlas, kind: str) -> list[dict[str, Any]]:
    return [row for row in atlas.table("warnings").to_pylist() if row["kind"] == kind]


def at_border(window: Window) -> bool:
    last = SIDE - WINDOW
    return window.row in (0, last) or window.col in (0, last)


def plain_share(scale: float, count: int, per_label: int, seed: int) -> float:
    """The share at the border of the best windows of new noise, looking at every window."""
    windows = [
        window
        for map_ in smooth(seed, count, (SIDE, SIDE), scale)
        for window in best_windows(window_means(map_, WINDOW), WINDOW, PER_IMAGE)
    ]
    best = sorted(windows, key=lambda window: -window.typicality)[:per_label]
    return float(np.mean([at_border(window) for window in best]))


def the_level_is_what_is_promised(atlas: Atlas, labels: int) -> None:
    most = int(binom.ppf(0.9999, labels, LEVEL))
    for kind in ("border", "flat", "position", "duplicate"):
        rows = rows_of(atlas, kind)
        assert len(rows) == labels
        assert sum(row["share"] > row["expected_high"] for row in rows) <= most, kind
        assert sum(row["flagged"] for row in rows) <= most, kind
    # Nothing stands out of the noise: this sign is right.
    assert np.mean([row["flagged"] for row in rows_of(atlas, "noise")]) > 0.8


@pytest.fixture(scope="module")
def noise(tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    return noise_atlas(tmp_path_factory.mktemp("noise"), 24, 12, 24)


def test_noise_is_flagged_for_nothing_but_noise(noise: Atlas) -> None:
    the_level_is_what_is_promised(noise, 24)


def test_the_control_is_the_best_windows_of_other_noise(noise: Atlas) -> None:
    for k, scale in enumerate(SCALES):
        expected = np.mean([row["expected"] for row in rows_of(noise, "border")[k::4]])
        plain = np.mean([plain_share(scale, 12, 24, 900 + seed) for seed in range(25)])
        assert expected == pytest.approx(plain, abs=0.08)
        assert expected > 0.37  # of windows at random one in four touches the border or fewer


def test_a_border_that_counts_is_flagged(tmp_path: Path) -> None:
    atlas = noise_atlas(tmp_path, 3, 20, 40, border=2.0)
    assert [row["flagged"] for row in rows_of(atlas, "border")] == [True] * 3
    for row, scale in zip(rows_of(atlas, "border"), SCALES, strict=False):
        plain = np.mean([plain_share(scale, 20, 40, 900 + seed) for seed in range(12)])
        assert row["expected"] == pytest.approx(plain, abs=0.12)  # what was planted is not in it
        assert row["low"] <= row["share"] <= row["high"]
        assert row["expected_low"] < row["expected"] < row["expected_high"] < row["share"]
        assert row["test"] == "noise maps"


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("per_label", [1000, 40])
def test_noise_is_flagged_as_often_as_is_promised(tmp_path: Path, per_label: int) -> None:
    the_level_is_what_is_promised(noise_atlas(tmp_path, 300, 20, per_label), 300)
