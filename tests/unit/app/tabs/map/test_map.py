"""The tab Map: outlines, and crops for the pointer."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.unit.app.events import event


def test_an_outline_becomes_a_wall_with_its_mix(desk: Any) -> None:
    maps = desk.panels["map"]
    view = replace(desk.first, scope="all")
    everything = [[-99, -99], [99, -99], [99, 99], [-99, 99]]
    updates = maps.on_outline(view, event(outline=everything))
    assert updates[maps.side].visible
    assert updates[maps.line].startswith("**480 of 480 patches**")
    assert "1910 25%" in updates[maps.line]
    assert len(updates[maps.wall]["items"]) == 60
    assert updates[maps.add].value == "Add the first 200 to the basket"
    nothing = maps.on_outline(view, event(outline=[[90, 90], [91, 90], [90, 91]]))
    assert nothing[maps.wall]["items"] == []
    assert nothing[maps.side].visible is False


def test_what_an_outline_holds_goes_into_the_basket_and_into_files(desk: Any) -> None:
    maps, view = desk.panels["map"], replace(desk.first, label="1930", element=None)
    points = maps._points_of(view)
    chosen = np.flatnonzero(points.element == 2)[:5]
    low, high = points.xy[chosen].min(0) - 1e-3, points.xy[chosen].max(0) + 1e-3
    corners = [[low[0], low[1]], [high[0], low[1]], [high[0], high[1]], [low[0], high[1]]]
    inside = [
        at
        for at, (x, y) in enumerate(points.xy)
        if (low <= (x, y)).all() and (high >= (x, y)).all()
    ]
    names = {patch.patch_id for patch in points.patches(desk.shelf(view), inside)}
    updates = maps.on_outline(view, event(outline=corners))
    page = maps.outline.postprocess(updates[maps.outline])
    held = maps.outline.preprocess(page)
    added = maps.on_add(view, [], held)
    entries = added[desk.basket]
    assert {entry.patch for entry in entries} == names
    assert [entry.chosen.rank for entry in entries] == sorted(p.chosen.rank for p in entries)
    assert {one.patch_id for one in maps.chosen(view, held)} == names
    again = maps.on_add(view, entries, held)
    assert len(again[desk.basket]) == len(names), "none is in it twice"
    for wrong in (
        {},
        {"outline": "x"},
        {"outline": [[0, 0]]},
        {"outline": [[0, float("nan")]] * 3},
    ):
        assert maps.chosen(view, maps.outline.preprocess(wrong)) == []


def test_points_are_coloured_by_the_years_of_their_images(desk: Any) -> None:
    maps = desk.panels["map"]
    view = replace(desk.first, scope="all", colour="years", tab="map")
    value = desk.go(view, "map")[maps.map]
    shelf, points = desk.shelf(view), maps._points_of(view)
    codes = np.frombuffer(Path(value["codes"]["path"]).read_bytes(), np.uint8)
    names = [group["name"] for group in value["groups"]]
    assert names == [str(year) for year in range(1900, 1910)]
    patches = points.patches(shelf, list(range(0, len(points), 37)))
    years = [str(shelf.atlas.image(patch.image_id)["year"]) for patch in patches]
    assert [names[code] for code in codes[::37]] == years
    assert sum(group["count"] for group in value["groups"]) == len(points)
    assert "colour=years" in view.query()


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
