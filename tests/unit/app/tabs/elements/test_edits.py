"""Merging and splitting in the tab Elements."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from diffmine.app.page import build
from tests.unit.app.make_atlas import make_atlas


def event(**data: Any) -> gr.EventData:
    return gr.EventData(None, data)


@pytest.fixture
def own(tmp_path: Path) -> Any:
    """The desk of an app over an atlas that may be written."""
    make_atlas(tmp_path / "own")
    blocks = build([tmp_path / "own"])
    return next(f.fn.__self__.desk for f in blocks.fns.values() if hasattr(f.fn, "__self__"))


def titles(updates: Any, own: Any) -> list[str]:
    return [row["title"] for row in updates[own.panels["elements"].rows]["rows"]]


def test_a_proposal_is_merged_and_taken_back(own: Any) -> None:
    elements = own.panels["elements"]
    edits = elements.edits
    first = own.go(own.first, "elements")
    offered = [row.get("into") for row in first[elements.rows]["rows"]]
    assert offered == [None, None, 0]
    assert first[elements.rows]["rows"][2]["merge"] == "Merge Element 3 with Element 1"
    merged = edits.on_proposal(own.first, event(key=2, into=0))
    assert set(merged) <= set(own.to("elements"))
    assert len(titles(merged, own)) == 2
    assert merged[own.state].element == 0
    assert len(merged[elements.wall]["items"]) == 80
    name = own.shelf(own.first).element_name("1900", 0)
    assert merged[edits.undo].value == f"Undo: merging into {name} of 1900"
    back = edits.on_undo(replace(merged[own.state], label="1930"))
    assert back[own.state].label == "1900"
    assert back[own.state].element == 2
    assert titles(back, own) == titles(first, own)
    assert not back[edits.undo].visible


def test_any_two_are_merged_and_one_is_split(own: Any) -> None:
    edits = own.panels["elements"].edits
    view = replace(own.first, element=1)
    merged = edits.on_merge(view, "2")
    assert merged[own.state].element == 1
    assert len(titles(merged, own)) == 2
    parted = edits.on_split(merged[own.state])
    assert len(titles(parted, own)) == 3
    assert len(own.shelf(view).atlas.edits.moves) == 2
    lone = own.turn(merged[own.state], "trends")
    assert "diffmine trends" in lone[own.panels["trends"].line]
    points = own.panels["map"]._points_of(parted[own.state])
    assert set(points.element.tolist()) == {0, 1, 3}


def test_wrong_merges_are_refused(own: Any) -> None:
    edits = own.panels["elements"].edits
    view = replace(own.first, element=1)
    for other in (None, "1", "9", "x", 2, ["2"]):
        assert edits.on_merge(view, other)[edits.note].startswith("⚠")
    for data in ({}, {"key": 1}, {"key": 1, "into": "2"}):
        with pytest.raises(gr.Error):
            edits.on_proposal(view, event(**data))
    assert "no element 99" in edits.on_proposal(view, event(key=1, into=99))[edits.note]
    assert "⚠" in edits.on_split(replace(view, element=None))[edits.note]
    assert "no edits" in edits.on_undo(view)[edits.note]


def test_a_public_app_changes_nothing(own: Any) -> None:
    own.editable = False
    edits, view = own.panels["elements"].edits, replace(own.first, element=1)
    shown = own.go(view, "elements")
    assert not shown[edits.split].visible
    assert "into" not in shown[own.panels["elements"].rows]["rows"][2]
    for change in (lambda: edits.on_merge(view, "2"), lambda: edits.on_split(view)):
        assert "public app" in change()[edits.note]
