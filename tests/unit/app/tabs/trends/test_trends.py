"""The tab Trends: of a label, an element, a patch."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from diffmine.app.page import build
from tests.unit.app.events import event, shown
from tests.unit.app.make_atlas import make_atlas


def test_trends_of_label_element_and_patch(desk: Any) -> None:
    trends = desk.panels["trends"]
    whole = desk.go(desk.first, "trends")
    assert whole[trends.typicality]["data"]
    assert whole[trends.dating]["data"]
    (near,) = whole[trends.share]["data"]
    assert near["text"] == desk.shelf(desk.first).labels
    assert near["x"] in (sorted(near["x"]), sorted(near["x"], reverse=True))
    assert len(shown(desk, whole, trends.rows)["rows"]) == 3
    each = whole[trends.multiples]
    assert len(each["data"]) == 3 * 3
    notes = each["layout"]["annotations"]
    assert [one["text"] for one in notes if one["yanchor"] == "bottom"] == [
        desk.shelf(desk.first).element_name("1900", k) for k in range(3)
    ]
    assert [one["text"] for one in notes if one["yanchor"] == "top"] == ["1900", "1930"] * 3
    opened = trends.on_multiple(desk.first, event(curve=5, point=2))
    assert opened[desk.state].element == 1
    assert not opened[trends.multiples]["data"]
    with pytest.raises(gr.Error):
        trends.on_multiple(desk.first, event(curve=9, point=0))
    one = trends.on_element(desk.first, "1")
    assert [len(trace["y"]) for trace in one[trends.share]["data"]] == [2 * 4 + 1, 4]
    text, wall = trends.on_point(replace(desk.first, element=1), event(point=2))
    assert text.startswith("**1920**")
    assert len(wall["items"]) == 24
    for element in ("9", "x", None, 1):
        with pytest.raises(gr.Error):
            trends.on_element(desk.first, element)


def test_an_atlas_without_trends_says_how_they_are_made(desk: Any, tmp_path: Path) -> None:
    make_atlas(tmp_path / "bare")
    (tmp_path / "bare" / "trends.parquet").unlink()
    blocks = build([tmp_path / "bare"])
    bare = next(fn.fn.__self__.desk for fn in blocks.fns.values() if hasattr(fn.fn, "__self__"))
    shown_there = bare.go(bare.first, "trends")[bare.panels["trends"].line]
    assert "*diffmine trends*" in shown_there
    assert "Press a point" in desk.go(desk.first, "trends")[desk.panels["trends"].line]
