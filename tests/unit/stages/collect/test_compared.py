"""A data set that is as it was is known at a glance."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image

from diffmine.atlas.manifest import Manifest
from diffmine.atlas.writer import Workspace, create_workspace
from diffmine.config import DataConfig
from diffmine.data.sources import open_dataset
from diffmine.engine import Report
from diffmine.stages.collect import compared
from diffmine.stages.collect.run import run as collect
from tests.helpers import draw_shapes


@pytest.fixture
def data(tmp_path: Path) -> Path:
    data = draw_shapes(tmp_path / "data", per_label=3)
    age(data)
    return data


def age(data: Path, seconds: int = 1_000_000_000) -> None:
    for path in data.rglob("*.*"):
        os.utime(path, (seconds, seconds))


def collected(data: Path) -> tuple[Workspace, Report]:
    atlas = create_workspace(data.parent / "atlas", Manifest("t", ["disc", "square"]))
    return atlas, collect(atlas, open_dataset(data), DataConfig(image_size=32))


def test_no_file_is_read_again(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert collected(data)[1].done == 6
    monkeypatch.delattr(compared, "digests_of")
    assert collected(data)[1].kept == 6


@pytest.mark.parametrize("seconds", [1_000_000_000, 1_000_000_001])
def test_a_change_of_the_size_or_the_time_is_seen(data: Path, seconds: int) -> None:
    collected(data)
    Image.new("RGB", (32, 32), "grey").save(data / "disc" / "000.png")
    age(data, seconds)
    atlas, report = collected(data)
    assert report.figures == {"changed": 1}
    assert atlas.image("disc/000.png")["source_digest"]


def test_another_image_size_or_lost_images_are_seen(data: Path) -> None:
    atlas, _ = collected(data)
    assert collect(atlas, open_dataset(data), DataConfig(image_size=16)).done == 6
    (atlas.path / "images.parquet").unlink()
    assert collect(atlas, open_dataset(data), DataConfig(image_size=16)).done == 6


def test_files_that_were_just_written_are_looked_at_again(data: Path) -> None:
    """Within the coarse tick of a clock a file may change twice and keep its time."""
    Image.new("RGB", (32, 32), "grey").save(data / "disc" / "000.png")
    atlas, _ = collected(data)
    assert not (atlas.path / compared.NAME).exists()
