"""The copies that people look at: in the place and of the size that the images as mined tell."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from diffmine.app.cache import Cache
from diffmine.app.shelf import Shelf
from diffmine.atlas.manifest import Manifest
from diffmine.atlas.records import Patch
from diffmine.atlas.writer import Workspace, create_workspace
from diffmine.config import DataConfig
from diffmine.data.image import as_mined, as_viewed, times_of
from diffmine.data.sources import open_dataset
from diffmine.engine import Report
from diffmine.export import pictures
from diffmine.stages.collect.run import run as collect

SIZES = {"large": (260, 170), "turned": (170, 260), "small": (40, 60), "wide": (700, 64)}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Smooth coloured pictures of several sizes: large ones have copies, small ones none."""
    folder = tmp_path / "data" / "a"
    folder.mkdir(parents=True)
    for name, (width, height) in SIZES.items():
        smooth(width, height).save(folder / f"{name}.png")
    return folder.parent


def smooth(width: int, height: int) -> Image.Image:
    y, x = np.mgrid[0:height, 0:width] / max(width, height)
    bands = [np.sin(9 * x + 4 * y), np.cos(7 * y), np.sin(5 * x * y + 1)]
    return Image.fromarray((np.stack(bands, axis=2) * 120 + 127).astype(np.uint8))


def collected(data: Path, view: int = 160) -> tuple[Workspace, Report]:
    atlas = create_workspace(data.parent / "atlas", Manifest("t", ["a"]))
    with atlas.hold():
        atlas.mend()
        report = collect(atlas, open_dataset(data), DataConfig(image_size=32, view=view))
    return atlas, report


@pytest.mark.parametrize("size", [(250, 170), (131, 640), (64, 64), (333, 1000), (235, 128)])
def test_what_lies_in_a_place_lies_there_in_the_copy(size: tuple[int, int]) -> None:
    """Each pixel as mined is the mean of its block of the copy."""
    source = smooth(*size)
    times = times_of(*size, 32, 10_000)
    assert times == min(size) // 32
    mined = np.asarray(as_mined(source, 32)).astype(float)
    view = np.asarray(as_viewed(source, 32, times)).astype(float)
    assert view.shape == (mined.shape[0] * times, mined.shape[1] * times, 3)
    blocks = view.reshape(mined.shape[0], times, mined.shape[1], times, 3).mean((1, 3))
    inner = (slice(1, -1), slice(1, -1))
    assert np.abs(blocks - mined)[inner].max() < 3
    shifted = np.abs(blocks[:, 1:] - mined[:, :-1]).mean()
    assert shifted > 5 * np.abs(blocks - mined).mean()


def test_copies_are_as_large_as_asked_and_no_larger_than_the_picture(data: Path) -> None:
    atlas, _ = collected(data)
    sizes = {name: atlas.view(f"a/{name}.png").size for name in SIZES}
    # 32 x 48 as mined: three times within 160 pixels; 40 x 60 and 700 x 64 have no pixels for two.
    assert sizes["large"] == (144, 96)
    assert sizes["turned"] == (96, 144)
    assert sizes["small"] == atlas.pictures.picture("a/small.png").size == (32, 48)
    assert atlas.views is not None
    assert [name in atlas.views for name in ("a/large.png", "a/small.png")] == [True, False]


def test_people_see_the_copy(data: Path, tmp_path: Path) -> None:
    atlas, _ = collected(data)
    (tmp_path / "cache").mkdir()
    shelf = Shelf("0", atlas, Cache(tmp_path / "cache"))
    patch = Patch("p", "a", "top", 1, "a/large.png", 8, 16, 16, 0.1, 0.01)
    crop = shelf.crop(patch)
    whole = np.asarray(atlas.view("a/large.png"))
    assert (crop == whole[24:72, 48:96]).all()
    assert (np.asarray(pictures.seen(atlas, patch)) == crop).all()
    assert pictures.cut(atlas, patch).size == (16, 16)
    assert shelf.sheet([patch]).tile == (48, 48)
    file = shelf.image_file("a/large.png")
    with Image.open(file) as shown:
        assert (file.suffix, shown.size) == (".jpg", (144, 96))
    framed = np.asarray(pictures.boxed(atlas, patch, 144, 96)).astype(int)
    red = (framed[..., 0] - framed[..., 1:].max(axis=2)) > 100
    rows, cols = np.flatnonzero(red.any(axis=1)), np.flatnonzero(red.any(axis=0))
    assert (rows[0], rows[-1], cols[0], cols[-1]) == pytest.approx((24, 72, 48, 96), abs=3)


def test_copies_stay_are_made_again_and_go(data: Path) -> None:
    atlas, first = collected(data)
    assert first.done == 4
    written = (atlas.path / "views.parquet").read_bytes()
    keys = dict(atlas.manifest.keys)
    smooth(200, 200).save(data / "a" / "added.png")
    atlas, report = collected(data)
    assert (report.done, report.kept) == (1, 4)
    assert atlas.view("a/large.png").size == (144, 96)
    assert atlas.view("a/added.png").size == (160, 160)
    (data / "a" / "added.png").unlink()
    assert collected(data)[1].kept == 4
    assert (atlas.path / "views.parquet").read_bytes() == written
    (atlas.path / "views.parquet").unlink()
    atlas, report = collected(data)
    assert report.done == 4
    assert (atlas.path / "views.parquet").read_bytes() == written
    atlas, report = collected(data, view=0)
    assert not (atlas.path / "views.parquet").exists()
    assert atlas.manifest.keys == keys
    assert atlas.view("a/large.png").size == (48, 32)
