"""The tab Typical: pages, kinds, two labels beside each other, warnings."""

from dataclasses import replace
from typing import Any

import gradio as gr
import pytest

from tests.unit.app.events import event, shown
from tests.unit.app.make_atlas import SIDE, WINDOW


def test_pages_of_a_hundred(desk: Any) -> None:
    assert not desk.panels["typical"].back.interactive, "nothing is before the first page"
    typical = desk.panels["typical"]
    first = shown(desk, desk.go(desk.first, "typical"), typical.wall)
    assert len(first["items"]) == 100
    updates = typical.on_next(desk.first)
    assert len(shown(desk, updates, typical.wall)["items"]) == 20
    assert updates[desk.state].page == 1
    assert typical.on_next(updates[desk.state])[desk.state].page == 1
    assert typical.on_back(desk.first)[desk.state].page == 0


def test_what_lies_inside_the_noise_is_grey(desk: Any) -> None:
    typical = desk.panels["typical"]
    random = typical.on_kind(desk.first, "random")
    assert all(item["noise"] for item in random[typical.wall]["items"])
    assert "30 marked ≈" in random[typical.line]
    top = desk.go(desk.first, "typical")
    assert "noise" not in top[typical.wall]["items"][0]


@pytest.mark.parametrize("kind", [None, "best", 1, ["top"]])
def test_an_unknown_kind_is_refused(desk: Any, kind: Any) -> None:
    with pytest.raises(gr.Error):
        desk.panels["typical"].on_kind(desk.first, kind)


def test_a_second_label_beside(desk: Any) -> None:
    typical = desk.panels["typical"]
    updates = typical.on_second(desk.first, "1930")
    assert updates[typical.second_wall]["items"][0]["id"].startswith("1930")
    with pytest.raises(gr.Error):
        typical.on_second(desk.first, "1066")


def test_the_page_opens_with_what_speaks_against_its_first_wall(desk: Any) -> None:
    doubts = desk.panels["typical"].against.doubts
    assert desk.first.label == "1900"
    assert "touch the border" in doubts.value["items"][0]["text"]
    assert doubts.value == desk.go(desk.first, "typical")[doubts]


def test_flagged_artefacts_stand_above_the_wall_and_in_about(desk: Any) -> None:
    typical, about = desk.panels["typical"], desk.panels["about"]
    first = replace(desk.first, label="1900", second="1910")
    updates = desk.go(first, "typical")
    (sign,) = updates[typical.against.doubts]["items"]
    said = sign["text"]
    touch = "of these patches touch the border of their image"
    control = "best windows of noise as smooth as these maps"
    assert f"38 % (31 to 45 %) {touch}; {control}: 12 % (8 to 16 %)" in said
    assert not updates[typical.second_against.doubts]["items"]
    random = desk.go(replace(first, kind="random"), "typical")
    assert not random[typical.against.doubts]["items"]
    rows = shown(desk, desk.go(first, "about"), about.warnings)["rows"]
    row = ["touch the border of their image", "38 % (31 to 45 %)", "12 % (8 to 16 %)", control]
    assert rows == [["1900", *row, "120"]]


@pytest.mark.parametrize(("label", "other"), [("1900", "1930"), ("1930", "1900")])
def test_a_pick_outlines_what_is_near_in_the_other_wall(desk: Any, label: str, other: str) -> None:
    typical = desk.panels["typical"]
    view = replace(desk.first, label="1900", second="1930")
    updates = typical.on_pick(view, event(id=f"{label}-top-0004"))
    assert set(updates) <= {*desk.to("inspector"), *typical.linked}
    own, far = typical.wall, typical.second_wall
    own_line, far_line = typical.line, typical.second_line
    if label == "1930":
        own, far, own_line, far_line = far, own, far_line, own_line
    assert "near" not in updates[own]
    assert "outlined" not in updates[own_line]
    said = f"outlined: the 6 here that are most like No\\. 4, most typical of {label}"
    assert updates[far_line].endswith(said)
    atlas = desk.shelf(view).atlas
    found, features = updates[far]["near"], atlas.neighbours
    vector = features.matrix[features.names.row(f"{label}-top-0004")]
    shown = [each["id"] for each in updates[far]["items"]]
    rows = dict(zip(shown, features.names.rows(shown), strict=True))
    best = sorted(shown, key=lambda name: -float(features.matrix[rows[name]] @ vector))
    assert found == best[:6]
    assert all(atlas.patch(name).label == other for name in found)


def test_without_features_the_line_says_so(desk: Any) -> None:
    typical = desk.panels["typical"]
    view = replace(desk.first, second="1930", kind="random")
    updates = typical.on_pick(view, event(id="1900-random-0004"))
    assert "no features are stored" in updates[typical.second_line]
    assert typical.wall not in typical.on_pick(desk.first, event(id="1900-top-0004"))


def test_a_press_shows_the_patches_that_a_sign_is_about(desk: Any) -> None:
    against = desk.panels["typical"].against
    view = replace(desk.first, label="1900")
    updates = against.on_show(view, event(key="artefact/border"))
    assert updates[against.column].visible
    patches = [desk.shelf(view).known(item["id"]) for item in updates[against.wall]["items"]]
    inner = range(1, SIDE - WINDOW)
    expected = [p for p in desk.shelf(view).atlas.patches("1900") if {p.row, p.col} - {*inner}]
    assert patches == expected
    assert updates[against.doubts]["pressed"] == "artefact/border"
    hidden = against.on_show(view, event(key=""))
    assert not hidden[against.column].visible
    for key in (None, "artefact/none", 3):
        with pytest.raises(gr.Error):
            against.on_show(view, event(key=key))
