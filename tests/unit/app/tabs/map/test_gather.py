"""A lasso named as an element: made, called so, in Elements, and taken back by the one Undo."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from diffmine.app.page import build
from diffmine.app.view import View
from tests.unit.app.events import event
from tests.unit.app.make_atlas import make_atlas

WHOLE = [[-1e3, -1e3], [1e3, -1e3], [1e3, 1e3], [-1e3, 1e3]]


@pytest.fixture
def desk(tmp_path: Path) -> Any:
    """Of an atlas of its own: this writes."""
    make_atlas(tmp_path / "shapes")
    return build([tmp_path / "shapes"]).diffmine_desk


def around(desk: Any, view: View, count: int) -> np.ndarray:
    """An outline around the left of the map, with about so many points in it."""
    points = desk.panels["map"]._points_of(view)
    edge = float(np.sort(points.xy[:, 0])[count])
    return np.array([[-1e3, -1e3], [edge, -1e3], [edge, 1e3], [-1e3, 1e3]])


def test_a_lasso_becomes_an_element(desk: Any) -> None:
    tab, elements, shelf = desk.panels["map"], desk.panels["elements"], desk.shelf(desk.first)
    view = replace(desk.choose(desk.first, "1920"), tab="map")
    corners = around(desk, view, 20)
    inside = {patch.patch_id for patch in tab.outlined(view, corners, 999)}
    shown = tab.on_outline(view, event(outline=corners.tolist()))
    assert shown[tab.gather.place].visible
    assert f"{len(inside)} patches of 1920" in shown[tab.gather.line]
    before = {row["element"]: row["size"] for row in shelf.elements("1920")}

    updates = tab.gather.on_make(view, " tail   fins ", corners)
    now = updates[desk.state]
    assert (now.tab, now.label) == ("elements", "1920")
    assert shelf.element_name("1920", now.element) == "tail fins"
    assert {patch.patch_id for patch in shelf.atlas.element("1920", now.element)} == inside
    sizes = {row["element"]: row["size"] for row in shelf.elements("1920")}
    assert sizes[now.element] == len(inside)
    assert sum(sizes.values()) == sum(before.values()), "they left the elements they were in"
    assert "tail fins" in str(updates[elements.rows])
    told = updates[elements.edits.edited]
    assert told["way"] == "done"

    what, why = elements.edits.again(now, now.atlas, told["number"], "undo")
    assert (what, why) == ("making the element “tail fins” of 1920", "")
    assert {row["element"]: row["size"] for row in shelf.elements("1920")} == before
    elements.edits.again(now, now.atlas, told["number"], "redo")
    assert shelf.element_name("1920", now.element) == "tail fins"


def test_of_several_labels_those_of_the_one_that_is_chosen(desk: Any) -> None:
    tab, shelf = desk.panels["map"], desk.shelf(desk.first)
    view = replace(desk.choose(desk.first, "1910"), tab="map", scope="all")
    every = {patch.patch_id for patch in shelf.atlas.patches("1910")}
    updates = tab.gather.on_make(view, "all of them", np.array(WHOLE))
    now = updates[desk.state]
    assert {patch.patch_id for patch in shelf.atlas.element("1910", now.element)} == every
    assert [row["element"] for row in shelf.elements("1910")] == [now.element]


def test_without_a_name_or_patches_it_says_so(desk: Any) -> None:
    tab, shelf = desk.panels["map"], desk.shelf(desk.first)
    view = replace(desk.first, tab="map")
    assert "a name" in tab.gather.on_make(view, "  ", np.array(WHOLE))[tab.gather.line]
    nothing = np.zeros((0, 2))
    assert "it takes 2" in tab.gather.on_make(view, "fins", nothing)[tab.gather.line]
    assert not shelf.atlas.edits.in_force
    lines = tab.on_outline(view, event(outline=around(desk, view, 1).tolist()))
    assert not lines[tab.gather.make].visible
    assert "No two patches" in lines[tab.gather.line]
