"""Which images show an element: against windows looked at one by one; stopped and gone on."""

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from diffmine.atlas.balls import Ball
from diffmine.atlas.reader import Atlas
from diffmine.atlas.writer import open_workspace
from diffmine.config import BuildConfig, ClusterConfig
from diffmine.engine import here
from diffmine.errors import Cancelled
from diffmine.model.dift import window_feature
from diffmine.model.features import Case, Grid, grids
from diffmine.model.load import load_model
from diffmine.model.tiny import make_random
from diffmine.pipeline.build import build, run_stage
from diffmine.stages.trends.presence import presence, window_features
from tests.helpers import LABELS, draw_shapes, quick

CELL = 2  # pixels


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, BuildConfig]:
    folder = tmp_path_factory.mktemp("built")
    config = quick(make_random(folder / "base"))
    config = replace(config, cluster=replace(config.cluster, shard=5))
    data = draw_shapes(folder / "data")
    for wide in sorted(data.glob("*/*.png"))[1:8:3]:  # sizes are mixed within a shard
        with Image.open(wide) as picture:
            picture.resize((48, 32)).save(wide)
    build(data, folder / "atlas", config)
    return folder / "atlas", config


@pytest.fixture
def atlas(built: tuple[Path, BuildConfig], tmp_path: Path) -> Atlas:
    shutil.copytree(built[0], tmp_path / "atlas")
    return open_workspace(tmp_path / "atlas")


@pytest.mark.parametrize(("height", "width", "side"), [(32, 32, 8), (28, 44, 11), (32, 48, 32)])
def test_windows_a_cell_apart_are_those_looked_at_one_by_one(
    height: int, width: int, side: int
) -> None:
    grid = np.random.default_rng(0).normal(size=(6, height // 4, width // 4)).astype(np.float32)
    found = window_features(grid, side, (height, width))
    rows = [*range(0, height - side, 4), height - side]
    cols = [*range(0, width - side, 4), width - side]
    one_by_one = [window_feature(grid, (r, c, side), (height, width)) for r in rows for c in cols]
    assert np.abs(found - np.stack(one_by_one)).max() < 1e-5


def elements(atlas: Atlas, radius: float) -> list[Ball]:
    """A ball around a patch of each label that lies on the cells of the features."""
    table = atlas.read_parts("features")
    by_name = dict(zip(table["patch_id"].to_pylist(), table["feature"].to_pylist(), strict=True))
    made = []
    for label in LABELS:
        patch = next(p for p in atlas.patches(label) if p.row % CELL == p.col % CELL == 0)
        assert patch.element is not None
        centre = np.array(by_name[patch.patch_id], np.float32)
        made.append(Ball(label, patch.element, centre, radius))
    return made


@pytest.mark.parametrize("radius", [0.05, 0.3, 0.6])
def test_counts_are_those_of_every_window_of_every_image(atlas: Atlas, radius: float) -> None:
    balls = elements(atlas, radius)
    config = ClusterConfig(**atlas.manifest.config["cluster"])
    table = atlas.table("images").to_pylist()
    picture = atlas.pictures.picture
    cases = [Case(row["image_id"], row["label"], picture(row["image_id"])) for row in table]
    expected = np.zeros((2, 2), int)
    showing: list[tuple[int, str]] = []
    order = [case.image_id for case in cases]
    for grid in grids(load_model(atlas.needed_model()), cases, config):
        for row, ball in enumerate(balls):
            side = atlas.element(ball.label, ball.element)[0].size
            assert grid.size[0] / grid.cells.shape[1] == CELL
            near = [
                np.linalg.norm(window_feature(grid.cells, (r, c, side), grid.size) - ball.centre)
                for r in range(0, grid.size[0] - side + 1, CELL)
                for c in range(0, grid.size[1] - side + 1, CELL)
            ]
            expected[row, LABELS.index(grid.label)] += min(near) <= radius
            if min(near) <= radius:
                showing.append((row, grid.image_id))
    showing.sort(key=lambda pair: (pair[0], order.index(pair[1])))
    with atlas.hold():
        found = presence(atlas, balls, here, lambda *_: None)
    assert found.counts(2, 2).tolist() == expected.tolist()
    names = [row["image_id"] for row in table]
    assert [(row, names[found.images[case]]) for row, case in found.pairs.tolist()] == showing


def test_a_patch_is_found_in_its_own_image(atlas: Atlas) -> None:
    """The features of an image are those that its patches had."""
    with atlas.hold():
        found = presence(atlas, elements(atlas, 2e-3), here, lambda *_: None)
    assert found.counts(2, 2).tolist() == [[1, 0], [0, 1]]


def test_a_stopped_stage_goes_on(
    atlas: Atlas, built: tuple[Path, BuildConfig], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = replace(built[1], trends=replace(built[1].trends, radius=0.7))
    unbroken = open_workspace(shutil.copytree(atlas.path, tmp_path / "unbroken"))
    with unbroken.hold():
        run_stage(unbroken, "trends", config)
    counted: list[int] = []

    def stop(stage: str, done: int, total: int, unit: str, note: str = "") -> None:
        if "elements" in unit:
            counted.append(done)
            if done == 11:  # in the third shard
                raise Cancelled("stopped")

    with atlas.hold(), pytest.raises(Cancelled):
        run_stage(atlas, "trends", config, progress=stop)
    assert counted == sorted(counted)
    read: list[str] = []

    def noted(*given: Any) -> Iterator[Grid]:
        for grid in grids(*given):
            read.append(grid.image_id)
            yield grid

    monkeypatch.setattr("diffmine.stages.trends.presence.grids", noted)
    again = open_workspace(atlas.path)
    with again.hold():
        run_stage(again, "trends", config)
    assert len(read) == 2
    one, other = (found.table("trends").to_pylist() for found in (again, unbroken))
    assert repr(one) == repr(other), "a typicality of no image is NaN, which equals nothing"
    one, other = (found.table("shown").to_pylist() for found in (again, unbroken))
    assert one == other
    counted_again = Counter((row["label"], row["element"], row["target"]) for row in one)
    for row in again.table("trends").to_pylist():
        if row["kind"] == "element":
            place = (row["label"], row["element"], row["target"])
            assert counted_again[place] == round(row["share"] * row["n"])
    assert not (again.path / "work").exists()
