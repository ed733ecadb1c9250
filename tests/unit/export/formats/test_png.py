"""The figure as PNGs: a page is A4 at 300 dots an inch and says whose it is."""

import io

import pytest
from PIL import Image

from diffmine.atlas.reader import Atlas
from diffmine.export.chosen import Chosen, listed
from diffmine.export.formats import png
from diffmine.export.order import Order
from diffmine.export.sheet import HEIGHT, WIDTH


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def test_a_page_is_a4_and_says_whose_it_is(atlas: Atlas, chosen: list[Chosen]) -> None:
    (content,) = png.as_pngs(Order(atlas, chosen))
    page = opened(content)
    page.load()
    assert page.size == (WIDTH, HEIGHT)
    assert page.info["dpi"] == pytest.approx((300, 300), abs=0.1)
    assert page.info["Title"] == "Shapes by decade"
    assert "CC0-1.0" in page.info["Description"]
    assert "Made with diffmine" in page.info["Description"]


def test_whole_images_stand_beside_the_crops(atlas: Atlas, chosen: list[Chosen]) -> None:
    with_images = opened(next(png.as_pngs(Order(atlas, chosen[:1], images=True)))).convert("RGB")
    assert (214, 47, 47) in {colour for _, colour in with_images.getcolors(2**24) or []}


def test_several_pages_have_numbers(atlas: Atlas, chosen: list[Chosen]) -> None:
    assert [name for name, _ in png.files(Order(atlas, chosen, "a"))] == ["a.png"]
    many = png.files(Order(atlas, listed(atlas, ["1900"], "top", 60), "a"))
    assert [name for name, _ in many] == ["a-01.png", "a-02.png"]
