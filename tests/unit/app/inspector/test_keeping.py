"""Baskets under a name: what is saved comes back whole, from a folder, a page, a file or a link."""

import base64
import json
import zlib
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from diffmine.app.inspector.entries import Entry
from diffmine.app.inspector.saved import (
    Folder,
    Saved,
    Shelved,
    packed,
    read_saved,
    saved_now,
    text_of,
    unpacked,
)
from diffmine.errors import UsageError
from diffmine.folders import VARIABLE
from tests.unit.app.events import event

NOTE = 'Ж 年 <b>"=1+1"</b> #&?'


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "user"))


@pytest.fixture
def filled(desk: Any) -> list[Entry]:
    """A basket of two patches, one with a note, and one of another atlas."""
    basket, entries = desk.inspector.basket, [Entry("other", "x", "far")]
    for patch, note in (("1900-top-0002", NOTE), ("1930-top-0001", "")):
        view = replace(desk.first, patch=patch)
        entries = basket.on_save(view, entries, note, f"{view.atlas}/{patch}")[desk.basket]
    return entries


@pytest.mark.parametrize("owners", [True, False])
def test_a_basket_is_saved_and_opened_with_its_view(
    desk: Any, filled: list[Entry], owners: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(desk, "owners", owners)
    keeping, said = desk.inspector.basket.keeping, desk.header.past.said
    view = replace(desk.first, label="1920", patch="1920-top-0003", tab="trends")
    done = keeping.on_save(view, filled, {}, "  fins of   the 50s ", NOTE)
    assert done[said]["line"] == "Saved: fins of the 50s (2 patches)."
    assert done[keeping.choice].value == "fins of the 50s"
    here = list((tmp_path / "user" / "baskets").glob("*.json"))
    assert len(here) == int(owners)
    held = {} if owners else json.loads(json.dumps(done[keeping.saved]))
    opened = keeping.on_open(
        desk.first, [Entry("third", "y")], {"third": "n"}, held, done[keeping.choice].value
    )
    assert opened[desk.state] == replace(view, elements=opened[desk.state].elements)
    assert [(e.atlas, e.patch, e.note) for e in opened[desk.basket]] == [
        ("third", "y", ""),
        (view.atlas, "1900-top-0002", NOTE),
        (view.atlas, "1930-top-0001", ""),
    ]
    assert opened[keeping.note] == NOTE
    assert opened[keeping.about] == {"notes": {"third": "n", view.atlas: NOTE}}
    assert opened[said]["line"].startswith("Opened: fins of the 50s (2 patches). What was in")
    gone = keeping.on_delete(held, "fins of the 50s")
    assert gone[keeping.choice].choices == []
    assert not list((tmp_path / "user" / "baskets").glob("*.json"))
    assert "Choose a saved" in keeping.on_open(view, [], {}, {}, "none")[said]["line"]
    assert "Choose a saved" in keeping.on_delete({}, None)[said]["line"]


def test_a_name_and_a_patch_are_needed_and_one_of_a_name_is_replaced(
    desk: Any, filled: list[Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "owners", True)
    keeping, said = desk.inspector.basket.keeping, desk.header.past.said
    assert "a name first" in keeping.on_save(desk.first, filled, {}, " ", "")[said]["line"]
    assert "no patch" in keeping.on_save(desk.first, filled[:1], {}, "a", "")[said]["line"]
    for note in ("one", "two"):
        done = keeping.on_save(desk.first, filled, {}, "same", note)
    assert len(done[keeping.choice].choices) == 1
    assert [saved.note for saved in Folder().every()] == ["two"]


def test_a_link_brings_the_basket_and_nothing_else_changes(desk: Any, filled: list[Entry]) -> None:
    keeping, said = desk.inspector.basket.keeping, desk.header.past.said
    text = keeping.on_link(desk.first, filled, NOTE)
    assert text.replace("-", "").replace("_", "").isalnum()
    view = replace(desk.first, label="1910", patch="1910-top-0002")
    mine = [Entry("other", "x", "far"), Entry(desk.first.atlas, "1900-top-0009")]
    opened = keeping.on_link_opened(view, mine, {}, event(text=text))
    assert [(e.patch, e.note) for e in opened[desk.basket]] == [
        ("x", "far"), ("1900-top-0002", NOTE), ("1930-top-0001", ""),
    ]  # fmt: skip
    assert opened[keeping.note] == NOTE
    assert desk.state not in opened
    gone = packed([Entry("", "1900-top-0001"), Entry("", "nowhere")], "")
    line = keeping.on_link_opened(view, [], {}, event(text=gone))[said]["line"]
    assert "(1 patch); not in the atlas any more: 1 patch." in line
    with pytest.raises(gr.Error, match="no patch in the basket"):
        keeping.on_link(replace(desk.first, atlas=desk.first.atlas), filled[:1], "")


def test_a_file_brings_what_was_saved(desk: Any, filled: list[Entry]) -> None:
    keeping, said = desk.inspector.basket.keeping, desk.header.past.said
    path = Path(keeping.on_download(desk.first, filled, "fins", NOTE))
    assert path.name == "diffmine.basket.json"
    opened = keeping.on_file(desk.first, [], {}, event(text=path.read_text("utf-8")))
    assert [(e.patch, e.note) for e in opened[desk.basket]] == [
        ("1900-top-0002", NOTE), ("1930-top-0001", ""),
    ]  # fmt: skip
    assert opened[keeping.note] == NOTE
    foreign = text_of(saved_now("a", "", [Entry("nowhere", "x")], ""))
    line = keeping.on_file(desk.first, [], {}, event(text=foreign))[said]["line"]
    assert line == "This basket is of an atlas that is not open here: nowhere."


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "nonsense", 7, None, "[" * 100_000, '{"name": 1}']
)
def test_what_is_no_basket_changes_nothing(desk: Any, text: Any) -> None:
    keeping, said = desk.inspector.basket.keeping, desk.header.past.said
    for handler in (keeping.on_file, keeping.on_link_opened):
        answer = handler(desk.first, [], {}, event(text=text))
        assert set(answer) == {said}
        assert answer[said]["line"]


def test_a_bomb_in_a_link_is_refused() -> None:

    bomb = base64.urlsafe_b64encode(zlib.compress(b'["' + b"a" * 10**8 + b'", []]', 9)).decode()
    with pytest.raises(UsageError, match="cannot be read"):
        unpacked(bomb.rstrip("="), "shapes")


def test_a_saved_basket_is_a_text_that_is_read_back(filled: list[Entry]) -> None:
    saved = saved_now("Ж", "atlas=a", filled, NOTE)
    again = read_saved(text_of(saved))
    assert asdict(again) == asdict(saved), "also the patches as they were chosen"


def test_the_page_s_own_store_says_when_it_is_full(filled: list[Entry]) -> None:
    store = Shelved({"items": [{"broken": True}, 7]})
    assert store.every() == []
    many = [replace(entry, note="x" * 2000) for entry in filled] * 60
    room = [store.put(Saved(f"{at}", "", many[:30], when=f"{at}")) for at in range(3)]
    assert len(store.every()) == len(room)
    with pytest.raises(UsageError, match="store is full"):
        store.put(Saved("large", "", many * 2, when=""))
    assert [one.name for one in store.every()] == ["2", "1", "0"]
    assert Shelved(json.loads(json.dumps(store.value()))).every() == store.every()
