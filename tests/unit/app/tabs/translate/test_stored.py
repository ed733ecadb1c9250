"""The tab Translate without a model: what the atlas holds."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from diffmine.app.page import build
from diffmine.app.tabs.translate.targets import FIRST
from diffmine.atlas import records
from tests.unit.app.events import event
from tests.unit.app.make_many import make_many


def test_stored_translations_are_shown_at_once(desk: Any) -> None:
    translate = desk.panels["translate"]
    updates = desk.go(replace(desk.first, patch="1910-top-0002"), "translate")
    items = {item["id"]: item for item in updates[translate.wall]["items"]}
    assert items["1910"]["frame"]
    assert items["1930"]["made"]
    assert updates[translate.table]["rows"][0][-2:] == ["no", "0.83"]
    assert "the outline was kept (0.83)" in updates[translate.verdict]
    assert "Became typical of 2 of 3" in updates[translate.verdict]
    assert "no model" in updates[translate.status]
    chosen = translate.on_target(updates[desk.state], event(id="1930"))
    assert "1930" in chosen[translate.verdict]
    with pytest.raises(gr.Error):
        translate.on_target(updates[desk.state], event(id="1066"))


def test_without_a_model_nothing_is_translated(desk: Any) -> None:
    with pytest.raises(gr.Error, match="no model"):
        next(desk.panels["translate"].on_run(desk.first, ["1910"]))


def test_chosen_targets_stay_with_the_view(desk: Any) -> None:
    translate = desk.panels["translate"]
    view = replace(desk.first, patch="1910-top-0002", label="1910", tab="translate")
    some = translate.into.on_boxes(view, ["1930", "1900"])[desk.state]
    assert some.into == ("1900", "1930")
    assert "into=1900%2C1930" in some.query()
    targets = desk.go(some, "translate")[translate.into.boxes]
    assert (targets.choices, targets.value) == (
        [(name, name) for name in ("1900", "1920", "1930")],
        ["1900", "1930"],
    )
    every = translate.into.on_boxes(some, ["1900", "1920", "1930"])[desk.state]
    assert every.into == ()


def test_of_many_stored_translations_those_that_are_shown_are_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_many(tmp_path / "many", count=60)
    blocks = build([tmp_path / "many"])
    desk = next(fn.fn.__self__.desk for fn in blocks.fns.values() if hasattr(fn.fn, "__self__"))
    shelf = desk.shelf(desk.first)
    patch = next(iter(sorted(shelf.translated())))
    assert len(shelf.translations(patch)) == 59
    decoded: list[bytes] = []
    whole = records.pixels_of
    monkeypatch.setattr(
        records, "pixels_of", lambda content: decoded.append(content) or whole(content)
    )
    updates = desk.go(replace(desk.first, patch=patch, tab="translate"), "translate")
    items = updates[desk.panels["translate"].wall]["items"]
    assert sum(bool(item.get("made")) for item in items) == FIRST
    assert len(decoded) == FIRST
