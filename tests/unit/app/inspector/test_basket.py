"""The basket: notes that belong to their patches, an order, what leaves and what comes back."""

import json
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from diffmine.app.inspector.entries import Entry, key
from diffmine.app.page import build
from tests.unit.app.make_atlas import make_atlas


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
    third = basket.on_turn(replace(view, patch="1900-top-0003"), saved, "", f"{name}/{other}")
    assert third == {basket.noted: f"{name}/1900-top-0003"}  # what is typed meanwhile stays
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
        assert emptied[basket.note] == ""
        back = basket.replaced(desk.first, entries)
        assert back[basket.entries] == entries
        assert back[basket.note] == "mine"


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
    path = Path(make(replace(desk.first, page=1), True))
    assert path.name == "diffmine-typical.zip"
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist()[0] == "diffmine-typical/diffmine-typical-01.png"


def mined_anew(atlas: Any, gone: str) -> None:
    """The list of another mining: in another order and without an image, so that every name stands
    for another patch."""
    table = atlas.lists.read(0, len(atlas.lists.names))
    rows = [row for row in table.to_pylist() if (row["label"], row["kind"]) == ("1900", "top")]
    rest = [row for row in table.to_pylist() if (row["label"], row["kind"]) != ("1900", "top")]
    names = [row["patch_id"] for row in rows]
    rows = [row for row in rows if row["image_id"] != gone][::-1]
    rows = [row | {"patch_id": name} for row, name in zip(rows, names, strict=False)]
    atlas.write("patches.parquet", [*rows, *rest], table.schema)


def test_the_basket_follows_its_patches_through_another_mining(tmp_path: Path) -> None:
    make_atlas(tmp_path / "own")
    blocks = build([tmp_path / "own"])
    desk = next(f.fn.__self__.desk for f in blocks.fns.values() if hasattr(f.fn, "__self__"))
    basket, atlas = desk.inspector.basket, desk.shelf(desk.first).atlas
    first, other = (replace(desk.first, patch=f"1900-top-000{k}") for k in (1, 2))
    entries = basket.on_save(first, [], "of the first", key(first))[basket.entries]
    entries = basket.on_save(other, entries, "of the other", key(other))[basket.entries]
    before = atlas.patch("1900-top-0002")
    mined_anew(atlas, gone=atlas.patch("1900-top-0001").image_id)
    shown = basket.show(first, entries)
    assert shown[basket.accordion].label == "Basket (1); not in the atlas any more: 1 patch"
    (chosen,) = basket.chosen(first, entries)
    after = atlas.patch(chosen.patch_id)
    assert chosen.note == "of the other"
    assert (after.image_id, after.row, after.col) == (before.image_id, before.row, before.col)
    assert after.patch_id != before.patch_id
    turned = basket.on_turn(other, entries, "", key(other))  # now the name of another patch
    assert basket.note not in turned  # empty before, empty now
    assert basket.entries not in turned
    added = basket.on_add(other, entries)[basket.entries]
    assert [entry.patch for entry in added] == ["", after.patch_id, other.patch]
    left = basket.on_drop(replace(first, patch=after.patch_id), added)[basket.entries]
    assert [entry.note for entry in left] == ["of the first", ""]
    make_atlas(tmp_path / "own")  # as it was first
    assert [c.note for c in basket.chosen(first, left)] == ["of the first", ""]
    assert basket.chosen(first, left)[0].patch_id == "1900-top-0001"


def test_a_basket_goes_through_the_page_unchanged(desk: Any) -> None:
    basket, atlas = desk.inspector.basket, desk.shelf(desk.first).atlas
    chosen = atlas.patch("1900-top-0002")
    entries = [Entry("shapes", chosen.patch_id, "note", chosen, 7), Entry("other", "x")]
    sent = json.loads(json.dumps(basket.entries.postprocess(entries)))
    assert sent["held"] == "basket"
    back = basket.entries.preprocess(sent)
    assert back == entries
    assert (back[0].chosen, back[0].written) == (chosen, 7)


@pytest.mark.parametrize(
    "entries",
    [None, "x", [1], [{}], [{"atlas": "shapes"}], [{"atlas": 1, "patch": "x"}],
     [{"atlas": "shapes", "patch": "x", "chosen": {"label": "1900"}}]],
)  # fmt: skip
def test_what_is_no_basket_is_an_empty_one(desk: Any, entries: Any) -> None:
    basket = desk.inspector.basket
    assert basket.entries.preprocess({"held": "basket", "entries": entries}) == []
    assert basket.entries.preprocess(None) == []


def test_a_patch_that_no_list_holds_is_not_shown(desk: Any) -> None:
    basket, atlas = desk.inspector.basket, desk.shelf(desk.first).atlas
    strange = replace(atlas.patch("1900-top-0002"), label="nowhere")
    written = atlas.lists.written
    entries = [
        Entry("shapes", "no such patch"),
        Entry("shapes", "no such patch", written=written),
        Entry("shapes", "1900-top-9999", chosen=strange, written=3),
    ]
    shown = basket.show(desk.first, entries)
    assert shown[basket.wall]["items"] == []
    assert "3 patches" in shown[basket.accordion].label
    assert basket.chosen(desk.first, entries) == []
