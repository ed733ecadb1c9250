"""Content states open the app at a patch, and leave it; annotations come back into the basket."""

import json
from typing import Any

import pytest

from diffmine.app.inspector.viewer import viewer_value
from diffmine.app.pointing import state_query
from diffmine.atlas.records import Patch
from diffmine.data.pointers import encoded_state, read_content_state
from diffmine.export.chosen import Chosen
from diffmine.export.formats.annotations import as_annotations
from diffmine.export.order import Order
from diffmine.words.regions import content_state
from tests.unit.app.events import event
from tests.unit.app.make_atlas import ON_CANVAS, SIDE


@pytest.fixture
def on_canvas(desk: Any) -> Patch:
    """A patch of an image on a canvas that is eight times as large, and its server's picture."""
    atlas = desk.shelf(desk.first).atlas
    name = f"1920/{ON_CANVAS:02d}.png"
    return next(patch for patch in atlas.patches("1920") if patch.image_id == name)


def test_a_content_state_leads_out_and_in_again(desk: Any, on_canvas: Patch) -> None:
    shelf = desk.shelf(desk.first)
    text = viewer_value(shelf, on_canvas)["state"]
    query, line = state_query(desk.shelves, text)
    assert (query["patch"], query["label"], line) == (on_canvas.patch_id, "1920", "")
    other = shelf.atlas.patches("1900")[0]
    assert viewer_value(shelf, other)["state"] == "" or other.image_id.endswith("05.png")


def test_the_manifest_is_named_where_it_is_known(desk: Any, on_canvas: Patch) -> None:
    record = desk.shelf(desk.first).atlas.image(on_canvas.image_id)
    manifest = "https://example.org/iiif/7/manifest.json"
    target = content_state(on_canvas, record | {"source_url": manifest})["target"]
    assert target["partOf"] == [{"id": manifest, "type": "Manifest"}]
    assert "partOf" not in content_state(on_canvas, record)["target"]


def test_it_says_where_it_leads_to_nothing(desk: Any) -> None:
    assert state_query(desk.shelves, "https://example.org/canvas/7#xywh=0,0,9,9") == (
        {},
        "https://example.org/canvas/7 was pointed to, which is in no atlas here.",
    )
    assert "cannot be read" in state_query(desk.shelves, "???")[1]
    query, line = state_query(desk.shelves, "https://example.org/canvas/1920#xywh=0,0,1,1")
    assert query["label"] == "1920"
    assert "best one" in line
    whole, line = state_query(desk.shelves, "https://example.org/canvas/1920")
    assert whole["label"] == "1920"
    assert not line


def anno(source: str, value: str, note: str, kind: str = "FragmentSelector") -> dict[str, Any]:
    return {
        "type": "Annotation",
        "body": [{"type": "TextualBody", "purpose": "commenting", "value": note}],
        "target": {"source": source, "selector": {"type": kind, "value": value}},
    }


def test_annotations_become_a_basket(desk: Any, on_canvas: Patch) -> None:
    """In pixels of the canvas, of the server's picture, and of the image's own file."""
    basket, keeping = desk.inspector.basket, desk.inspector.basket.keeping
    col, row, size = on_canvas.col, on_canvas.row, on_canvas.size
    atlas = desk.shelf(desk.first).atlas
    plain = next(p for p in atlas.patches("1900") if p.image_id == "1900/02.png")
    x, y, side = plain.col, plain.row, plain.size
    corners = f"{x},{y} {x + side},{y} {x + side},{y + side} {x},{y + side}"
    times = [f"{n * col},{n * row},{n * size},{n * size}" for n in (8, 4)]
    text = json.dumps(
        [
            anno("https://example.org/canvas/1920", f"xywh={times[0]}", "on the canvas"),
            anno(
                "https://example.org/iiif/1920/full/max/0/default.jpg",
                f"xywh=pixel:{times[1]}",
                "on the picture",
            ),
            anno("1900/02.png", f'<svg><polygon points="{corners}"/></svg>', "fin", "SvgSelector"),
            anno("https://elsewhere.org/a.png", "xywh=0,0,9,9", "elsewhere"),
            anno("https://here.org/x/1900/02.png", f"xywh={SIDE - 2},{SIDE - 2},1,1", "corner"),
        ]
    )
    updates = keeping.on_file(desk.first, [], {}, event(text=text))
    entries = {entry.patch: entry.note for entry in updates[basket.entries]}
    assert entries[on_canvas.patch_id] == "on the canvas; on the picture"
    assert entries[plain.patch_id] == "fin"
    line = updates[desk.header.past.said]["line"]
    assert "1 are on pictures that are in no atlas here" in line
    again = keeping.on_file(desk.first, updates[basket.entries], {}, event(text=text))
    assert again[basket.entries] == updates[basket.entries], "nothing is put in twice"


def test_our_own_annotations_come_back_with_their_notes(desk: Any, on_canvas: Patch) -> None:
    basket, keeping = desk.inspector.basket, desk.inspector.basket.keeping
    atlas = desk.shelf(desk.first).atlas
    page = as_annotations(Order(atlas, [Chosen(on_canvas.patch_id, "a fin")], name="x"))
    updates = keeping.on_file(desk.first, [], {}, event(text=json.dumps(page)))
    (entry,) = updates[basket.entries]
    assert (entry.patch, entry.note) == (on_canvas.patch_id, "a fin")


def test_a_file_of_something_else_is_refused(desk: Any) -> None:
    keeping = desk.inspector.basket.keeping
    for text in ("", "{}", '{"type": "AnnotationPage", "items": []}', "3"):
        updates = keeping.on_file(desk.first, [], {}, event(text=text))
        assert "no saved basket" in updates[desk.header.past.said]["line"]
        assert list(updates) == [desk.header.past.said]


def test_percent_of_a_canvas(desk: Any, on_canvas: Patch) -> None:
    share = [100 * n / SIDE for n in (on_canvas.col, on_canvas.row, on_canvas.size)]
    box = ",".join(f"{n:.3f}" for n in (*share, share[2]))
    state = {"id": f"https://example.org/canvas/1920#xywh=percent:{box}", "type": "Canvas"}
    assert read_content_state(encoded_state(state)).percent
    assert state_query(desk.shelves, encoded_state(state))[0]["patch"] == on_canvas.patch_id
