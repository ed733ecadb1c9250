"""The inspector: what it shows of a patch, what is similar, how it is cited."""

from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from diffmine.app.inspector.viewer import facts
from tests.unit.app.events import event, shown
from tests.unit.app.make_atlas import ON_CANVAS


def test_a_pick_fills_the_inspector(desk: Any) -> None:
    updates = desk.on_pick(desk.first, event(id="1920-top-0004"))
    value = shown(desk, updates, desk.inspector.viewer)
    assert value["title"] == "No. 4 of 120, most typical of 1920"
    facts = {name: text for name, text, _ in value["facts"]}
    assert facts["licence"] == "CC0-1.0"
    assert facts["place in the list"] == "rank 4 (between 1 and 17)"
    assert facts["element"].startswith("Element ")
    assert Path(value["heat"]["path"]).is_file()
    assert updates[desk.state].query() == (
        "atlas=shapes&label=1920&tab=typical&patch=1920-top-0004"
    )


def test_similar_patches_share_the_element(desk: Any) -> None:
    updates = desk.inspector.on_similar(desk.first)
    found = updates[desk.inspector.wall]["items"]
    atlas = desk.shelf(desk.first).atlas
    assert len(found) == 24
    own = atlas.patch(desk.first.patch)
    assert {atlas.patch(each["id"]).element for each in found} == {own.element}
    assert own.patch_id not in {each["id"] for each in found}


def test_the_citation_of_a_patch(desk: Any) -> None:
    inspector = desk.inspector
    value = desk.on_pick(desk.first, event(id="1920-top-0004"))[inspector.viewer]
    assert value["citation"].startswith("Shapes by decade. Image 1920/04.png. A. Maker. CC0-1.0.")
    with pytest.raises(gr.Error, match="Select a patch"):
        inspector.on_cite({"title": "nothing"})


def test_a_source_that_is_no_web_address_is_told_but_not_linked(desk: Any) -> None:
    shelf = desk.shelf(desk.first)
    record = {"source_url": "javascript:alert(1)", "credit": None}
    told = facts(shelf, shelf.atlas.patch("1900-top-0001"), record)
    assert ["source", "javascript:alert(1)", ""] in told
    assert "credit" not in [name for name, _, _ in told]


def test_a_patch_on_a_canvas_has_a_link_to_its_region(desk: Any) -> None:
    inspector, atlas = desk.inspector, desk.shelf(desk.first).atlas
    patch = next(p for p in atlas.patches("1920") if p.image_id == f"1920/{ON_CANVAS:02d}.png")
    updates = desk.on_pick(desk.first, event(id=patch.patch_id))
    value = shown(desk, updates, inspector.viewer)
    box = ",".join(str(4 * side) for side in (patch.col, patch.row, patch.size, patch.size))
    link = f"https://example.org/iiif/1920/{box}/max/0/default.jpg"
    assert value["region"] == link
    assert updates[inspector.region].visible
    facts = {name: (text, address) for name, text, address in value["facts"]}
    assert facts["region of the picture"] == (link, link)
    assert facts["region of the canvas"][0].startswith("https://example.org/canvas/1920#xywh=")
    assert facts["licence"] == ("CC0-1.0", "https://creativecommons.org/publicdomain/zero/1.0/")
    assert (facts["creator"][0], facts["holder"][0]) == ("A. Maker", "The Museum")
    assert "credit" not in facts
    assert "A. Maker. A <b>house</b>. c. 1920. The Museum. M 5" in value["citation"]
    inspector.on_region(value)


def test_another_patch_has_none(desk: Any) -> None:
    inspector = desk.inspector
    updates = desk.on_pick(desk.first, event(id="1920-top-0004"))
    assert not updates[inspector.region].visible
    with pytest.raises(gr.Error, match="no IIIF canvas"):
        inspector.on_region(shown(desk, updates, inspector.viewer))
