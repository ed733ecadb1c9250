"""Data sets that are small, odd or moved: a result or one clear sentence."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from PIL import Image

from diffmine.atlas.manifest import Manifest
from diffmine.atlas.reader import open_atlas
from diffmine.atlas.writer import create_workspace
from diffmine.config import DataConfig
from diffmine.data.sources import open_dataset
from diffmine.engine import Report
from diffmine.stages.collect.run import run as collect
from tests.helpers import draw_shapes


def collected(data: Path, out: Path) -> Report:
    return collect(
        create_workspace(out, Manifest("t", [])), open_dataset(data), DataConfig(image_size=32)
    )


def test_one_pixel_black_pictures_and_long_names_are_taken(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "a"
    folder.mkdir(parents=True)
    Image.new("RGB", (1, 1), "red").save(folder / "1.png")
    Image.new("L", (50, 40)).save(folder / "black.png")
    Image.new("RGB", (50, 40), "blue").save(folder / f"{'n' * 246}.png")
    assert collected(folder.parent, tmp_path / "atlas").done == 3
    atlas = open_atlas(tmp_path / "atlas")
    assert atlas.pictures.picture("a/1.png").size == (32, 32)
    assert not any(atlas.pictures.picture("a/black.png").convert("L").tobytes())


@pytest.mark.skipif(os.name != "posix", reason="links need rights on Windows")
def test_a_circle_of_links_is_not_followed(tmp_path: Path) -> None:
    data = draw_shapes(tmp_path / "data", 2)
    (data / "disc" / "again").symlink_to(data)
    (data / "disc" / "self.png").symlink_to(data / "disc" / "self.png")
    report = collected(data, tmp_path / "atlas")
    assert (report.done, report.refused) == (4, 2)
    refused = (tmp_path / "atlas" / "refused.csv").read_text()
    assert all(name in refused for name in ("disc/self.png", "disc/again"))


def test_a_data_set_that_was_moved_is_the_same(tmp_path: Path) -> None:
    data = draw_shapes(tmp_path / "data", 2)
    collected(data, tmp_path / "atlas")
    before = open_atlas(tmp_path / "atlas").manifest
    moved = shutil.move(data, tmp_path / "elsewhere")
    report = collected(Path(moved), tmp_path / "atlas")
    assert (report.done, report.kept) == (0, 4)
    assert open_atlas(tmp_path / "atlas").manifest == before


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="counts files by /proc")
def test_two_hundred_openings_leave_no_file_open(tmp_path: Path) -> None:
    collected(draw_shapes(tmp_path / "data", 2), tmp_path / "atlas")
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(200):
        atlas = open_atlas(tmp_path / "atlas")
        atlas.pictures.picture("disc/000.png")
    del atlas
    assert len(os.listdir("/proc/self/fd")) <= before + 2
