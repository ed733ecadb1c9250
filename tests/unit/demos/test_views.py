"""The copies of the embedded atlases: of every image, in its place to a pixel, and what the recipes
draw of the same chance."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from demos.cars import recipe as cars
from demos.cars.plan import plan, splits
from demos.cars.write import make_picture
from demos.chest import recipe as chest
from demos.chest.draw import draw
from demos.chest.recipe import box_of
from demos.views import NAMES, TIMES, add_views, encoded
from diffmine.atlas.health import health
from diffmine.atlas.manifest import Manifest
from diffmine.atlas.reader import Atlas, open_atlas
from diffmine.atlas.writer import create_workspace
from diffmine.config import DataConfig
from diffmine.data.image import as_mined, as_viewed
from diffmine.data.sources import open_dataset
from diffmine.stages.collect.run import run as collect

ASSETS = Path(__file__).parents[3] / "assets" / "atlases"
MOST_BYTES = 25_000_000
RECIPES = {"cars": cars, "chest": chest}


@cache
def opened(name: str) -> Atlas:
    return open_atlas(ASSETS / name)


@cache
def ids(name: str) -> list[str]:
    names: list[str] = opened(name).table("images", ["image_id"])["image_id"].to_pylist()
    return names


def grey(picture: Image.Image) -> np.ndarray:
    return np.asarray(picture.convert("L")).astype(float)


def shift(view: Image.Image, mined: Image.Image) -> tuple[int, int]:
    """By how many pixels, down and right, a copy has to be moved to fit its image best."""
    small, large = grey(mined), grey(view)

    def off(down: int, right: int) -> float:
        moved = np.roll(large, (down, right), (0, 1))
        blocks = moved.reshape(small.shape[0], TIMES, small.shape[1], TIMES).mean((1, 3))
        return float(np.abs(blocks - small)[1:-1, 1:-1].mean())

    places = [(down, right) for down in range(-2, 3) for right in range(-2, 3)]
    return min(places, key=lambda place: off(*place))


@pytest.mark.parametrize("name", NAMES)
def test_every_embedded_image_has_a_copy_in_its_place(name: str) -> None:
    atlas = opened(name)
    assert (atlas.path / "views.parquet").stat().st_size < MOST_BYTES
    assert atlas.views is not None
    assert all(image_id in atlas.views for image_id in ids(name))
    for image_id in ids(name)[:: len(ids(name)) // 20]:
        mined, view = atlas.pictures.picture(image_id), atlas.view(image_id)
        assert view.size == (TIMES * mined.width, TIMES * mined.height)
        assert shift(view, mined) == (0, 0), image_id


@pytest.mark.parametrize("name", RECIPES)
def test_image_and_copy_are_what_the_recipe_draws(name: str) -> None:
    atlas = opened(name)
    side = int(atlas.manifest.config["data"]["image_size"])
    some = ids(name)[5 :: len(ids(name)) // 3]
    plain, large = (RECIPES[name].enlarged(some, times) for times in (1, TIMES))
    for image_id, drawn, larger in zip(some, plain, large, strict=True):
        mined = as_mined(drawn.convert("RGB"), side)
        assert np.array_equal(mined, atlas.pictures.picture(image_id)), image_id
        copy = as_viewed(larger.convert("RGB"), side, TIMES)
        assert np.abs(grey(copy) - grey(atlas.view(image_id))).mean() < 3
        assert shift(copy, mined) == (0, 0)


def test_elements_lie_in_the_same_boxes_however_large_they_are_drawn() -> None:
    for picture in plan(splits(cars.COUNTS)[1])[3::500]:
        small, large = (make_picture(picture, 0, times)[3] for times in (1, TIMES))
        names = [part.element for part in small]
        assert names == [part.element for part in large]
        boxes = [[part.box for part in parts] for parts in (small, large)]
        assert np.abs(np.subtract(*boxes)).max() <= 1
    findings = {"Mass": 0.8, "Effusion": 0.6, "Pneumothorax": 0.7, "Atelectasis": 0.5}
    one, four = (draw(0, "p", "p_1", findings, True, times).masks for times in (1, TIMES))
    assert one.keys() == four.keys()
    for name, mask in one.items():
        edges = [np.array([x, y, x + w, y + h]) for x, y, w, h in map(box_of, (mask, four[name]))]
        assert np.abs(edges[0] - edges[1] / TIMES).max() <= 1.5, name


def test_copies_are_added_to_a_new_atlas_of_a_recipe(tmp_path: Path) -> None:
    data, rows = tmp_path / "data", ["file_name,label"]
    for image_id in ids("cars")[::800]:
        path = data / image_id
        path.parent.mkdir(parents=True)
        next(cars.enlarged([image_id], 1)).save(path)
        rows.append(f"{image_id},{path.parent.name}")
    (data / "metadata.csv").write_text("\n".join(rows))
    atlas = create_workspace(tmp_path / "atlas", Manifest("t", []))
    dataset = open_dataset(data)
    with atlas.hold():
        collect(atlas, dataset, DataConfig(image_size=64))
        keys = dict(atlas.manifest.keys)
        add_views(atlas, "cars", processes=1)
    assert atlas.manifest.keys == keys
    assert not health(open_atlas(atlas.path)).broken
    for image_id in atlas.table("images", ["image_id"])["image_id"].to_pylist():
        assert encoded(atlas.view(image_id))
        assert atlas.view(image_id).size == (320, 256)
