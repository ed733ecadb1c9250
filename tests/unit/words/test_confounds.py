"""What is said of things that go with labels."""

from __future__ import annotations

import numpy as np
import pytest

from diffmine.maths.association import Association, Split
from diffmine.words.confounds import being, going

_ALL = np.ones(1, bool)


def test_a_sentence_has_the_counts_and_what_it_tells() -> None:
    split = Split(_ALL, "grey")
    one = Association(0.001, 0, split, 7, 8, 1, 56, 0.81, 0.7, 0.92, 0.125)
    assert going("mode", False, "1920s", one, True) == (
        "mode: 7 of 8 images of 1920s are stored as grey, of the others 1 of 56; it alone tells "
        "the label of 81 % (70 % to 92 %; by guessing 12 %)."
    )
    assert "tells those of 1920s from the others in 81 %" in going(
        "mode", False, "1920s", one, False
    )


@pytest.mark.parametrize(
    ("name", "split", "words"),
    [
        ("long side", Split(_ALL, least=1200.0), "have a long side of at least 1,200 pixels"),
        ("long side", Split(_ALL, least=1200.0, below=True), "have a long side under 1,200 pixels"),
        ("shape", Split(_ALL, least=1.5), "are at least 1.50 times as wide as high"),
        ("JPEG quality", Split(_ALL, least=90.0, below=True), "have a JPEG quality under 90"),
        ("year of the file", Split(_ALL, least=2004.0), "were taken or scanned in or after 2004"),
        ("colour", Split(_ALL, "toned"), "are in one tone"),
        ("border", Split(_ALL, "black"), "have a black border"),
        ("border", Split(_ALL, ""), "have no border"),
        ("credit", Split(_ALL, ""), "have no credit"),
        ("camera", Split(_ALL, "Nikon D70"), "are by the device Nikon D70"),
    ],
)
def test_what_pictures_are(name: str, split: Split, words: str) -> None:
    assert being(name, False, split) == words


def test_columns_keep_their_names() -> None:
    assert being("view", True, Split(_ALL, "AP")) == "have view AP"
    assert being("view", True, Split(_ALL, "")) == "have no view"


def test_everything_that_is_looked_at_has_words() -> None:
    from diffmine.pipeline.info import suspects

    for name in (*suspects._TEXTS, *suspects._FACTS):
        assert "x" in being(name, False, Split(_ALL, "x"))
        assert being(name, False, Split(_ALL, ""))
    for name in suspects._NUMBERS:
        assert "7" in being(name, False, Split(_ALL, least=7.0))
