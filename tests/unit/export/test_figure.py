"""The figure: pages of A4 at 300 dots an inch, as many as the patches need."""

import io
import re
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from diffmine.atlas.reader import Atlas
from diffmine.errors import UsageError
from diffmine.export import figure
from diffmine.export.chosen import Chosen, entries, listed
from diffmine.export.lettering import font_for, lines, short
from diffmine.export.pictures import boxed
from diffmine.export.sheet import CROPS, HEIGHT, MARGIN, WIDTH, WITH_IMAGES, numbers, pages


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def test_a_page_is_a4_and_says_whose_it_is(atlas: Atlas, chosen: list[Chosen]) -> None:
    (content,) = figure.as_pngs(atlas, chosen)
    page = opened(content)
    page.load()
    assert page.size == (WIDTH, HEIGHT)
    assert page.info["dpi"] == pytest.approx((300, 300), abs=0.1)
    assert page.info["Title"] == "Shapes by decade"
    assert "CC0-1.0" in page.info["Description"]
    assert "Made with diffmine" in page.info["Description"]


def test_whole_images_stand_beside_the_crops(atlas: Atlas, chosen: list[Chosen]) -> None:
    with_images = opened(figure.as_pngs(atlas, chosen[:1], images=True)[0]).convert("RGB")
    assert (214, 47, 47) in {colour for _, colour in with_images.getcolors(2**24) or []}


def test_a_pdf_has_the_pages_that_the_layout_has(atlas: Atlas) -> None:
    chosen = listed(atlas, ["1900", "Ж 年"], "top", 15)
    laid = pages(entries(atlas, chosen), CROPS, "about")
    assert len(laid) == 2
    content = figure.as_pdf(atlas, chosen)
    assert content.startswith(b"%PDF-")
    assert int(re.findall(rb"/Count (\d+)", content)[-1]) == len(laid)
    assert content.count(b"/Subtype /Image") == len(laid)
    (box,) = set(re.findall(rb"/MediaBox \[ ([\d. ]+) \]", content))
    assert [float(each) for each in box.split()] == pytest.approx([0, 0, 595.2, 841.9], abs=0.1)


def test_every_patch_is_on_a_page_and_every_page_has_its_room(atlas: Atlas) -> None:
    chosen = [Chosen(each.patch_id, "word " * 400) for each in listed(atlas, ["1900"], "top", 70)]
    for grid in (CROPS, WITH_IMAGES):
        laid = pages(entries(atlas, chosen), grid, "about")
        shown = [cell.number for page in laid for _, cells in page.rows for cell in cells]
        assert shown == list(range(1, 71))
        for page in laid:
            foot = sum(line.height for line in page.foot)
            assert sum(height for height, _ in page.rows) + foot < HEIGHT - 2 * MARGIN


def test_credits_name_their_patches_once(atlas: Atlas) -> None:
    (page,) = pages(entries(atlas, listed(atlas, ["1900"], "top", 12)), CROPS, "the end")
    told = [line.text for line in page.foot]
    assert "[9] A. Maker, CC0-1.0, https://example.org/9" in told
    assert "[10] =HYPERLINK(1), CC0-1.0, https://example.org/0" in told
    assert "[1, 11] A. Maker, CC0-1.0, https://example.org/1" in told
    assert told[-1] == "the end"


def test_runs_of_numbers() -> None:
    assert numbers([1, 2, 4, 5, 6, 9]) == "1, 2, 4–6, 9"


def test_none_and_too_many_are_refused(atlas: Atlas) -> None:
    with pytest.raises(UsageError, match="at least one"):
        figure.as_pngs(atlas, [])
    with pytest.raises(UsageError, match="at most 400 patches, not 401"):
        figure.as_pdf(atlas, [Chosen("1900-top-0001")] * 401)


def test_lines_fit_and_lose_nothing() -> None:
    text = "a few words and averyveryverylongwordthatfitsnowhere at all"
    font = font_for(text, 30)
    found = lines(text, font, 200)
    assert all(font.getlength(each) <= 200 for each in found)
    assert "".join(found).replace(" ", "") == text.replace(" ", "")
    assert all(each for each in found)
    assert lines("", font, 200) == []


def test_what_is_cut_says_so() -> None:
    font = font_for("a", 30)
    found = lines("word " * 50, font, 200, 2)
    assert len(found) == 2
    assert found[-1].endswith("…")
    assert font.getlength(found[-1]) <= 200
    assert short("short", font, 200) == "short"


def test_fonts_of_two_sizes_are_two_fonts() -> None:
    small, large = (font_for("Ж", size).getlength("Ж") for size in (20, 40))
    assert [a < b for a, b in pairwise((small, large))] == [True]


def test_the_box_of_a_patch_at_the_border_is_whole(atlas: Atlas) -> None:
    patch = replace(atlas.patches("1900")[0], row=72, col=0)
    shown = np.asarray(boxed(atlas, patch, 192, 192)).astype(int)
    red = (shown == (214, 47, 47)).all(axis=2)
    rows, cols = np.flatnonzero(red.any(axis=1)), np.flatnonzero(red.any(axis=0))
    assert (cols[0], rows[-1]) == (0, 191)
    assert red[rows[0], 2:40].all()
    assert red[150, 0]
    assert red[191, 2:40].all()
