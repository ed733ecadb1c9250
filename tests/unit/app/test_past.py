"""One Undo for the basket, its notes and the elements; what was changed since is left alone."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from diffmine.app.inspector.entries import Entry, key
from diffmine.app.page import build
from tests.unit.app.events import event
from tests.unit.app.make_atlas import make_atlas


@pytest.fixture
def own(tmp_path: Path) -> Any:
    """The desk of an app over an atlas that may be written."""
    make_atlas(tmp_path / "own")
    blocks = build([tmp_path / "own"])
    return next(f.fn.__self__.desk for f in blocks.fns.values() if hasattr(f.fn, "__self__"))


def sent(entries: list[Entry], desk: Any) -> Any:
    """A basket as the page has it."""
    return json.loads(json.dumps(desk.basket.postprocess(entries)))["entries"]


def act_of(desk: Any, before: list[Entry], after: list[Entry]) -> dict[str, Any]:
    return {"kind": "basket", "before": sent(before, desk), "after": sent(after, desk)}


def pressed(desk: Any, way: str, entries: list[Entry], act: Any, **where: str) -> Any:
    """What a press of Undo or Redo answers, and what it says."""
    past = desk.header.past
    updates = past._handler(way)(replace(desk.first, **where), entries, event(act=act))
    return updates, updates[past.said]


def test_a_change_of_the_basket_is_taken_back_and_done_again(own: Any) -> None:
    basket = own.inspector.basket
    one = basket.on_add(own.first, [])[own.basket]
    noted = basket.on_save(own.first, one, "a fin", key(own.first))[own.basket]
    act = act_of(own, one, noted)
    updates, said = pressed(own, "undo", noted, act)
    assert updates[own.basket] == one
    assert updates[basket.note] == ""
    assert said["line"] == "Taken back: the note on: No. 1, most typical of 1900."
    assert (said["way"], said["gone"]) == ("undo", False)
    updates, said = pressed(own, "redo", one, act)
    assert updates[own.basket] == noted
    assert said["line"].startswith("Done again: the note on")
    _, said = pressed(own, "undo", one, act_of(own, [], one))
    assert said["line"] == "Taken back: putting into the basket: No. 1, most typical of 1900."
    two = basket.on_add(replace(own.first, patch="1900-top-0002"), one)[own.basket]
    assert pressed(own, "undo", [], act_of(own, two, []))[1]["line"] == (
        "Taken back: taking out of the basket: 2 patches."
    )
    _, said = pressed(own, "undo", two[::-1], act_of(own, two, two[::-1]))
    assert said["line"] == "Taken back: another order of the basket."


def test_a_basket_that_was_changed_elsewhere_stays(own: Any) -> None:
    one = own.inspector.basket.on_add(own.first, [])[own.basket]
    updates, said = pressed(own, "undo", [], act_of(own, [], one))
    assert own.basket not in updates
    assert (said["gone"], said["line"][:24]) == (True, "This was changed again m")


@pytest.mark.parametrize("act", [None, {}, {"kind": "basket", "before": 1, "after": []}, "x"])
def test_what_is_no_change_is_refused_and_nothing_is_lost(own: Any, act: Any) -> None:
    with pytest.raises(gr.Error):
        pressed(own, "undo", [], act)


def test_an_edit_of_elements_is_taken_back_from_any_tab(own: Any) -> None:
    edits, shelf = own.panels["elements"].edits, own.shelf(own.first)
    named = edits.on_name(replace(own.first, element=1), "fins")
    told = named[edits.edited]
    assert (told["way"], told["atlas"]) == ("done", own.first.atlas)
    act = {"kind": "edit", "atlas": told["atlas"], "number": told["number"]}
    updates, said = pressed(own, "undo", [], act, tab="typical")
    assert said["line"] == "Taken back: the name “fins” of 1900."
    assert updates[own.state].tab == "typical"
    assert shelf.element_name("1900", 1) == "Element 2"
    _, said = pressed(own, "undo", [], act)
    assert said["gone"]
    _, said = pressed(own, "redo", [], act)
    assert said["line"] == "Done again: the name “fins” of 1900."
    assert shelf.element_name("1900", 1) == "fins"
    edits.on_name(replace(own.first, element=2), "wheels")
    _, said = pressed(own, "undo", [], act)
    assert said["gone"], "another edit came after it"
    assert shelf.element_name("1900", 1) == "fins"
    for wrong in ({"atlas": "none"}, {"number": "1"}, {"atlas": 3}):
        assert pressed(own, "undo", [], act | wrong)[1]["gone"]


def test_where_elements_cannot_be_changed_none_is_taken_back(own: Any) -> None:
    edits = own.panels["elements"].edits
    number = edits.on_name(replace(own.first, element=1), "fins")[edits.edited]["number"]
    own.editable = False
    act = {"kind": "edit", "atlas": own.first.atlas, "number": number}
    assert "public app" in pressed(own, "undo", [], act)[1]["line"]
    assert own.shelf(own.first).element_name("1900", 1) == "fins"
