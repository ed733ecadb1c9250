"""The figure: as many pages of A4 as the patches need, and lines that fit."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from diffmine.atlas.reader import Atlas
from diffmine.errors import UsageError
from diffmine.export import figure, lettering
from diffmine.export.chosen import Chosen, entries, listed
from diffmine.export.lettering import font_for, lines, short, shown
from diffmine.export.order import Order
from diffmine.export.pictures import boxed
from diffmine.export.sheet import (
    CROPS,
    HEAD,
    HEIGHT,
    MARGIN,
    WITH_IMAGES,
    filled,
    numbers,
    pages,
)


def test_none_and_too_many_are_refused(atlas: Atlas) -> None:
    with pytest.raises(UsageError, match="at least one"):
        figure.laid(Order(atlas, []))
    with pytest.raises(UsageError, match="at most 400 patches, not 401"):
        figure.laid(Order(atlas, [Chosen("1900-top-0001")] * 401))


def test_every_patch_is_on_a_page_and_every_page_has_its_room(atlas: Atlas) -> None:
    chosen = [Chosen(each.patch_id, "word " * 400) for each in listed(atlas, ["1900"], "top", 70)]
    for grid in (CROPS, WITH_IMAGES):
        laid = pages(entries(atlas, chosen), grid, "about")
        shown = [cell.number for page in laid for _, cells in page.rows for cell in cells]
        assert shown == list(range(1, 71))
        for page in laid:
            foot = sum(line.height for line in page.foot)
            assert sum(height for height, _ in page.rows) + foot < HEIGHT - 2 * MARGIN


@pytest.mark.parametrize("images", [False, True], ids=["crops", "with images"])
@pytest.mark.parametrize("count", [1, 2, 7, 20, 60])
def test_pages_are_filled_by_two_to_sixty_patches(atlas: Atlas, count: int, images: bool) -> None:
    shown = entries(atlas, listed(atlas, ["1900"], "top", count))
    laid = filled(shown, "about", images=images)
    assert len(laid) <= (1 if count <= 20 else 3)
    assert sum(len(cells) for page in laid for _, cells in page.rows) == count
    grid = laid[0].grid
    assert grid.side >= 240, "2 cm"
    most = round(0.48 * grid.wide) if images else grid.wide
    assert grid.side <= most
    for page in laid:
        foot = sum(line.height for line in page.foot)
        high = sum(height for height, _ in page.rows) + HEAD + foot
        room = HEIGHT - 2 * MARGIN
        assert high <= room
        # Nothing larger fits: the page is full, or its cells are as wide as they can be.
        if page is laid[0]:
            assert grid.side == most or room - high < max(len(page.rows), page.rows[0][0])
        if page is laid[-1] and count > 1:
            assert high > 0.6 * room


def test_long_notes_take_more_pages_and_stay_legible(atlas: Atlas) -> None:
    chosen = [Chosen(each.patch_id, "word " * 400) for each in listed(atlas, ["1900"], "top", 60)]
    laid = filled(entries(atlas, chosen), "about", images=False)
    assert len(laid) > 1
    assert all(page.grid.side >= 240 for page in laid)


def test_credits_name_their_patches_once(atlas: Atlas) -> None:
    (page,) = pages(entries(atlas, listed(atlas, ["1900"], "top", 12)), CROPS, "the end")
    told = [line.text for line in page.foot]
    assert "[9] A. Maker, CC0-1.0, https://example.org/9" in told
    assert "[10] =HYPERLINK(1), CC0-1.0, https://example.org/0" in told
    assert "[1, 11] A. Maker, CC0-1.0, https://example.org/1" in told
    assert told[-1] == "the end"


def test_runs_of_numbers() -> None:
    assert numbers([1, 2, 4, 5, 6, 9]) == "1, 2, 4–6, 9"


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


def test_a_letter_that_no_font_has_is_a_box(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown("a \U00013000 é", font_for("a", 30)) in ("a □ é", "a ? é")
    monkeypatch.setattr(lettering, "_FONTS", ())
    lettering._fonts.cache_clear()
    try:
        accent = "\u0947"  # which shaping puts on a circle
        assert shown(f"a年{accent}\u200d", font_for("a", 30)) == "a??\u200d"
    finally:
        monkeypatch.undo()
        lettering._fonts.cache_clear()
