"""Deep pictures of a data set are shown in one range, which later pictures do not change."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from diffmine.atlas.manifest import Manifest
from diffmine.atlas.writer import Workspace, create_workspace
from diffmine.config import DataConfig
from diffmine.data.readers.wishes import Wishes
from diffmine.data.sources import open_dataset
from diffmine.engine import Report
from diffmine.stages.collect.run import run
from tests.unit.data.readers.dicom.files import write

SIDE = 16


def collected(folder: Path, **more: object) -> tuple[Workspace, Report]:
    atlas = create_workspace(folder / "atlas", Manifest(title="deep", labels=[]))
    with atlas.hold():
        config = DataConfig(image_size=SIDE, **more)  # type: ignore[arg-type]
        return atlas, run(atlas, open_dataset(folder / "data"), config)


def put(folder: Path, name: str, low: int, high: int) -> Path:
    path = folder / "data" / "x" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    ramp = np.linspace(low, high, SIDE * SIDE).reshape(SIDE, SIDE)
    Image.fromarray(ramp.astype(np.uint16)).save(path)
    return path


def shown(atlas: Workspace, name: str) -> np.ndarray:
    return np.asarray(atlas.pictures.picture(f"x/{name}"))[..., 0].astype(float)


def test_pictures_stay_as_bright_beside_each_other_as_they_are(tmp_path: Path) -> None:
    put(tmp_path, "dark.png", 0, 10_000)
    put(tmp_path, "light.png", 10_000, 20_000)
    atlas, report = collected(tmp_path)
    assert np.abs(shown(atlas, "dark.png") - np.linspace(0, 127.5, 256).reshape(16, 16)).max() < 4
    assert shown(atlas, "light.png").min() > 120
    low, high = atlas.manifest.config["data"]["ranges"]["integer"]
    assert 0 <= low < 200
    assert 19_800 < high <= 20_000
    assert report.figures["integer pictures to"] == high
    before, noted = shown(atlas, "dark.png"), atlas.manifest.config["data"]["ranges"]
    put(tmp_path, "bright.png", 0, 60_000)
    atlas, report = collected(tmp_path)
    assert (report.done, report.kept) == (1, 2)
    assert atlas.manifest.config["data"]["ranges"] == noted
    assert np.array_equal(shown(atlas, "dark.png"), before)
    key = atlas.manifest.keys["images"]
    atlas, report = collected(tmp_path)
    assert (report.done, report.kept, atlas.manifest.keys["images"]) == (0, 3, key)


def test_a_range_that_is_asked_for_is_taken(tmp_path: Path) -> None:
    put(tmp_path, "a.png", 0, 10_000)
    atlas, _ = collected(tmp_path)
    key = atlas.manifest.keys["images"]
    atlas, report = collected(tmp_path, range=(0.0, 20_000.0))
    assert report.done == 1
    assert atlas.manifest.keys["images"] != key
    assert np.abs(shown(atlas, "a.png") - np.linspace(0, 127.5, 256).reshape(16, 16)).max() <= 1


def test_a_set_without_deep_pictures_has_no_range(tmp_path: Path) -> None:
    (tmp_path / "data" / "x").mkdir(parents=True)
    Image.new("RGB", (16, 16)).save(tmp_path / "data" / "x" / "a.png")
    atlas, report = collected(tmp_path)
    assert "ranges" not in atlas.manifest.config["data"]
    assert report.figures == {"new": 1.0}


def test_what_may_hold_names_is_read_or_not_as_asked(tmp_path: Path) -> None:
    put(tmp_path, "a.png", 0, 10_000)
    pixels = np.arange(SIDE * SIDE, dtype=np.uint8).reshape(SIDE, SIDE)
    write(tmp_path / "data" / "x" / "b.dcm", pixels, BurnedInAnnotation="YES")
    _, report = collected(tmp_path)
    assert (report.done, report.refused) == (1, 1)
    atlas, report = collected(tmp_path, burned_in=True)
    assert (report.done, report.refused) == (2, 0)
    assert np.array_equal(shown(atlas, "b.dcm"), pixels)
    _, report = collected(tmp_path)
    assert (report.done, report.refused) == (1, 1)


def test_a_package_installed_later_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "a.png", 0, 10_000)
    (tmp_path / "data" / "x" / "b.heic").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
    monkeypatch.setattr("diffmine.stages.collect.run.INSTALL", "b.heic")  # as if it were missing
    _, report = collected(tmp_path)
    assert report.refused == 1
    atlas, report = collected(tmp_path)
    assert (report.kept, report.refused) == (1, 1)  # tried again
    assert "b.heic" in (atlas.path / "refused.csv").read_text()


def test_what_is_read_in_part_stays_said(tmp_path: Path) -> None:
    pages = [Image.new("L", (16, 16), grey) for grey in (9, 99, 199)]
    (tmp_path / "data" / "x").mkdir(parents=True)
    pages[0].save(tmp_path / "data" / "x" / "a.tif", save_all=True, append_images=pages[1:])
    for name in ("b.png", "c.png"):
        put(tmp_path, name, 0, 9)
        atlas, report = collected(tmp_path)
        assert report.refused == 0
        assert report.figures["read in part"] == 1
        rows = (atlas.path / "refused.csv").read_text().splitlines()
        assert rows == ["image,reason", "x/a.tif,its first page is read; 2 more pages are not"]


@pytest.mark.parametrize(
    "ranges",
    [
        None,
        [],
        3,
        {"integer": [1]},
        {"integer": [1, "x"]},
        {"integer": [float("nan"), 2]},
        {"a": 1},
    ],
)
def test_a_range_in_a_received_atlas_is_checked(ranges: object) -> None:
    assert Wishes.of({"ranges": ranges, "burned_in": 1}) == Wishes()
    assert Wishes.of({"ranges": {"integer": [1, 2]}}).ranges == {"integer": (1.0, 2.0)}
