"""Roman figures."""

import pytest

from diffmine.data.dates.roman import roman


@pytest.mark.parametrize(
    ("text", "number"),
    [("i", 1), ("iv", 4), ("xix", 19), ("xxi", 21), ("mcmxx", 1920), ("mdccclxxxviii", 1888)],
)
def test_figures(text: str, number: int) -> None:
    assert roman(text) == number


@pytest.mark.parametrize("text", ["iiii", "iix", "vx", "ic", "mid", "xixe", "x1", "n"])
def test_what_is_none(text: str) -> None:
    assert roman(text) == 0
