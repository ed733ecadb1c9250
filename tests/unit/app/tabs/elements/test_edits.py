"""Merging and splitting in the tab Elements."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import pyarrow as pa
import pytest

from diffmine.app.page import build
from diffmine.atlas import apart
from diffmine.atlas.writer import open_workspace
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


def test_names_are_undone_and_redone_like_the_rest(own: Any) -> None:
    elements = own.panels["elements"]
    edits, view = elements.edits, replace(own.first, element=1)
    named = elements.on_rename(view, "wheel")
    assert (named[edits.undo].value, named[edits.redo].visible) == (
        "Undo: the name “wheel” of 1900",
        False,
    )
    merged = edits.on_merge(named[own.state], "2")
    for button in ("merging into wheel of 1900", "the name “wheel” of 1900"):
        assert merged[edits.undo].value == f"Undo: {button}"
        merged = edits.on_undo(merged[own.state])
        assert merged[edits.redo].value.startswith("Redo: ")
    assert "wheel" not in titles(merged, own)
    assert not merged[edits.undo].visible
    again = edits.on_redo(own.go(view, "elements")[own.state])  # as after a reload
    assert titles(again, own)[1] == "wheel"
    taken = elements.on_rename(again[own.state], " ")
    assert taken[edits.undo].value == "Undo: taking a name of 1900 back"
    assert not taken[edits.redo].visible
    assert "no edits to do again" in edits.on_redo(view)[edits.note]


def scatter(atlas: Any, figures: dict[str, float]) -> None:
    """Elements found anew that have a third in common with each of before."""
    table, elements = atlas.lists.read(0, len(atlas.lists.names)), atlas.table("elements")
    column = table.column_names.index("element")
    ranks = zip(table["kind"].to_pylist(), table["rank"].to_pylist(), strict=True)
    groups = [rank // 3 % 3 if kind == "top" else None for kind, rank in ranks]
    with atlas.hold():
        rows = table.set_column(column, "element", pa.array(groups, pa.int32()))
        atlas.write("patches.parquet", rows, table.schema)
        spread = pa.array([0.5] * len(elements), pa.float32())
        column = elements.column_names.index("spread")
        rows = elements.set_column(column, "spread", spread)
        atlas.write("elements.parquet", rows, elements.schema)
        assert atlas.follow_edits() == figures


def test_what_was_set_aside_is_offered_put_somewhere_or_discarded(own: Any) -> None:
    elements = own.panels["elements"]
    edits, aside, atlas = elements.edits, elements.edits.aside, own.shelf(own.first).atlas
    for element, name in ((0, "wheel"), (1, "<b>lamp</b>")):
        elements.on_rename(replace(own.first, element=element), name)
    edits.on_merge(replace(own.first, label="1910", element=0), "1")
    scatter(atlas, {"set aside": 3.0})
    own.shelf(own.first).forget()
    shown = edits.show(replace(own.first, element=2))
    assert shown[aside.line] == (
        "Set aside, because their elements were not found again: 2 names, 1 merge."
    )
    assert [words for words, _ in shown[aside.choice].choices] == [
        "“wheel” of 1900 (40 patches)",
        "“<b>lamp</b>” of 1900 (40 patches)",
        "merging two elements of 1910 (80 patches)",
    ]
    assert titles(own.go(own.first, "elements"), own) == ["Element 1", "Element 2", "Element 3"]
    wheel, lamp, merged = (number for _, number in shown[aside.choice].choices)
    view = replace(own.first, element=2)
    placed = edits.on_place(view, wheel)
    assert titles(placed, own)[2] == "wheel"
    assert "2 names" not in placed[aside.line]
    edits.on_discard(view, lamp)
    last = edits.on_discard(view, merged)
    assert (last[aside.line], last[aside.choice].visible) == ("", False)
    assert last[edits.undo].value == "Undo: discarding merging two elements of 1910 (80 patches)"
    assert "1 merge" in edits.on_undo(view)[aside.line]
    for choice in (None, "", "x", "²", wheel, "99999999"):
        assert edits.on_place(view, choice)[edits.note].startswith("⚠")
        assert edits.on_discard(view, choice)[edits.note].startswith("⚠")
    own.editable = False
    assert edits.show(view)[aside.line] == edits.show(view)[edits.where] == ""


def test_what_was_shown_before_elements_were_found_anew_is_not_edited(own: Any) -> None:
    """By another process: the first to edit is told by the atlas, the second by what was shown."""
    elements = own.panels["elements"]
    edits, shelf = elements.edits, own.shelf(own.first)
    views = [own.go(replace(own.first, element=k), "elements")[own.state] for k in (1, 2)]
    scatter(open_workspace(shelf.atlas.path), {})
    first = elements.on_rename(views[0], "wheel")
    assert "found anew meanwhile, so nothing was changed" in first[edits.note]
    assert first[own.state].element == 0
    second = edits.on_merge(views[1], "0")
    assert "found anew meanwhile, so nothing was changed" in second[edits.note]
    assert shelf.atlas.edits.every == ()
    named = elements.on_rename(first[own.state], "wheel")
    assert titles(named, own)[0] == "wheel"


def test_an_atlas_that_is_not_written_says_where_changes_go(
    own: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    elements, atlas = own.panels["elements"], own.shelf(own.first).atlas
    where = elements.edits.where
    assert own.go(own.first, "elements")[where] == ""
    monkeypatch.setattr(apart, "EMBEDDED", atlas.path.parent)
    monkeypatch.setenv(apart.VARIABLE, str(Path.home() / "data"))
    text = own.go(own.first, "elements")[where]
    assert text.startswith("What you change here is kept in \\~/data/atlases/shapes")
    monkeypatch.setenv(apart.VARIABLE, str(atlas.path.parent / "data"))
    before = {path.name for path in atlas.path.iterdir()}
    named = elements.on_rename(replace(own.first, element=1), "wheel")
    assert titles(named, own)[1] == "wheel"
    assert {path.name for path in atlas.path.iterdir()} == before
