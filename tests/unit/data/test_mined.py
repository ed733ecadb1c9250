"""Behind the fence a picture becomes what it becomes without it, to the last byte."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from diffmine.data.fence import pool
from diffmine.data.image import as_mined, encode_picture
from diffmine.data.mined import Mined, read_mined
from diffmine.data.readers import pillow, read_image, read_scaled, transparency
from diffmine.errors import ImageError
from diffmine.maths.duplicates import picture_hash


def noise(mode: str, size: tuple[int, int] = (90, 70)) -> Image.Image:
    pixels = np.random.default_rng(len(mode)).integers(0, 256, (*size[::-1], 4), np.uint8)
    whole = Image.fromarray(pixels)
    return whole if mode == "RGBA" else whole.convert("L" if mode == "LA" else "RGB").convert(mode)


def write_all(folder: Path) -> list[Path]:
    """A picture of each kind that is read, and two that are not."""
    wide = np.random.default_rng(0).normal(size=(70, 90)).astype(np.float32)
    wide[3, 4], wide[5, 6] = np.nan, np.inf
    exif = Image.Exif()
    exif[0x0112] = 6
    pictures: dict[str, tuple[Image.Image, dict[str, object]]] = {
        f"{mode}.png": (noise(mode), {}) for mode in ("1", "L", "LA", "P", "RGB", "RGBA")
    }
    pictures |= {f"{kind}.{kind}": (noise("RGB"), {}) for kind in ("jpg", "webp", "bmp", "gif")}
    pictures |= {
        "cmyk.jpg": (noise("CMYK"), {}),
        "clear.png": (noise("RGB"), {"transparency": (1, 2, 3)}),
        "deep.png": (Image.fromarray(np.arange(6300, dtype=np.uint16).reshape(70, 90) * 9), {}),
        "float.tif": (Image.fromarray(wide), {}),
        "long.png": (noise("L", (4000, 3)), {}),
        "small.png": (noise("RGB", (1, 1)), {}),
        "turned.jpg": (noise("RGB"), {"exif": exif, "icc_profile": b"profile"}),
    }
    for name, (picture, options) in pictures.items():
        picture.save(folder / name, **options)
    (folder / "cut.png").write_bytes((folder / "RGB.png").read_bytes()[:2000])
    return sorted(folder.iterdir())


def plain(path: Path) -> Image.Image:
    """A picture as the reader's rules say it, at once and in this process."""
    with Image.open(path) as opened:
        image = ImageOps.exif_transpose(opened)
    if image.mode.startswith(("I", "F")):
        values = np.asarray(image, np.float64)
        low, high = np.quantile(values[np.isfinite(values)], (0.005, 0.995))
        with np.errstate(invalid="ignore"):
            scaled = np.where(np.isfinite(values), (values - low) / max(high - low, 1e-12), 0)
        return Image.fromarray(np.round(scaled.clip(0, 1) * 255).astype(np.uint8)).convert("RGB")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    return image.convert("RGB")


def mined(path: Path, side: int) -> Mined | str:
    try:
        source = plain(path)
        picture = as_mined(source, side)
    except (ImageError, OSError) as error:
        return type(error).__name__
    content, size = encode_picture(picture), picture.size
    return Mined(content, b"", *size, picture_hash(picture), *source.size, times=1)


@pytest.mark.parametrize("side", [32, 288])
def test_pictures_are_mined_as_without_a_fence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, side: int
) -> None:
    monkeypatch.setattr(pool, "_WORTH", 0.0)
    paths = write_all(tmp_path)
    results = list(read_mined(paths, side))
    assert len(results) == len(paths) == 18
    for path, result in zip(paths, results, strict=True):
        if path.name in ("cut.png", "long.png"):
            assert isinstance(result, ImageError), path.name
        else:
            assert isinstance(result, Mined)
            assert result.glance is not None
            assert result.glance.size == path.stat().st_size
            assert replace(result, glance=None) == mined(path, side), path.name


def test_pixels_come_back_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transparency, "_STRIP", 1000)  # several strips; a child has its own
    for path in write_all(tmp_path):
        if path.name != "cut.png":
            expected = np.asarray(plain(path))
            assert np.array_equal(np.asarray(read_image(path)), expected), path.name
            assert np.array_equal(np.asarray(pillow.read(path)), expected), path.name
    scaled, size = read_scaled(tmp_path / "turned.jpg", 48)
    assert size == [70, 90]
    assert np.array_equal(scaled, as_mined(plain(tmp_path / "turned.jpg"), 48))


def grey(side: int) -> Image.Image:
    return Image.fromarray(np.tile(np.arange(side, dtype=np.uint16) * 8, (side, 1)))


@pytest.mark.slow
def test_the_largest_pictures_are_read_or_refused_with_the_limit(tmp_path: Path) -> None:
    """Flat ones, so that their files are small."""
    flat = Image.new("RGB", (8000, 8000), "red")
    exif = Image.Exif()
    exif[0x0112] = 6
    flat.save(tmp_path / "jpeg.jpg")
    flat.save(tmp_path / "turned.jpg", exif=exif)
    flat.save(tmp_path / "scans.jpg", progressive=True)
    flat.convert("RGBA").save(tmp_path / "clear.png")
    grey(8000).save(tmp_path / "deep.png")
    wide = Image.fromarray(np.asarray(grey(8000), np.float32))
    wide.save(tmp_path / "float.tif", compression="tiff_adobe_deflate")
    Image.new("RGB", (16383, 3900), "red").save(tmp_path / "a.webp", lossless=True, method=0)
    Image.new("RGB", (6000, 4000), "red").save(tmp_path / "photo.webp", method=0)
    paths = sorted(tmp_path.iterdir())
    refused = {
        path.name: str(result)
        for path, result in zip(paths, read_mined(paths, 64), strict=True)
        if isinstance(result, ImageError)
    }
    assert set(refused) == {"a.webp", "clear.png", "scans.jpg", "turned.jpg"}
    assert all("needs more than 400 MB of memory" in sentence for sentence in refused.values())
