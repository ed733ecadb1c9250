"""Texts of manifests: languages in both versions' forms, HTML, values of wrong types."""

from __future__ import annotations

from typing import Any

import pytest

from diffmine.data.iiif.plain import languages, readable, text_of


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Houses", "Houses"),
        (1920, "1920"),
        (["A", "B"], "A; B"),
        ({"en": ["Houses"], "de": ["Häuser"]}, "Houses"),
        ({"de": ["Häuser"], "fr": ["Maisons"]}, "Häuser"),
        ({"none": ["MS 12"]}, "MS 12"),
        ({"en-GB": ["Colour"], "de": ["Farbe"]}, "Colour"),
        ([{"@value": "Häuser", "@language": "de"}, {"@value": "A", "@language": "en"}], "A"),
        ({"@value": "Houses"}, "Houses"),
        (None, ""),
        (True, ""),
        ({"en": "a text that should be a list"}, "a text that should be a list"),
        ({"en": [None, 5, {}]}, ""),
        ([[["deep"]]], ""),
    ],
)  # fmt: skip
def test_a_text_is_read_in_either_form(value: Any, text: str) -> None:
    assert text_of(value) == text


def test_a_text_is_read_in_the_language_that_is_asked_for() -> None:
    value = {"en": ["Houses"], "de": ["Häuser"]}
    assert text_of(value, "de") == "Häuser"
    assert text_of(value, "de-AT") == "Häuser"
    assert text_of(value, "fr") == "Houses"
    assert languages(value) == value | {"en": "Houses", "de": "Häuser"}


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("<span>M&nbsp;<b>12</b></span>", "M 12"),
        ("<p>One<br/>two</p>", "One two"),
        ("<script>alert(1)</script><b>Safe</b>", "Safe"),
        ("5 < 6 & 7 > 2", "5 < 6 & 7 > 2"),
        ("  a \n\t b  ", "a b"),
        ("<img src=x onerror=alert(1)>", ""),
        ("x" * 9000, "x" * 4000),
    ],
)
def test_html_becomes_text(text: str, plain: str) -> None:
    assert readable(text) == plain
