"""The tab Map: outlines, and crops for the pointer."""

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.app.events import event


def test_an_outline_becomes_a_wall_with_its_mix(desk: Any) -> None:
    maps = desk.panels["map"]
    view = replace(desk.first, scope="all")
    everything = [[-99, -99], [99, -99], [99, 99], [-99, 99]]
    text, wall = maps.on_outline(view, event(outline=everything))
    assert text.startswith("**480 of 480 patches**")
    assert "1910 25%" in text
    assert len(wall["items"]) == 60
    text, wall = maps.on_outline(view, event(outline=[[90, 90], [91, 90], [90, 91]]))
    assert wall["items"] == []


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        {"atlas": "x", "label": None, "points": [0]},
        {"atlas": "shapes", "label": "x", "points": [0]},
        {"atlas": "shapes", "label": None, "points": [480]},
        {"atlas": "shapes", "label": None, "points": [-1]},
        {"atlas": "shapes", "label": None, "points": [True]},
        {"atlas": "shapes", "label": None, "points": list(range(65))},
        {"atlas": ["shapes"], "label": {}, "points": "0"},
    ],
)
def test_crops_are_given_for_known_points_only(desk: Any, data: Any) -> None:
    assert desk.panels["map"].crops(data) is None


def test_crops_for_the_pointer(desk: Any) -> None:
    data = {"atlas": "shapes", "label": "1900", "points": [0, 119]}
    assert len(desk.panels["map"].crops(data)["texts"]) == 2
