"""What a look at a picture tells, and what the cache keeps of it."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageOps, TiffImagePlugin

from diffmine.data import glances as cache
from diffmine.data.files import digest_of
from diffmine.data.glance import Glance, border_of, colour_of, read_glances
from diffmine.data.glances import glances
from diffmine.data.records import Record
from diffmine.errors import ImageError
from diffmine.maths.duplicates import picture_hash

SIDE = 64


def scene(size: tuple[int, int] = (320, 200)) -> Image.Image:
    small = np.random.default_rng(0).integers(0, 256, (5, 8, 3), np.uint8)
    return Image.fromarray(small).resize(size, Image.Resampling.BICUBIC)


def look(*paths: Path, side: int = SIDE) -> list[Glance | ImageError]:
    return list(read_glances(paths, side))


def seen(path: Path) -> Glance:
    (one,) = look(path)
    assert isinstance(one, Glance), one
    return one


def test_a_file_says_how_it_is_stored_and_what_wrote_it(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[271], exif[272], exif[305] = "Nikon Corp.", "NIKON D70", "Scan\x1b[31m 2"
    exif[306], exif[0x0112] = "2004:05:06 07:08:09", 6
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    path = tmp_path / "a.jpg"
    scene().save(path, quality=80, exif=exif, icc_profile=profile)
    one = seen(path)
    assert (one.width, one.height) == (200, 320)  # upright
    assert (one.kind, one.mode, one.quality, one.year) == ("JPEG", "RGB", 80, 2004)
    assert one.camera == "NIKON D70"
    assert one.software == "Scan [31m 2"
    assert one.profile
    assert (one.size, one.digest) == (path.stat().st_size, digest_of(path))


def test_a_reduction_of_a_jpeg_looks_like_the_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    scene((2400, 1600)).save(path, quality=90)
    one = seen(path)
    assert (one.width, one.height) == (2400, 1600)
    whole = picture_hash(Image.open(path).convert("RGB"))
    assert ((one.hash ^ whole) & (2**64 - 1)).bit_count() <= 2
    path.write_bytes(path.read_bytes()[:20_000])
    (cut,) = look(path)
    assert isinstance(cut, ImageError)


def test_modes_and_kinds(tmp_path: Path) -> None:
    deep = Image.fromarray(np.arange(6000, dtype=np.uint16).reshape(60, 100) * 10)
    pictures = {
        "grey.png": (scene().convert("L"), "grey", "grey", "PNG"),
        "clear.png": (scene().convert("RGBA"), "RGB with transparency", "colour", "PNG"),
        "deep.png": (deep, "grey of 16 bits", "grey", "PNG"),
        "print.tif": (scene().convert("CMYK"), "CMYK", "colour", "TIFF"),
    }
    for name, (picture, _, _, _) in pictures.items():
        picture.save(tmp_path / name)
    for name, (_, mode, colour, kind) in pictures.items():
        one = seen(tmp_path / name)
        assert (one.mode, one.colour, one.kind) == (mode, colour, kind), name
        assert (one.quality, one.camera, one.year, one.profile) == (0, "", 0, "")


def test_broken_tags_are_no_broken_picture(tmp_path: Path) -> None:
    ifd = TiffImagePlugin.ImageFileDirectory_v2()
    ifd[272], ifd[306] = "x" * 300, "no date"
    scene().save(tmp_path / "a.tif", tiffinfo=ifd)
    one = seen(tmp_path / "a.tif")
    assert (one.camera, one.year) == ("x" * 64, 0)
    scene().save(tmp_path / "b.jpg", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\xff" * 40)
    assert seen(tmp_path / "b.jpg").camera == ""


def test_what_collect_refuses_is_refused(tmp_path: Path) -> None:
    Image.new("L", (4000, 3)).save(tmp_path / "long.png")
    (tmp_path / "no.png").write_bytes(b"no picture")
    long, no = look(tmp_path / "long.png", tmp_path / "no.png")
    assert "too long and thin" in str(long)
    assert "is not a picture" in str(no)


def test_colours_of_pixels() -> None:
    picture = np.asarray(scene((64, 64)), np.float32)
    grey = np.repeat(picture.mean(axis=2, keepdims=True), 3, axis=2)
    sepia = np.asarray(ImageOps.colorize(Image.fromarray(grey[..., 0].astype(np.uint8)),
                                         "#201008", "#fff0d0"), np.float32)  # fmt: skip
    assert [colour_of(one) for one in (picture, grey, sepia)] == ["colour", "grey", "toned"]
    assert colour_of(np.zeros((64, 64, 3), np.float32)) == "grey"


@pytest.mark.parametrize(("tone", "name"), [("black", "black"), ("white", "white"),
                                            ("#b06030", "coloured")])  # fmt: skip
def test_the_share_of_a_border(tone: str, name: str) -> None:
    framed = ImageOps.expand(scene((48, 56)), (8, 4, 8, 4), tone)
    share, ground = border_of(np.asarray(framed, np.float32))
    assert share == pytest.approx(1 - 48 * 56 / 64**2, abs=0.02)
    assert ground == name
    assert border_of(np.asarray(scene((64, 64)), np.float32)) == (0.0, "")
    assert border_of(np.zeros((64, 64, 3), np.float32)) == (0.0, "")  # nothing is inside


# The cache


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Record:
    """A picture that has not just changed, in a folder with a cache of its own."""
    monkeypatch.setenv("DIFFMINE_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "Mustermann.png"
    scene().save(path)
    os.utime(path, (1e9, 1e9))
    return Record("Mustermann.png", "a", path)


def test_a_look_is_kept_while_the_file_is_what_it_was(old: Record) -> None:
    one = seen(old.path)
    with glances(old.path.parent) as known:
        assert known.of(old) is None
        known.keep(old, one)
    with glances(old.path.parent) as known:
        assert known.of(old) == one
        assert known.digest(old) == one.digest
        old.path.write_bytes(old.path.read_bytes() + b" ")
        assert known.of(old) is None
        known.keep(old, seen(old.path))  # it has changed just now
        assert known.of(old) is None
    with glances(old.path.parent, burned_in=True) as known:
        assert known.of(old) is None


def test_the_cache_holds_no_names_and_is_nobody_elses(old: Record) -> None:
    with glances(old.path.parent) as known:
        known.keep(old, seen(old.path))
    (path,) = cache.cache_folder().rglob("*.sqlite")
    assert b"Mustermann" not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("content", [b"", b"no database" * 100])
def test_a_broken_cache_is_an_empty_one(old: Record, content: bytes) -> None:
    one = seen(old.path)
    with glances(old.path.parent) as known:
        known.keep(old, one)
    (path,) = cache.cache_folder().rglob("*.sqlite")
    path.write_bytes(content)
    with glances(old.path.parent) as known:
        assert known.of(old) is None
        known.keep(old, one)
        assert known.of(old) == one
    with sqlite3.connect(path) as database:
        database.execute("UPDATE glances SET told = '{\"width\": 3}'")
    database.close()
    with glances(old.path.parent) as known:
        assert known.of(old) is None


def test_without_a_place_for_a_cache_nothing_is_kept(
    old: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIFFMINE_CACHE", str(old.path / "cache"))  # inside a file
    with glances(old.path.parent) as known:
        known.keep(old, seen(old.path))
        assert known.of(old) is None


def test_caches_that_nobody_uses_are_removed(old: Record) -> None:
    with glances(old.path.parent) as known:
        known.keep(old, seen(old.path))
    (path,) = cache.cache_folder().rglob("*.sqlite")
    os.utime(path, (1e9, 1e9))
    with glances(old.path.parent / "other"):
        assert not path.exists()
