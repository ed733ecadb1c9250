"""Strips: the source framed, what is made marked."""

import io

import numpy as np
import pytest
from PIL import Image

from diffmine.app.shelf import Shelf
from diffmine.app.sprites import GENERATED
from diffmine.app.strip import Strip, stored
from diffmine.app.tabs.translate.strips import became, download, sentence, walls
from diffmine.atlas.records import Score, Translation


def test_a_downloaded_strip_says_that_it_is_generated(shelf: Shelf) -> None:
    strip = stored(shelf, shelf.atlas.patch("1910-top-0001"))
    picture = Image.open(io.BytesIO(download(strip, shelf.labels, {"atlas": "Shapes"})))
    assert picture.info["Description"] == GENERATED
    assert set(strip.translations) == {"1900", "1920", "1930"}


def test_a_strip_frames_the_source_and_marks_what_is_made(shelf: Shelf) -> None:
    strip = stored(shelf, shelf.atlas.patch("1910-top-0001"))
    for wall in walls(shelf, strip, shelf.labels, "1920"):
        by_id = {item["id"]: item for item in wall["items"]}
        assert [item["id"] for item in wall["items"]] == shelf.labels
        assert by_id["1910"]["frame"]
        assert all(by_id[name]["made"] for name in ("1900", "1920", "1930"))
        assert "made" not in by_id["1910"]


def test_labels_without_a_translation_stay_blank(shelf: Shelf) -> None:
    patch = shelf.atlas.patch("1910-top-0050")
    wall, _ = walls(shelf, Strip(patch, shelf.pixels(patch.image_id)), shelf.labels, "")
    assert [item.get("blank", False) for item in wall["items"]] == [True, False, True, True]


@pytest.mark.parametrize(
    ("before", "after", "word"),
    [
        ((-0.01, 0.001), (0.01, 0.001), "yes"),
        ((-0.01, 0.001), (0.001, 0.001), "no"),
        ((0.0099, 0.001), (0.01, 0.001), "was so before"),
        ((-0.01, 0.001), (float("nan"), 0.001), "no"),
    ],
)
def test_became_typical(before: tuple[float, float], after: tuple[float, float], word: str) -> None:
    made = Translation("1920", np.zeros((2, 2, 3), np.uint8), Score(*before), Score(*after))
    assert became(made) == word
    assert sentence("1920", made).endswith(".")
