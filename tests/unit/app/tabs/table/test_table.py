"""The tab Table: pages, words, heads, scope, a row pressed; all of it in the link."""

from dataclasses import replace
from typing import Any

import gradio as gr
import pyarrow as pa
import pytest

from diffmine.app.tabs.table.tab import PAGE
from diffmine.app.view import from_query
from tests.unit.app.events import event, shown


def table(desk: Any, updates: Any) -> Any:
    return shown(desk, updates, desk.panels["table"].records)


def test_the_images_of_the_label_or_of_all_are_rows_on_pages(desk: Any) -> None:
    panel = desk.panels["table"]
    one = table(desk, desk.go(desk.first, "table"))
    assert len(one["rows"]) == 10
    updates = panel.on_scope(desk.first, "all")
    value = table(desk, updates)
    assert len(value["rows"]) == PAGE
    assert value["caption"].startswith("40 images, 1 to 25 here")
    view = updates[desk.state]
    assert updates[panel.back].interactive is False
    second = panel.on_next(view)
    rows = table(desk, second)["rows"]
    assert len(rows) == 15
    assert second[panel.on].interactive is False
    assert not {row["id"] for row in rows} & {row["id"] for row in value["rows"]}
    beyond = desk.go(replace(view, leaf=99), "table")
    assert beyond[desk.state].leaf == 1, "a page that is not there is the last one"
    assert panel.on_back(second[desk.state])[desk.state].leaf == 0


def test_a_head_sorts_and_sorts_the_other_way(desk: Any) -> None:
    panel = desk.panels["table"]
    first = panel.on_sort(desk.first, event(key="date"))
    heads = {head["key"]: head["sort"] for head in table(desk, first)["heads"]}
    assert heads["date"] == "up"
    assert sum(bool(way) for way in heads.values()) == 1
    column = [head["key"] for head in table(desk, first)["heads"]].index("date")
    years = [row["cells"][column] for row in table(desk, first)["rows"]]
    assert years[0] == "1900"
    assert panel.on_sort(first[desk.state], event(key="date"))[desk.state].sort == "-date"
    best = panel.on_sort(first[desk.state], event(key="typicality"))[desk.state]
    assert best.sort == "-typicality"
    for wrong in ("hash", None, 3):
        with pytest.raises(gr.Error):
            panel.on_sort(desk.first, event(key=wrong))


def test_no_column_of_dates_stands_empty(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    heads = [head["key"] for head in table(desk, desk.go(desk.first, "table"))["heads"]]
    assert heads[:4] == ["image", "label", "date", "typicality"]
    atlas = desk.shelf(desk.first).atlas
    images = atlas.table("images")
    for name in ("date", "date_first", "date_last", "year"):
        at = images.schema.get_field_index(name)
        images = images.set_column(at, name, pa.nulls(len(images), images.schema.field(at).type))
    read = atlas.table
    monkeypatch.setattr(
        atlas,
        "table",
        lambda name, *of: images if (name, of) == ("images", ()) else read(name, *of),
    )
    heads = [head["key"] for head in table(desk, desk.go(desk.first, "table"))["heads"]]
    assert heads[:3] == ["image", "label", "typicality"]


def test_words_find_rows_and_none_is_said(desk: Any) -> None:
    panel = desk.panels["table"]
    updates = panel.on_find(replace(desk.first, scope="all"), "  house   museum ")
    assert len(table(desk, updates)["rows"]) == 4
    assert updates[desk.state].find == "house museum"
    nothing = table(desk, panel.on_find(desk.first, "{no such thing}"))
    assert nothing["rows"] == []
    assert nothing["empty"] == "No image of 1900 is found so."


def test_a_row_opens_its_image_and_the_table_stays(desk: Any) -> None:
    panel = desk.panels["table"]
    view = replace(desk.first, tab="table", scope="all", sort="-date")
    row = table(desk, desk.go(view, "table"))["rows"][3]
    opened = panel.on_pick(view, event(id=row["id"]))
    patch = desk.shelf(view).known(row["id"])
    now = opened[desk.state]
    assert now.patch == row["id"]
    assert now.label == patch.label
    assert panel.records not in opened
    again = table(desk, desk.go(now, "table"))
    assert again["selected"] == row["id"]


def test_the_link_says_what_the_table_shows(desk: Any) -> None:
    view = replace(desk.first, tab="table", scope="all", find="a b&c", sort="-group", leaf=1)
    from urllib.parse import parse_qsl

    query = dict(parse_qsl(view.query()))
    again = from_query(desk.shelves, query, desk.shown)
    assert (again.find, again.sort, again.leaf) == ("a b&c", "-group", 1)
    wrong = query | {"sort": "-nothing", "leaf": "x", "find": "y" * 5000}
    again = from_query(desk.shelves, wrong, desk.shown)
    assert (again.sort, again.leaf, len(again.find)) == ("", 0, 200)
