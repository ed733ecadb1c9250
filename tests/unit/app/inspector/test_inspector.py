"""The inspector: what it shows of a patch, what is similar, how it is cited."""

from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from diffmine.app.inspector.viewer import facts
from tests.unit.app.events import event, shown


def test_a_pick_fills_the_inspector(desk: Any) -> None:
    updates = desk.on_pick(desk.first, event(id="1920-top-0004"))
    value = shown(desk, updates, desk.inspector.viewer)
    assert value["title"] == "No. 4 of 120, most typical of 1920"
    facts = {name: text for name, text, _ in value["facts"]}
    assert facts["licence"] == "CC0-1.0"
    assert facts["place in the list"] == "rank 4 (between 1 and 17)"
    assert facts["element"].startswith("Element ")
    assert Path(value["heat"]["path"]).is_file()
    assert updates[desk.page]["query"].endswith("patch=1920-top-0004")


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
