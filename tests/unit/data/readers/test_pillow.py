"""Pixels mean what the file says: profiles, chunks, depth, white-is-zero, values that are none."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, TiffImagePlugin

from diffmine.data.readers import is_picture, pillow
from diffmine.data.readers.colours import made
from diffmine.data.readers.deep import FLOAT, INTEGER
from diffmine.data.readers.wishes import Wishes, wishing
from diffmine.errors import ImageError

D65 = (0.3127, 0.3290)
ADOBE = (0.64, 0.33, 0.21, 0.71, 0.15, 0.06)
P3 = (0.680, 0.320, 0.265, 0.690, 0.150, 0.060)


def seen(path: Path) -> np.ndarray:
    return np.asarray(pillow.read(path)).astype(int)


def srgb(colour: tuple[int, ...], primaries: tuple[float, ...], gamma: float | None) -> np.ndarray:
    """The sRGB of a colour of other primaries and a power, or None for the curve of sRGB, white
    D65, by the equations of IEC 61966-2-1."""

    def matrix(points: tuple[float, ...]) -> np.ndarray:
        columns = np.array(
            [
                [points[k] / points[k + 1], 1, (1 - points[k] - points[k + 1]) / points[k + 1]]
                for k in (0, 2, 4)
            ]
        ).T
        white = np.array([D65[0] / D65[1], 1, (1 - sum(D65)) / D65[1]])
        return columns * np.linalg.solve(columns, white)

    code = np.array(colour) / 255
    if gamma is None:
        light = np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)
    else:
        light = code**gamma
    light = np.linalg.solve(matrix((0.64, 0.33, 0.30, 0.60, 0.15, 0.06)), matrix(primaries) @ light)
    light = light.clip(0, 1)
    code = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return 255 * code


def chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)


def with_chunks(path: Path, picture: Image.Image, *chunks: bytes, **options: object) -> Path:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", **options)  # type: ignore[arg-type]
    content = buffer.getvalue()
    path.write_bytes(content[:33] + b"".join(chunks) + content[33:])
    return path


GREEN = (60, 160, 60)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP"])
def test_a_wide_profile_is_brought_to_srgb(tmp_path: Path, kind: str) -> None:
    profile = made(ADOBE, D65, 563 / 256)
    options = {"lossless": True} if kind == "WEBP" else {}
    path = tmp_path / "a"
    Image.new("RGB", (32, 32), GREEN).save(path, kind, icc_profile=profile, **options)
    right = srgb(GREEN, ADOBE, 563 / 256)
    assert np.abs(right - (0, 161, 47)).max() < 1
    assert np.abs(seen(path) - right).max() <= (3 if kind == "JPEG" else 1)


def test_profiles_of_transparent_grey_palette_and_broken_ones(tmp_path: Path) -> None:
    profile = made(ADOBE, D65, 563 / 256)
    right = srgb(GREEN, ADOBE, 563 / 256)
    for number, mode in enumerate(["RGBA", "P"]):
        path = tmp_path / f"{number}.png"
        picture = Image.new(mode, (8, 8), GREEN if mode == "RGBA" else 1)
        if mode == "P":
            picture.putpalette([0, 0, 0, *GREEN])
        picture.save(path, icc_profile=profile)
        assert np.abs(seen(path) - right).max() <= 1
    Image.new("RGB", (8, 8), GREEN).save(tmp_path / "b.png", icc_profile=b"profile")
    assert (seen(tmp_path / "b.png") == GREEN).all()
    usual = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.new("RGB", (8, 8), GREEN).save(tmp_path / "c.png", icc_profile=usual)
    assert (seen(tmp_path / "c.png") == GREEN).all()
    linear = made((0.64, 0.33, 0.30, 0.60, 0.15, 0.06), D65, 1.0)
    Image.new("L", (8, 8), 55).save(tmp_path / "d.png", icc_profile=linear)
    right = srgb((55, 55, 55), (0.64, 0.33, 0.30, 0.60, 0.15, 0.06), 1.0)
    assert np.abs(seen(tmp_path / "d.png") - right).max() <= 1


def test_chunks_of_png(tmp_path: Path) -> None:
    """gAMA and cHRM, unless sRGB or cICP say otherwise."""
    picture = Image.new("RGB", (8, 8), GREEN)
    gamma = chunk(b"gAMA", struct.pack(">I", 100_000))
    points = [*D65, *P3]
    colours = chunk(b"cHRM", struct.pack(">8I", *(round(point * 100_000) for point in points)))
    usual = chunk(b"gAMA", struct.pack(">I", 45_455))
    p3 = chunk(b"cICP", bytes([12, 13, 0, 1]))
    at = tmp_path / "a.png"
    same = (0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
    assert np.abs(seen(with_chunks(at, picture, gamma)) - srgb(GREEN, same, 1.0)).max() <= 1
    right = srgb(GREEN, P3, 2.2)
    assert np.abs(seen(with_chunks(at, picture, usual, colours)) - right).max() <= 1.6
    right = srgb(GREEN, P3, None)
    assert np.abs(seen(with_chunks(at, picture, p3)) - right).max() <= 1.6
    assert np.abs(seen(with_chunks(at, picture, p3)) - GREEN).max() > 20
    for kept in ((usual,), (chunk(b"sRGB", b"\0"), gamma, colours)):
        assert (seen(with_chunks(at, picture, *kept)) == GREEN).all()
    deep = Image.fromarray((np.arange(64, dtype=np.uint16) * 1000).reshape(8, 8))
    linear, plain = seen(with_chunks(at, deep, gamma)), seen(with_chunks(tmp_path / "b.png", deep))
    assert linear[4, 0, 0] > plain[4, 0, 0] + 40


def test_inks_with_and_without_a_profile(tmp_path: Path) -> None:
    for suffix in ("jpg", "tif"):
        Image.new("CMYK", (16, 16), (0, 255, 255, 0)).save(tmp_path / f"a.{suffix}")
        red = seen(tmp_path / f"a.{suffix}")[4, 4]
        assert red[0] > 240
        assert red[1:].max() < 20
    wrong = made(ADOBE, D65, 2.2)  # a profile of other colours than the picture's
    Image.new("CMYK", (16, 16), (0, 255, 255, 0)).save(tmp_path / "b.tif", icc_profile=wrong)
    assert np.array_equal(seen(tmp_path / "b.tif"), seen(tmp_path / "a.tif"))


def tiff(path: Path, pixels: np.ndarray, tags: dict[int, object], **options: object) -> Path:
    """A TIFF with further tags, by Pillow, which where white is zero writes the numbers as they are
    but those of 8 bits and less inverted."""
    info = TiffImagePlugin.ImageFileDirectory_v2()
    for tag, value in tags.items():
        info[tag] = value
    Image.fromarray(pixels).save(path, "TIFF", tiffinfo=info, **options)
    return path


RAMP = np.tile(np.arange(256), (8, 1))


@pytest.mark.parametrize("kind", ["u1", "u2", "i4", "f4"])
@pytest.mark.parametrize("compression", [None, "tiff_lzw"])
def test_white_is_zero_at_every_depth(tmp_path: Path, kind: str, compression: str | None) -> None:
    pixels = (RAMP * (1 if kind == "u1" else 100)).astype(kind)
    path = tiff(tmp_path / "a.tif", pixels, {262: 0}, compression=compression)
    with wishing(Wishes({INTEGER: (0.0, 25500.0), FLOAT: (0.0, 25500.0)})):
        right = RAMP if kind == "u1" else 255 - RAMP
        assert np.abs(seen(path)[..., 0] - right).max() <= 0.51
    with Image.open(path) as image:
        assert image.tag_v2[262] == 0


def test_white_is_zero_of_one_bit(tmp_path: Path) -> None:
    path = tiff(tmp_path / "a.tif", RAMP > 100, {262: 0})
    assert np.array_equal(seen(path)[..., 0], np.where(RAMP > 100, 255, 0))


def test_a_dead_and_a_hot_pixel_take_no_contrast(tmp_path: Path) -> None:
    pixels = np.full((32, 32), 30_000, np.uint16)
    pixels[8:24, 8:24] = 32_000
    Image.fromarray(pixels).save(tmp_path / "a.png")
    clean = seen(tmp_path / "a.png")
    pixels[0, 0], pixels[0, 9] = 0, 65_535
    Image.fromarray(pixels).save(tmp_path / "b.png")
    assert np.ptp(clean) == 255
    assert np.abs(seen(tmp_path / "b.png")[1:] - clean[1:]).max() <= 2


@pytest.mark.parametrize("absent", [np.nan, np.inf, -np.inf, -3.4e38, 3.4e38, -9999.0])
@pytest.mark.parametrize("inverted", [False, True])
def test_what_has_no_value_is_black_and_changes_nothing(
    tmp_path: Path, absent: float, inverted: bool
) -> None:
    pixels = np.random.default_rng(0).normal(size=(64, 64)).astype(np.float32)
    tags: dict[int, object] = {262: 0} if inverted else {}
    clean = seen(tiff(tmp_path / "a.tif", pixels, tags))
    pixels[:1] = absent
    more = {42113: "-9999"} if absent == -9999 else {}
    holed = seen(tiff(tmp_path / "b.tif", pixels, tags | more))
    assert not holed[:1].any()
    assert np.abs(holed[1:] - clean[1:]).max() <= 6
    pixels[:] = absent
    with pytest.raises(ImageError, match=r"^c\.tif is empty: none of its pixels has a value\.$"):
        seen(tiff(tmp_path / "c.tif", pixels, tags | more))


def test_numbers_that_are_said_to_be_none(tmp_path: Path) -> None:
    pixels = (RAMP * 10 + 500).astype(np.uint16)
    pixels[0] = 65535
    one = seen(tiff(tmp_path / "a.tif", pixels, {42113: "65535"}))
    assert not one[0].any()
    assert np.ptp(one[1:]) == 255
    assert np.ptp(seen(tiff(tmp_path / "b.tif", pixels, {}))[1:]) < 20


def test_pages_after_the_first_are_said(tmp_path: Path) -> None:
    pages = [Image.new("L", (8, 8), grey) for grey in (9, 99, 199, 250)]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    picture = pillow.read(tmp_path / "a.tif")
    assert picture.getpixel((0, 0)) == (9, 9, 9)
    assert picture.info["note"] == "its first page is read; 3 more pages are not"
    pages[0].save(tmp_path / "b.tif")
    assert "note" not in pillow.read(tmp_path / "b.tif").info


@pytest.mark.parametrize("kind", ["AVIF", "JPEG2000"])
def test_newer_formats(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"a.{'avif' if kind == 'AVIF' else 'jp2'}"
    Image.new("RGB", (40, 24), GREEN).save(path, kind)
    assert is_picture(path)
    assert np.abs(seen(path) - GREEN).max() <= 3
