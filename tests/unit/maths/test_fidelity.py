"""Measures of what a translation kept, on pictures where the answer is plain."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from diffmine.maths.fidelity import Fidelity, edges, fidelity, outline
from diffmine.words.translations import outline as sentence

WINDOW = (8, 8, 24)


def disc(colour: str, ground: str, at: int = 20) -> np.ndarray:
    picture = Image.new("RGB", (48, 40), ground)
    ImageDraw.Draw(picture).ellipse([at - 10, 10, at + 10, 30], fill=colour)
    return np.asarray(picture)


def test_another_colour_keeps_the_outline_and_another_place_does_not() -> None:
    source = disc("black", "white")
    assert outline(source, source) == pytest.approx(1)
    assert outline(source, disc("white", "black")) == pytest.approx(1)
    assert outline(source, disc("navy", "khaki")) > 0.95
    assert outline(source, disc("black", "white", at=36)) < 0.4


def test_flat_pictures() -> None:
    flat = np.full((40, 48, 3), 90, np.uint8)
    assert outline(flat, flat) == 1
    assert outline(flat, disc("black", "white")) == 0
    assert np.allclose(edges(flat), 0)


def test_what_changed_outside_the_window() -> None:
    source = disc("black", "white")
    inside, beyond = source.copy(), source.copy()
    inside[8:32, 8:32] = 7
    beyond[:4] = 155
    assert fidelity(source, inside, WINDOW).outside == 0
    outside = 40 * 48 - 24 * 24
    assert fidelity(source, beyond, WINDOW).outside == pytest.approx(100 * 4 * 48 / outside)
    whole = np.zeros((32, 32, 3), np.uint8)
    assert np.isnan(fidelity(whole, whole, (0, 0, 32)).outside)


@pytest.mark.parametrize(
    ("value", "words"), [(0.9, "was kept (0.90)"), (0.5, "kept in part"), (0.1, "was lost")]
)
def test_in_words(value: float, words: str) -> None:
    assert words in sentence(Fidelity(value, 0.0))
