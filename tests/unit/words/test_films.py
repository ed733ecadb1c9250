"""What is said of a film on the film itself."""

from __future__ import annotations

from typing import Any

import pytest

from diffmine.words.films import captioned, turned


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"orientation": ["L", "F"]}, []),
        ({"orientation": ["A", "F"]}, []),
        ({}, []),
        ({"orientation": ["R", "F"]}, ["the patient's left is at the left"]),
        ({"orientation": ["L", "H"]}, ["the head is below"]),
        ({"flipped": True}, ["flipped left to right before it was stored"]),
        ({"upright": 2}, ["mirrored as its file says"]),
        ({"upright": 6}, ["turned as its file says"]),
        ({"upright": 1}, []),
    ],
)
def test_no_turn_is_silent(facts: dict[str, Any], expected: list[str]) -> None:
    assert turned(facts) == expected


def test_a_film_beside_another_says_that_it_is_the_earlier_one() -> None:
    record = {"date": "1999", "label": "Mass", "image_id": "m1.dcm"}
    assert captioned(record, -1) == "1999 (earlier) · Mass · m1.dcm"
    assert captioned(record) == "1999 · Mass · m1.dcm"
    assert captioned(record | {"date": None}, 1) == "Mass · m1.dcm"
