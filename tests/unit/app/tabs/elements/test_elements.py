"""The tab Elements: opening, leading on, naming."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from diffmine.app.page import build
from diffmine.atlas.filters import Filter
from diffmine.atlas.writer import open_workspace
from tests.unit.app.events import event, shown
from tests.unit.app.make_atlas import make_atlas


def test_elements_open_and_lead_on(desk: Any) -> None:
    elements = desk.panels["elements"]
    updates = elements.on_open(desk.first, event(key=2))
    assert len(shown(desk, updates, elements.wall)["items"]) == 40
    flags = [row["flag"] for row in updates[elements.rows]["rows"]]
    assert flags == ["", "", "mixed, may be the same as Element 1"]
    on_map = elements.on_map(updates[desk.state])
    assert len(on_map[desk.panels["map"].map]["focus"]) == 40
    trend = elements.on_trend(updates[desk.state])
    assert trend[desk.panels["trends"].share]["data"]
    for key in (None, 77, "0"):
        with pytest.raises(gr.Error):
            elements.on_open(desk.first, event(key=key))


def test_a_name_is_kept_in_the_atlas(tmp_path: Path) -> None:
    make_atlas(tmp_path / "named")
    blocks = build([tmp_path / "named"])
    desk = next(f.fn.__self__.desk for f in blocks.fns.values() if hasattr(f.fn, "__self__"))
    elements = desk.panels["elements"]
    updates = elements.on_rename(replace(desk.first, element=1), "  round\n<b>head</b> ")
    assert updates[elements.rows]["rows"][1]["title"] == "round <b>head</b>"
    assert open_workspace(tmp_path / "named").names == {"1900/1": "round <b>head</b>"}
    desk.editable = False
    refused = elements.on_rename(replace(desk.first, element=1), "x")
    assert "public app" in refused[elements.edits.note]


def test_all_images_that_show_an_element_and_elements_like_it(desk: Any) -> None:
    tab = desk.panels["elements"]
    view = replace(desk.first, tab="elements", label="1910", element=1)
    shelf = desk.shelf(view)
    updates = tab.on_shows(view, "images")
    now = updates[desk.state]
    assert "images=1" in now.query()
    known = shelf.looker.of("1910", 1)
    items = updates[tab.wall]["items"]
    images = [shelf.known(item["id"]).image_id for item in items]
    table = shelf.atlas.table("images")["image_id"].to_pylist()
    assert sorted(images) == sorted(table[at] for at in known.images)
    assert f"{len(images)} images" in updates[tab.seen]
    assert "mined patch" in updates[tab.seen]
    first = shelf.known(items[0]["id"])
    assert items[0]["caption"] == f"{first.label} · {shelf.atlas.image(first.image_id)['year']}"
    filtered = desk.go(replace(now, filter=Filter(groups=("g1",))), "elements")
    assert 0 < len(filtered[tab.wall]["items"]) < len(items)

    rows = updates[tab.alike]["rows"]
    assert [row["title"] for row in rows] == [
        f"{shelf.element_name(*place)} of {place[0]}" for place, _ in shelf.alike.to("1910", 1, 6)
    ]
    opened = tab.on_alike(now, event(key=rows[0]["key"]))[desk.state]
    (label, element), _ = shelf.alike.to("1910", 1, 1)[0]
    assert (opened.label, opened.element) == (label, element)
    assert shelf.known(opened.patch).element == element
    assert tab.on_shows(now, "patches")[desk.state].images is False
    for wrong in ("else", None):
        with pytest.raises(gr.Error):
            tab.on_shows(now, wrong)
