"""Data sets that came as zip files: what is unpacked, where, and what never is."""

from __future__ import annotations

import io
import json
import os
import stat
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from diffmine.config import DataConfig
from diffmine.data import zips
from diffmine.data.sources import dataset_of
from diffmine.data.zips import unpacked, zips_of
from diffmine.errors import DataError

_BUFFER = io.BytesIO()
Image.new("RGB", (16, 16), "grey").save(_BUFFER, "PNG")
PNG = _BUFFER.getvalue()


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("DIFFMINE_CACHE", str(folder))
    return folder


def packed(path: Path, *names: str, **others: bytes) -> Path:
    """A zip file of pictures, and of other files by name, with __ for /."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, PNG)
        for name, content in others.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize("inside", ["", "train/", "CarDB/train/", "images/"])
def test_cardb_as_it_is_published(tmp_path: Path, inside: str) -> None:
    folder = tmp_path / "cardb"
    packed(folder / "train_0.zip", *(f"{inside}{k}.jpg" for k in range(3)))
    packed(folder / "train_1.zip", *(f"{inside}{k}.jpg" for k in range(3, 6)))
    index = {f"{k}.jpg": {"year": 1918 + k} for k in range(6)}
    (folder / "train.json").write_text(json.dumps(index))
    before = sorted(os.listdir(folder))
    for source in ("", "cardb"):
        dataset = dataset_of(folder, DataConfig(source=source))
        assert [record.year for record in dataset] == [1918, 1919, 1920, 1921, 1922, 1923]
        assert dataset.labels == ("1910", "1920")
        assert (dataset.path, dataset.refused, dataset.notes) == (folder, (), ())
    assert sorted(os.listdir(folder)) == before


def test_a_zip_for_each_label_and_a_zip_alone(tmp_path: Path) -> None:
    packed(tmp_path / "set" / "1920s.zip", "a.png", "b.png")
    packed(tmp_path / "set" / "1930s.zip", "a.png", "__MACOSX/._a.png", ".hidden.png")
    dataset = dataset_of(tmp_path / "set", DataConfig())
    assert {r.image_id: r.label for r in dataset} == {
        "1920s/a.png": "1920s",
        "1920s/b.png": "1920s",
        "1930s/a.png": "1930s",
    }
    alone = packed(tmp_path / "all.zip", "cars/1920s/a.png", "cars/1930s/a.png")
    dataset = dataset_of(alone, DataConfig())
    assert (dataset.labels, dataset.path) == (("1920s", "1930s"), alone)


def test_a_table_beside_the_zips_is_read_as_it_is_now(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    packed(folder / "data" / "pictures.zip", "x/a.png", "x/b.png")
    table = folder / "metadata.csv"
    table.write_text("file_name,label\na.png,one\nb.png,two\n")
    assert dataset_of(folder, DataConfig()).labels == ("one", "two")
    table.write_text("file_name,label\na.png,one\nb.png,three\n")
    assert dataset_of(folder, DataConfig()).labels == ("one", "three")
    packed(folder / "data" / "pictures.zip", "x/a.png")
    assert len(dataset_of(folder, DataConfig())) == 1


def test_pictures_that_lie_there_are_read_and_not_the_zip(tmp_path: Path, cache: Path) -> None:
    packed(tmp_path / "set" / "all.zip", "1940s/a.png")
    for label in ("1920s", "1930s"):
        (tmp_path / "set" / label).mkdir()
        (tmp_path / "set" / label / "a.png").write_bytes(PNG)
    dataset = dataset_of(tmp_path / "set", DataConfig())
    assert dataset.labels == ("1920s", "1930s")
    assert not cache.exists()


def test_nothing_leaves_the_folder_and_no_bomb_goes_off(tmp_path: Path, cache: Path) -> None:
    path = tmp_path / "set" / "all.zip"
    packed(path, "x/a.png", "y/b.png", "x/A.txt/c.png")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        for name in ("../out.png", "/out.png", "x/../../out.png", "C:/out.png", "..\\out.png"):
            archive.writestr(name, PNG)
        archive.writestr("x/bomb.png", bytes(2**25))
        link = zipfile.ZipInfo("x/link.png")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("x/a.png/b.png", PNG)
        archive.writestr("x/run.sh", b"echo")
        archive.writestr(zipfile.ZipInfo("x/lzma.png"), PNG, zipfile.ZIP_LZMA)
    dataset = dataset_of(tmp_path / "set", DataConfig())
    assert [r.image_id for r in dataset] == ["x/A.txt/c.png", "x/a.png", "y/b.png"]
    reasons = dict(dataset.refused)
    for name in ("../out.png", "/out.png", "x/../../out.png", "C:/out.png"):
        assert reasons[f"all.zip/{name}"] == "its name leaves the zip file"
    assert "much larger than a picture" in reasons["all.zip/x/bomb.png"]
    assert reasons["all.zip/x/link.png"] == "it is a link"
    assert reasons["all.zip/x/a.png/b.png"] == "another file has its name"
    assert "packed in a way that is not read" in reasons["all.zip/x/lzma.png"]
    assert not [p for p in tmp_path.rglob("*out.png")]
    assert not [p for p in cache.rglob("*.sh")]


def test_broken_and_locked_ones_are_said(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    whole = packed(folder / "a.zip", "x/a.png", "y/b.png").read_bytes()
    (folder / "cut.zip").write_bytes(whole[:-30])
    at = whole.index(b"\x89PNG") if b"\x89PNG" in whole else 45
    (folder / "spoilt.zip").write_bytes(whole[:at] + bytes(8) + whole[at + 8 :])
    locked = bytearray(whole.replace(b"x/a.png", b"x/k.png").replace(b"y/b.png", b"y/k.png"))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(mark) + offset] |= 1
    (folder / "locked.zip").write_bytes(bytes(locked))
    reasons = dict(dataset_of(folder, DataConfig()).refused)
    assert reasons["cut.zip"] == "it is a broken zip file"
    assert reasons["locked.zip/x/k.png"] == "it is locked with a password"
    assert set(reasons) >= {"cut.zip", "locked.zip/x/k.png"}


def test_who_is_stopped_unpacks_once_more(tmp_path: Path, cache: Path) -> None:
    folder = tmp_path / "set"
    packed(folder / "a.zip", "x/a.png", "y/b.png")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        unpacked(folder, stop)
    assert not [p for p in cache.rglob("*") if p.is_file()]
    heard: list[tuple[object, ...]] = []
    place, refused = unpacked(folder, lambda *told: heard.append(told))
    assert (place / "x" / "a.png").read_bytes() == PNG
    assert refused == ()
    assert heard[0][:4] == ("unpack", 0, 1, "zip files")


def test_too_many_files_and_no_room_are_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "set"
    packed(folder / "a.zip", "x/a.png", "y/b.png")
    monkeypatch.setattr(zips, "_MOST", 1)
    with pytest.raises(DataError, match="holds more than 1 files"):
        dataset_of(folder, DataConfig())
    monkeypatch.setenv("DIFFMINE_CACHE", str(folder / "a.zip"))
    with pytest.raises(DataError, match=r"cannot be unpacked into .*; DIFFMINE_CACHE names"):
        dataset_of(folder, DataConfig())


def test_a_folder_without_zips_has_none(tmp_path: Path) -> None:
    assert zips_of(tmp_path) == []
    (tmp_path / "no.zip").write_bytes(b"no")
    assert zips_of(tmp_path / "no.zip") == []
    with pytest.raises(DataError, match=r"is not a folder; .* a zip file of one"):
        dataset_of(tmp_path / "no.zip", DataConfig())
