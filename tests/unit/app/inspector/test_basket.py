"""The basket: notes that belong to their patches, an order, what leaves and what comes back."""

import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from diffmine.app.inspector.entries import Entry, key


def test_the_basket_keeps_notes(desk: Any) -> None:
    basket = desk.inspector.basket
    added = basket.on_add(desk.first, [])
    assert len(basket.on_add(desk.first, added[basket.entries])[basket.entries]) == 1
    noted = basket.on_save(desk.first, added[basket.entries], "=note" + "x" * 5000, key(desk.first))
    entries = noted[basket.entries]
    assert len(entries[0].note) == 2000
    assert basket.on_drop(desk.first, entries)[basket.entries] == []


def test_a_note_belongs_to_the_patch_it_was_begun_on(desk: Any) -> None:
    basket, (one, other) = desk.inspector.basket, ("1900-top-0001", "1900-top-0002")
    name = desk.first.atlas
    view = replace(desk.first, patch=other)
    saved = basket.on_save(view, [], "of one", f"{name}/{one}")[basket.entries]
    assert saved == [Entry(name, one, "of one")]
    turned = basket.on_turn(view, saved, "of one, longer", f"{name}/{one}")
    assert turned[basket.entries] == [Entry(name, one, "of one, longer")]
    assert (turned[basket.note], turned[basket.noted]) == ("", f"{name}/{other}")
    back = basket.on_turn(replace(view, patch=one), saved, "", f"{name}/{other}")
    assert back == {basket.note: "of one", basket.noted: f"{name}/{one}"}
    begun = basket.on_turn(view, saved, "before any was selected", f"{name}/")
    assert begun == {basket.noted: f"{name}/{other}"}
    assert basket.note not in basket.on_add(view, saved)


@pytest.mark.parametrize("noted", ["other/1900-top-0001", "nothing", "", None])
def test_a_note_of_no_patch_is_refused(desk: Any, noted: str | None) -> None:
    with pytest.raises(gr.Error):
        desk.inspector.basket.on_save(desk.first, [], "note", noted)


def filled(desk: Any, *patches: str) -> list[Entry]:
    """A basket with patches of the open atlas and, first, one of another."""
    return [Entry("other", "x", "far"), *(Entry(desk.first.atlas, patch) for patch in patches)]


def test_the_basket_has_an_order(desk: Any) -> None:
    basket = desk.inspector.basket
    entries = filled(desk, "1900-top-0001", "1900-top-0002")
    view = replace(desk.first, patch="1900-top-0002")
    moved = basket.on_earlier(view, entries)[basket.entries]
    assert [entry.patch for entry in moved] == ["x", "1900-top-0002", "1900-top-0001"]
    assert basket.on_earlier(view, moved)[basket.entries] == moved
    assert basket.on_later(view, moved)[basket.entries] == entries
    assert basket.on_later(view, entries)[basket.entries] == entries
    nobody = replace(desk.first, patch="1930-top-0001")
    assert basket.on_later(nobody, entries)[basket.entries] == entries


def test_what_was_taken_out_comes_back(desk: Any) -> None:
    basket = desk.inspector.basket
    entries = basket.on_save(desk.first, filled(desk, desk.first.patch), "mine", key(desk.first))[
        basket.entries
    ]
    for handler in (basket.on_clear, basket.on_drop):
        emptied = handler(desk.first, entries)
        assert [entry.patch for entry in emptied[basket.entries]] == ["x"]
        assert emptied[basket.undo].visible
        undone = basket.on_undo(desk.first, emptied[basket.before])
        assert undone[basket.entries] == entries
        assert undone[basket.note] == "mine"
        assert not undone[basket.undo].visible
    assert basket.on_clear(desk.first, [])[basket.before] == []


@pytest.mark.parametrize(
    ("to", "name", "begins"),
    [
        ("csv", "diffmine-basket.csv", b"\xef\xbb\xbfpatch_id"),
        ("parquet", "diffmine-basket.parquet", b"PAR1"),
        ("png", "diffmine-basket.png", b"\x89PNG"),
        ("pdf", "diffmine-basket.pdf", b"%PDF"),
        ("html", "diffmine-basket.zip", b"PK"),
        ("coco", "diffmine-basket.json", b'{\n "info": '),
    ],
)
def test_the_basket_leaves_when_a_button_is_pressed(
    desk: Any, to: str, name: str, begins: bytes
) -> None:
    basket = desk.inspector.basket
    make = basket.downloads._maker(to)
    path = Path(make(desk.first, False, filled(desk, "1900-top-0002", "1930-top-0001")))
    assert path.name == name
    assert path.read_bytes().startswith(begins)
    assert make(desk.first, False, filled(desk, "1900-top-0002", "1930-top-0001")) == str(path)
    with pytest.raises(gr.Error, match="no patch"):
        make(desk.first, False, filled(desk))


def test_a_figure_of_several_pages_leaves_as_a_zip(desk: Any) -> None:
    make = desk.panels["typical"].downloads._maker("png")
    path = Path(make(replace(desk.first, page=1), False))
    assert path.name == "diffmine-typical.zip"
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist()[0] == "diffmine-typical/diffmine-typical-01.png"
