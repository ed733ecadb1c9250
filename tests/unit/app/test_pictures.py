"""Sheets and pictures: what is shown is what is stored."""

import io
from pathlib import Path

import numpy as np
from PIL import Image

from diffmine.app import colours
from diffmine.app.shelf import Shelf
from diffmine.app.sprites import GUTTER, LARGEST, compose, fit, png, resized


def tile_of(sheet: np.ndarray, at: int, columns: int, tile: tuple[int, int]) -> np.ndarray:
    row, col = divmod(at, columns)
    top = row * (tile[0] + 2 * GUTTER) + GUTTER
    left = col * (tile[1] + 2 * GUTTER) + GUTTER
    return sheet[top : top + tile[0], left : left + tile[1]]


def test_every_tile_is_its_crop_pixel_for_pixel(shelf: Shelf) -> None:
    patches = shelf.atlas.patches("1910", count=100)
    sheet = shelf.sheet(patches)
    pixels = np.asarray(Image.open(sheet.path).convert("RGB"))
    for at, patch in enumerate(patches):
        whole = np.asarray(shelf.atlas.pictures.picture(patch.image_id))
        crop = whole[patch.row : patch.row + patch.size, patch.col : patch.col + patch.size]
        assert (tile_of(pixels, at, sheet.columns, sheet.tile) == crop).all()


def test_a_gutter_repeats_the_edge_of_its_tile() -> None:
    tiles = [np.full((4, 4, 3), value, np.uint8) for value in (0, 255)]
    sheet = compose(tiles, (4, 4), 2)
    assert (sheet[:, : 4 + 2 * GUTTER] == 0).all()
    assert (sheet[:, 4 + 2 * GUTTER :] == 255).all()


def test_large_patches_are_made_smaller() -> None:
    assert fit((300, 600)) == (LARGEST // 2, LARGEST)
    assert resized(np.zeros((300, 600, 3), np.uint8), (64, 128)).shape == (64, 128, 3)


def test_a_sheet_is_made_once(shelf: Shelf) -> None:
    patches = shelf.atlas.patches("1900", count=5)
    path = shelf.sheet(patches).path
    before = path.stat().st_ino
    assert shelf.sheet(patches).path == path
    assert path.stat().st_ino == before
    assert shelf.sheet(patches[::-1]).path != path


def test_an_image_is_served_byte_for_byte(shelf: Shelf) -> None:
    name = shelf.atlas.patches("1900", count=1)[0].image_id
    assert shelf.image_file(name).read_bytes() == shelf.atlas.pictures.content(name)


def test_grey_pictures_are_written_grey() -> None:
    grey = np.repeat(np.arange(16, dtype=np.uint8).reshape(4, 4, 1), 3, axis=2)
    assert Image.open(io.BytesIO(png(grey))).mode == "L"


def test_colours_stay_apart() -> None:
    assert len(set(colours.distinct(32))) == 32
    assert len(set(colours.ordered(14))) == 14
    assert colours.distinct(8)[0] == "#0072b2"


def test_the_cache_serves_only_what_was_put_there(shelf: Shelf) -> None:
    root: Path = shelf.cache.folder
    assert all(root in shelf.sheet(shelf.atlas.patches(x, count=3)).path.parents for x in "")
    assert shelf.cache.plotly.parent == root
