"""The entrance: a card for each atlas, cards that lead to what to see first."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from diffmine.app.page import build
from tests.unit.app.events import event, shown
from tests.unit.app.make_atlas import make_atlas


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The desk of an app over two atlases, one of them with broken trends."""
    root = tmp_path_factory.mktemp("pair")
    for name in ("shapes", "broken"):
        make_atlas(root / name)
    (root / "broken" / "trends.parquet").write_bytes(b"no table")
    blocks = build([root / "shapes", root / "broken"])
    return next(fn.fn.__self__.desk for fn in blocks.fns.values() if hasattr(fn.fn, "__self__"))


def test_each_atlas_has_a_card_that_opens_it(pair: Any) -> None:
    value = pair.header.atlas.value
    assert [card["key"] for card in value["cards"]] == ["shapes", "broken"]
    assert value["current"] == "shapes"
    card = value["cards"][0]
    assert (card["title"], card["facts"]) == ("Shapes by decade", "40 images, 4 labels")
    assert card["text"] == "Synthetic shapes drawn for tests."
    assert Path(value["sheet"]["file"]["path"]).is_file()
    updates = pair.header.on_atlas(pair.first, event(key="broken"))
    assert updates[pair.state].atlas == "broken"
    assert updates[pair.header.atlas]["current"] == "broken"


def test_an_atlas_that_is_open_stays_as_it_is(pair: Any) -> None:
    view = replace(pair.first, label="1920", page=1)
    assert pair.header.on_atlas(view, event(key="shapes")) == {pair.state: view}


def test_a_card_of_what_to_see_first_opens_its_view(pair: Any) -> None:
    header = pair.header
    cards = header.findings.value["cards"]
    assert 1 <= len(cards) <= 3
    assert header.findings.value["closes"] == "shapes"
    for card in cards:
        updates = header.on_finding(pair.first, event(key=card["key"]))
        view = updates[pair.state]
        assert view.query() == card["key"]
        assert view.label in card["title"]
        assert shown(pair, updates, pair.inspector.viewer)["label"] == view.label
    for wrong in (None, "", "atlas=shapes", 3):
        with pytest.raises(gr.Error):
            header.on_finding(pair.first, event(key=wrong))


def test_an_atlas_with_a_broken_file_opens_without_them(pair: Any) -> None:
    updates = pair.header.show(replace(pair.first, atlas="broken"))
    assert updates[pair.header.findings]["cards"] == []
