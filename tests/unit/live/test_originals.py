"""Copies made from the files where they lie: in the right place, never from elsewhere, and with a
word where the file is not what it was."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from diffmine.app.cache import Cache
from diffmine.app.shelf import Shelf
from diffmine.atlas.manifest import Manifest
from diffmine.atlas.records import Patch
from diffmine.atlas.whereabouts import whereabouts
from diffmine.atlas.writer import Workspace, create_workspace, open_workspace
from diffmine.config import DataConfig
from diffmine.data.image import OF_SOURCE, as_viewed
from diffmine.data.sources import open_dataset
from diffmine.export import pictures
from diffmine.folders import VARIABLE, user_folder
from diffmine.live.originals import show_originals, why_plain
from diffmine.stages.collect.run import run as collect
from diffmine.words import originals as words

LARGE = "a/large.png"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "user"))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "a"
    folder.mkdir(parents=True)
    for name, size in {"large": (340, 210), "other": (200, 260), "small": (40, 60)}.items():
        smooth(*size).save(folder / f"{name}.png")
    return folder.parent


def smooth(width: int, height: int) -> Image.Image:
    y, x = np.mgrid[0:height, 0:width] / max(width, height)
    bands = [np.sin(9 * x + 4 * y), np.cos(7 * y), np.sin(5 * x * y + 1)]
    return Image.fromarray((np.stack(bands, axis=2) * 120 + 127).astype(np.uint8))


def collected(data: Path, view: object = "source", name: str = "atlas") -> Workspace:
    atlas = create_workspace(data.parent / name, Manifest("t", ["a"]))
    with atlas.hold():
        atlas.mend()
        collect(atlas, open_dataset(data), DataConfig(image_size=32, view=view))  # type: ignore[arg-type]
    return opened(atlas.path)


def opened(path: Path) -> Workspace:
    atlas = open_workspace(path)
    show_originals(atlas)
    return atlas


def test_a_crop_comes_from_the_file_where_it_lies(data: Path, tmp_path: Path) -> None:
    atlas = collected(data)
    assert not (atlas.path / "views.parquet").exists()
    assert str(data) not in "".join(
        p.read_text(errors="ignore") for p in atlas.path.iterdir() if p.is_file()
    )
    expected = np.asarray(as_viewed(smooth(340, 210), 32, 6)).astype(int)
    shown = np.asarray(atlas.view(LARGE)).astype(int)
    assert shown.shape == expected.shape == (192, 288, 3)
    assert np.abs(shown - expected).mean() < 2
    assert atlas.view("a/small.png").size == (32, 48)
    (tmp_path / "cache").mkdir()
    shelf = Shelf("0", atlas, Cache(tmp_path / "cache"))
    patch = Patch("p", "a", "top", 1, LARGE, 8, 16, 16, 0.1, 0.01)
    assert (shelf.crop(patch) == shown[48:144, 96:192]).all()
    assert (np.asarray(pictures.seen(atlas, patch)) == shelf.crop(patch)).all()
    assert shelf.sheet([patch]).tile == (96, 96)
    assert [why_plain(atlas, name) for name in (LARGE, "a/small.png")] == ["", ""]


def test_a_file_that_changed_or_went_is_shown_as_mined_with_a_word(data: Path) -> None:
    atlas = collected(data)
    mined = atlas.pictures.picture(LARGE).size
    assert atlas.view(LARGE).size == (288, 192)
    smooth(340, 210).transpose(Image.Transpose.ROTATE_180).save(data / LARGE)
    # It is not known before it is read: what is promised is the size, not other pixels.
    plain = np.asarray(atlas.pictures.picture(LARGE).resize((288, 192)).convert("RGB")).astype(int)
    assert np.abs(np.asarray(atlas.view(LARGE)).astype(int) - plain).mean() < 4
    assert why_plain(atlas, LARGE) == words.CHANGED
    assert atlas.view(LARGE).size == mined
    (data / LARGE).unlink()
    assert why_plain(atlas, LARGE) == words.ABSENT
    assert atlas.view(LARGE).size == mined
    (data / LARGE).write_bytes(b"no picture")
    assert atlas.view(LARGE).size == (288, 192)
    assert why_plain(atlas, LARGE) == words.UNREADABLE
    smooth(340, 210).save(data / LARGE)
    assert (why_plain(atlas, LARGE), atlas.view(LARGE).size) == ("", (288, 192))


def test_nothing_outside_the_data_set_is_shown(data: Path, tmp_path: Path) -> None:
    atlas = collected(data)
    outside = tmp_path / "outside.png"
    (data / LARGE).rename(outside)
    for link in (outside, Path("../../outside.png")):
        (data / LARGE).symlink_to(link)
        assert why_plain(atlas, LARGE) == words.ABSENT
        (data / LARGE).unlink()
    note = next((user_folder() / "sources").iterdir())
    told = json.loads(note.read_text())
    for name in ("../outside.png", str(outside), "a/../../outside.png", "a\0b", "a"):
        note.write_text(json.dumps(told | {"paths": {LARGE: name}}))
        assert why_plain(opened(atlas.path), LARGE) == words.ABSENT
    outside.rename(data / LARGE)
    note.write_text(json.dumps(told))
    assert why_plain(opened(atlas.path), LARGE) == ""


def test_an_atlas_of_others_shows_no_file_of_this_machine(data: Path, tmp_path: Path) -> None:
    """Whatever stands in it: where files lie is this user's note on this very folder."""
    atlas = collected(data)
    moved = atlas.path.rename(tmp_path / "received")
    assert why_plain(opened(moved), LARGE) == words.ELSEWHERE
    assert opened(moved).view(LARGE).size == (48, 32)
    # Another atlas put where one was that has a note.
    other = tmp_path / "other" / "a"
    other.mkdir(parents=True)
    smooth(300, 220).save(other / "large.png")
    stranger = collected(other.parent, name="theirs").path
    stranger.rename(atlas.path)
    assert whereabouts(open_workspace(atlas.path)) is None
    assert why_plain(opened(atlas.path), LARGE) == words.ELSEWHERE
    for side in ("64", None, 0, -64, 1):
        strange = opened(atlas.path)
        strange.manifest.config["data"]["image_size"] = side
        assert (why_plain(strange, LARGE), strange.view(LARGE).size) == ("", (32, 32))
    for text in ("", "[]", '{"atlas": 1}', "{" * 10_000):
        for note in (user_folder() / "sources").iterdir():
            note.write_text(text)
        assert why_plain(opened(atlas.path), LARGE) == words.ELSEWHERE


def test_copies_and_files_take_turns_and_nothing_else_changes(data: Path) -> None:
    atlas = collected(data, 160)
    images, keys = (atlas.path / "images.parquet").read_bytes(), dict(atlas.manifest.keys)
    assert why_plain(atlas, LARGE) == ""
    for view, size in (("source", (288, 192)), (100, (96, 64)), (0, (48, 32)), (160, (144, 96))):
        atlas = collected(data, view)
        assert atlas.view(LARGE).size == size
        assert (atlas.path / "images.parquet").read_bytes() == images
        assert atlas.manifest.keys == keys
        assert (whereabouts(atlas) is not None) == (view == "source")


def test_pictures_of_a_table_are_found_under_their_files_names(data: Path) -> None:
    rows = "file_name,label\nA\\LARGE.jpeg,x\nother,y\n"
    (data / "a" / "large.png").rename(data / "a" / "large.jpg")
    (data / "metadata.csv").write_text(rows)
    atlas = collected(data)
    names = atlas.table("images", ["image_id"])["image_id"].to_pylist()
    assert all(atlas.view(name).width > 48 for name in names)
    assert not any(why_plain(atlas, name) for name in names)


def test_a_large_file_is_shown_within_the_limit(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "a"
    folder.mkdir(parents=True)
    Image.new("RGB", (4321, 3000), "red").save(folder / "large.jpg")
    atlas = collected(folder.parent)
    shown = atlas.view("a/large.jpg")
    assert OF_SOURCE - 48 <= max(shown.size) <= OF_SOURCE
