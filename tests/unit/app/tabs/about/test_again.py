"""About, on the same mining in other ways: there where an atlas has it."""

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from diffmine.app.page import build
from tests.unit.app.events import event, shown
from tests.unit.app.make_again import make_again


@pytest.fixture(scope="module")
def mined(tmp_path_factory: pytest.TempPathFactory) -> Any:
    atlas = make_again(tmp_path_factory.mktemp("again") / "shapes")
    blocks = build([atlas.path])
    return next(fn.fn.__self__.desk for fn in blocks.fns.values() if hasattr(fn.fn, "__self__"))


def test_nothing_is_there_where_nobody_mined_again(desk: Any) -> None:
    again = desk.panels["about"].again
    updates = desk.go(desk.first, "about")
    assert updates[again.column].visible is False
    assert updates[again.line] == ""


def test_figures_and_patches_of_the_label_stand_there(mined: Any) -> None:
    again = mined.panels["about"].again
    view = replace(mined.first, label="1910")
    updates = mined.go(view, "about")
    assert updates[again.column].visible is True
    assert "no label" not in updates[again.line]
    assert "without a second seed nothing says how much the draws do" in updates[again.line]
    rows = shown(mined, updates, again.table)["rows"]
    assert [row[:2] for row in rows] == [
        ["timesteps 100-400, kept bands", "mean of labels"],
        ["timesteps 400-700, kept bands", "mean of labels"],
        ["timesteps 100-400, kept bands", "1910"],
        ["timesteps 400-700, kept bands", "1910"],
    ]
    walls = shown(mined, updates, again.wall)["rows"]
    assert [wall["title"] for wall in walls] == [
        "as mined", "timesteps 100-400", "timesteps 400-700",
    ]  # fmt: skip
    for wall in walls:
        assert len(wall["items"]) == 8
        assert all("1910/" in item["alt"] for item in wall["items"])
    others = sum(item["caption"] == "other" for item in walls[1]["items"])
    assert walls[1]["facts"][0].startswith(f"{8 - others} of these 8")
    assert all(item["caption"] == "" for item in walls[0]["items"])


def test_what_the_lists_lack_cannot_be_inspected(mined: Any) -> None:
    again = mined.panels["about"].again
    with pytest.raises(gr.Error, match="do not hold this patch"):
        again.on_pick(mined.first, event(id=""))
    first = mined.shelf(mined.first).atlas.patches("1900")[3].patch_id
    updates = again.on_pick(mined.first, event(id=first))
    assert updates[mined.state].patch == first


def test_all_figures_are_a_table_for_spreadsheets(mined: Any) -> None:
    path = mined.panels["about"].again.on_make(mined.first)
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 * 5
    assert {row["verdict"] for row in rows} == {"no second seed to judge it by"}
    for row in rows:
        assert float(row["overlap_low"]) <= float(row["overlap"]) <= float(row["overlap_high"])


def test_a_broken_file_costs_that_part_alone(tmp_path: Path) -> None:
    atlas = make_again(tmp_path / "shapes")
    known = json.loads((atlas.path / "sensitivity.json").read_text())
    del known["rows"][3]["chance"]
    (atlas.path / "sensitivity.json").write_text(json.dumps(known))
    blocks = build([atlas.path])
    desk = next(fn.fn.__self__.desk for fn in blocks.fns.values() if hasattr(fn.fn, "__self__"))
    updates = desk.go(desk.first, "about")
    about = desk.panels["about"]
    assert updates[about.again.column].visible is False
    assert "synthetic" in updates[about.text].lower()
