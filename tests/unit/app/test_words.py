"""What is written: scores, safe cells and safe Markdown."""

from dataclasses import replace

import pytest

from diffmine.app import words
from diffmine.atlas.records import Patch
from diffmine.version import __version__


@pytest.mark.parametrize(
    ("typicality", "se", "text"),
    [
        (0.01234, 0.00213, "0.0123 ± 0.0021"),
        (-0.01234, 0.00213, "−0.0123 ± 0.0021"),
        (12.34, 4.2, "12.3 ± 4.2"),
        (0.5, None, "0.5000"),
        (0.5, float("nan"), "0.5000"),
        (None, None, "not known"),
        (float("nan"), 0.1, "not known"),
    ],
)
def test_score(typicality: float | None, se: float | None, text: str) -> None:
    assert words.score(typicality, se) == text


def patch(typicality: float, se: float) -> Patch:
    return Patch("p", "1900", "top", 3, "a.png", 0, 0, 8, typicality, se)


def test_noise_is_below_two_errors_and_when_nothing_is_known() -> None:
    assert words.noise(patch(0.0019, 0.001))
    assert not words.noise(patch(0.0021, 0.001))
    assert not words.noise(patch(-0.0021, 0.001))
    assert words.noise(patch(float("nan"), 0.001))


def test_noise_is_what_the_list_says_too() -> None:
    assert words.noise(replace(patch(1.0, 0.001), noise=True))
    assert not words.noise(replace(patch(1.0, 0.001), noise=False))


def test_a_rank_is_said_with_its_reach() -> None:
    assert words.rank(patch(0.1, 0.01)) == "rank 3"
    found = replace(patch(0.1, 0.01), rank_low=1, rank_high=1018)
    assert words.rank(found) == "rank 3 (between 1 and 1,018)"
    assert words.rank(replace(found, rank_low=3, rank_high=3)) == "rank 3"


def test_place_and_alt_text() -> None:
    assert words.place(patch(0.1, 0.01), 1000) == "No. 3 of 1,000, most typical of 1900"
    assert words.alt(patch(0.1, 0.01)).endswith("typicality 0.100 ± 0.010, in a.png")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert words.cell(text) == "'" + text


def test_numbers_stay_numbers() -> None:
    assert words.cell(-0.5) == "-0.5"
    assert words.cell(None) == ""


def test_markdown_shows_text_as_it_is() -> None:
    shown = words.markdown("<img src=x onerror=alert(1)> [a](javascript:b) **c**\n# d")
    assert "<img" not in shown
    assert "\n" not in shown
    assert "\\[a\\]" in shown
    assert "\\*\\*c" in shown


def test_a_model_card_fetches_nothing() -> None:
    card = "---\ntags: [x]\n---\n# Card\n![a](http://far/x.png) <img src='http://far/y.png'> **b**"
    shown = words.without_pictures(card)
    assert "far/x.png" not in shown
    assert "<img" not in shown
    assert "tags" not in shown
    assert "**b**" in shown


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://example.org/a", True),
        ("javascript:alert(1)", False),
        ("file:///etc/passwd", False),
        ("http://[", False),
        (None, False),
    ],
)
def test_only_web_addresses_become_links(address: str | None, kept: bool) -> None:
    assert bool(words.web_address(address)) is kept


def test_a_citation_says_all_that_is_known_and_nothing_twice() -> None:
    record = {"credit": "A. Maker.", "licence": "CC0-1.0", "source_url": "https://example.org/a"}
    assert words.citation("Shapes", patch(0.1, 0.01), record) == (
        "Shapes. Image a.png. A. Maker. CC0-1.0. https://example.org/a. Patch at row 0, column 0, "
        f"8 pixels wide; typicality of 1900: 0.100 ± 0.010. Mined with diffmine {__version__}."
    )
    bare = words.citation("Shapes", patch(0.1, 0.01), {"source_url": "javascript:alert(1)"})
    assert bare.startswith("Shapes. Image a.png. Patch at row 0")
    assert "javascript" not in bare


def test_an_element_is_called_what_people_call_it() -> None:
    row = {"label": "1900", "element": 4, "rank": 2, "name": ""}
    assert words.element(row, {}) == "Element 2"
    assert words.element(row | {"name": "discs"}, {}) == "discs"
    assert words.element(row | {"name": "discs"}, {"1900/4": "Round"}) == "Round"
