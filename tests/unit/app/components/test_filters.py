"""Filters: the same patches as a plain loop finds, on both walls, in links and in words."""

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

import gradio as gr
import pytest

from diffmine.app import words
from diffmine.app.components.filters.filters import form_value, in_words, read, to_query
from diffmine.app.shelf import PAGE, Shelf
from diffmine.app.view import asked, first_view, from_query
from diffmine.atlas.filters import Filter, Sieve
from diffmine.atlas.records import Patch

FILTERS = [
    Filter(),
    Filter(least=0.01),
    Filter(most=0.01, clear=True),
    Filter(least=-0.01, most=0.0),
    Filter(groups=("g1",)),
    Filter(groups=("g0", "g2"), since=1903),
    Filter(until=1902),
    Filter(since=1902, until=1902, clear=True),
    Filter(sources=("example.org",)),
    Filter(since=3000),
]


def event(**data: Any) -> gr.EventData:
    return gr.EventData(None, data)


def passes(shelf: Shelf, patch: Patch, filter: Filter) -> bool:
    record = shelf.atlas.image(patch.image_id)
    return (
        (filter.least is None or patch.typicality >= filter.least)
        and (filter.most is None or patch.typicality <= filter.most)
        and (not filter.groups or record["group"] in filter.groups)
        and (filter.since is None or record["year"] >= filter.since)
        and (filter.until is None or record["year"] <= filter.until)
        and (not filter.sources or "example.org" in filter.sources)
        and not (filter.clear and words.noise(patch))
    )


@pytest.mark.parametrize("filter", FILTERS, ids=str)
@pytest.mark.parametrize("kind", ["top", "random", "least"])
def test_filters_keep_what_a_plain_loop_keeps(shelf: Shelf, filter: Filter, kind: str) -> None:
    for label in ("1900", "1930"):
        want = [each for each in shelf.atlas.patches(label, kind) if passes(shelf, each, filter)]
        assert shelf.sieve.count(label, kind, filter) == len(want)
        assert shelf.sieve.patches(label, kind, filter, 0, 1000) == want
        assert shelf.sieve.patches(label, kind, filter, 3, 5) == want[3:8]


@pytest.mark.parametrize("filter", [filter for filter in FILTERS if filter.since != 3000], ids=str)
def test_a_link_restores_its_filters(shelf: Shelf, filter: Filter) -> None:
    view = replace(first_view(shelf), second="1920", filter=filter)
    assert from_query({"shapes": shelf}, dict(parse_qsl(view.query())), lambda _: []) == view


def test_names_with_commas_survive_a_link(shelf: Shelf) -> None:
    sieve = Sieve(shelf.atlas)
    sieve.groups = ["a, b", "50%", "c,%2C"]
    filter = Filter(groups=tuple(sieve.groups))
    fields = to_query(filter)
    from diffmine.app.components.filters.filters import from_query as filter_of

    assert filter_of(fields, sieve) == filter


@pytest.mark.parametrize(
    "query",
    [
        {"min": "many"},
        {"max": "nan"},
        {"min": "1", "max": "0"},
        {"since": "19x0"},
        {"until": "٣"},
        {"since": "1930", "until": "1900"},
        {"group": "nobody"},
        {"source": "<script>"},
        {"clear": "yes"},
        {"min": "9" * 400},
    ],
)
def test_a_link_with_wrong_filters_shows_everything(shelf: Shelf, query: dict[str, str]) -> None:
    assert asked(shelf, query) is None
    assert from_query({"shapes": shelf}, query, lambda _: []) == first_view(shelf)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (None, "cannot be read"),
        ([], "cannot be read"),
        ({"clear": 1}, "cannot be read"),
        ({"min": 3}, "cannot be read"),
        ({"min": "much"}, "Typicality: “much” is not a number."),
        ({"max": "inf"}, "“inf” is not a number"),
        ({"min": "0.2", "max": "−0.1"}, "the first must not be above the second"),
        ({"since": "soon"}, "Year: “soon” is not a year."),
        ({"since": "1950", "until": "1900"}, "Year from 1950 to 1900"),
        ({"group": "g1"}, "names of a group"),
        ({"group": ["nobody"]}, "No group of this atlas is called “nobody”."),
        ({"source": [None]}, "No source of this atlas"),
        ({"group": ["g1"] * 201}, "At most 200"),
    ],
)
def test_wrong_filters_are_refused_in_one_sentence(desk: Any, fields: Any, said: str) -> None:
    updates = desk.filters.on_filter(desk.first, event(fields=fields))
    assert list(updates) == [desk.filters.form]
    assert said in updates[desk.filters.form]["wrong"]


def test_a_form_is_read_as_it_is_written(shelf: Shelf) -> None:
    filter = Filter(least=-0.0125, most=0.5, groups=("g1",), since=1902, until=1907, clear=True)
    assert read(form_value(shelf.sieve, "1900", "top", filter)["current"], shelf.sieve) == filter
    assert read({"min": " 0,5 "}, shelf.sieve) == Filter(least=0.5)
    assert read({}, shelf.sieve) == Filter()


def test_filters_in_words() -> None:
    assert in_words(Filter()) == ""
    filter = Filter(least=-0.5, groups=("a", "b"), since=1900, until=1910, clear=True)
    assert in_words(filter) == "typicality from −0.5, years from 1900 to 1910, 2 groups, " + (
        "not inside the noise"
    )


def test_both_walls_pages_and_counts_follow(desk: Any) -> None:
    typical = desk.panels["typical"]
    view = replace(desk.first, second="1930", page=1)
    updates = desk.filters.on_filter(view, event(fields={"group": ["g1"]}))
    now = updates[desk.state]
    assert now.page == 0
    assert "group=g1" in updates[desk.state].query()
    for label, wall, line in (
        ("1900", typical.wall, typical.line),
        ("1930", typical.second_wall, typical.second_line),
    ):
        count = desk.shelf(now).sieve.count(label, "top", now.filter)
        assert 0 < count < PAGE
        assert len(updates[wall]["items"]) == count
        assert f"{count} of 120 patches, typicality" in updates[line]
    assert typical.on_next(now)[desk.state].page == 0
    assert updates[desk.filters.form]["said"] == "group g1"
    everything = desk.filters.on_filter(now, event(fields={}))
    assert not everything[desk.state].filter
    assert len(everything[typical.wall]["items"]) == PAGE


def test_nothing_left_is_said(desk: Any) -> None:
    typical = desk.panels["typical"]
    updates = desk.filters.on_filter(desk.first, event(fields={"min": "5"}))
    assert updates[typical.wall]["items"] == []
    assert "pass the filters" in updates[typical.wall]["empty"]
    assert "none of 120 patches" in updates[typical.line]


def test_filters_hold_on_every_tab_that_shows_patches_or_images(desk: Any) -> None:
    fields = {"group": ["g1"], "min": "0.01"}
    shelf = desk.shelf(desk.first)

    def group(patch: str) -> str:
        return str(shelf.atlas.image(shelf.known(patch).image_id)["group"])

    at = {tab: replace(desk.first, tab=tab) for tab in ("elements", "map", "table", "trends")}
    updates = {tab: desk.filters.on_filter(view, event(fields=fields)) for tab, view in at.items()}
    assert all(one[desk.filters.form]["hidden"] is False for one in updates.values())

    elements = desk.panels["elements"]
    rows = updates["elements"][elements.rows]["rows"]
    tiles = [item["id"] for row in rows for item in row["items"]]
    wall = [item["id"] for item in updates["elements"][elements.wall]["items"]]
    assert {group(name) for name in tiles + wall} == {"g1"}
    assert all(shelf.known(name).typicality >= 0.01 for name in tiles + wall)

    chart = desk.panels["map"]
    now = updates["map"][desk.state]
    value = updates["map"][chart.map]
    passing = shelf.sieve.count("1900", "top", now.filter)
    assert value["n"] == passing > 0
    wanted = {**value["scope"], "points": list(range(passing))}
    lines = chart.crops(wanted)["texts"]
    ranks = [patch.rank for patch in shelf.sieve.patches("1900", "top", now.filter, 0, 999)]
    assert [f"No. {rank:,}:" in line for rank, line in zip(ranks, lines, strict=True)] == (
        [True] * passing
    )
    assert chart.crops({**wanted, "filter": {"min": "much"}}) is None
    assert chart.crops({**wanted, "filter": ["min"], "points": [119]})["texts"], "no filter"
    everywhere = desk.go(replace(now, scope="all", colour="labels"), "map")[chart.map]["n"]
    assert everywhere == sum(shelf.sieve.count(one, "top", now.filter) for one in shelf.labels)

    rows = updates["table"][desk.panels["table"].records]["rows"]
    assert {group(row["id"]) for row in rows} == {"g1"}

    trends = desk.panels["trends"]
    lines = updates["trends"][trends.timeline.chart]["data"]
    assert sum(lines[1]["y"]) == pytest.approx(
        sum(row["group"] == "g1" for row in shelf.atlas.table("images").to_pylist())
    )
    assert "that pass the filters" in updates["trends"][trends.timeline.told]
    assert desk.go(now, "about")[desk.filters.form]["hidden"] is True


def test_only_filters_that_choose_are_offered(shelf: Shelf) -> None:
    offered = form_value(shelf.sieve, "1900", "top", Filter())
    assert offered["groups"] == ["g0", "g1", "g2"]
    assert offered["sources"] == []  # all from one host
    assert offered["years"] == ["1900", "1909"]
