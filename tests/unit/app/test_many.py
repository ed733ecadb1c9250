"""An atlas of 400 labels with long names: nothing lists them all, and nothing takes seconds."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from diffmine.app.cache import Cache
from diffmine.app.components.chart.figures import over_labels
from diffmine.app.components.chart.listing import Series, listing
from diffmine.app.page import build
from diffmine.app.parts import MANY
from diffmine.app.strip import spread, stored
from diffmine.app.tabs.map.points import MOST_GROUPS, coded, points
from diffmine.app.tabs.translate.strips import ACROSS, download
from diffmine.app.tabs.translate.targets import FIRST, shown
from tests.unit.app.events import event
from tests.unit.app.make_many import LONGEST, long_names, make_many
from tests.unit.app.make_many import MANY as LABELS


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The desk of an app over the atlas of many labels."""
    folder = tmp_path_factory.mktemp("many")
    make_many(folder / "many")
    return build([folder / "many"]).diffmine_desk


def test_the_names_are_many_long_and_different() -> None:
    names = long_names()
    assert len(set(names)) == LABELS
    assert max(map(len, names)) == LONGEST
    assert any(len(name) == LONGEST and " " not in name for name in names)


def test_translate_shows_the_labels_that_are_chosen(desk: Any) -> None:
    translate = desk.panels["translate"]
    labels = desk.shelf(desk.first).labels
    view = replace(desk.first, tab="translate")
    first = translate.show(view)
    assert not first[translate.into.boxes].visible
    assert not first[translate.into.boxes].choices
    chooser = first[translate.into.list]
    assert (len(chooser.choices), len(chooser.value)) == (LABELS - 1, FIRST)
    assert len(first[translate.wall]["items"]) == len(first[translate.cuts]["items"]) == FIRST + 1
    assert len(first[translate.table]["rows"]) == FIRST
    assert len(json.dumps(first[translate.wall])) < 20_000
    chosen = translate.into.on_list(view, [labels[300], labels[7]])
    assert [item["id"] for item in chosen[translate.wall]["items"]] == [
        labels[at] for at in (0, 7, 300)
    ]
    most = translate.into.on_list(view, labels)[desk.state]
    assert len(most.into) == MANY


def test_the_file_of_a_strip_is_made_when_asked_for_and_no_wider_than_a_page(desk: Any) -> None:
    translate, shelf = desk.panels["translate"], desk.shelf(desk.first)
    before = set(shelf.cache.folder.rglob("*.gif"))
    translate.show(replace(desk.first, tab="translate"))
    assert set(shelf.cache.folder.rglob("*.gif")) == before
    strip = stored(shelf, shelf.known(desk.first.patch))
    names = spread(shelf.labels, strip.patch.label)
    with Image.open(io.BytesIO(download(strip, names, {}))) as sheet:
        assert sheet.width < 210 * ACROSS
        assert sheet.height > 2 * 192
    path = translate.files._maker("strip-moving")(desk.first)
    with Image.open(path) as moving:
        assert moving.n_frames == len(shown(shelf, desk.first, strip)) == FIRST + 1


def test_trends_list_all_labels_from_the_highest(desk: Any) -> None:
    trends, labels = desk.panels["trends"], desk.shelf(desk.first).labels
    drawn = trends.show(replace(desk.first, tab="trends"))
    for chart in (drawn[trends.typicality], drawn[trends.dating]):
        assert not chart["data"], "not drawn by Plotly"
        many = chart["list"]
        assert many["names"] == labels
        values = many["series"][0]["values"]
        assert [values[at] for at in many["order"]] == sorted(values, reverse=True)
    assert drawn[trends.dating]["list"]["series"][0]["low"][0] < values[0]
    (matrix,) = drawn[trends.matrix]["data"]
    assert not matrix["texttemplate"], "numbers in cells as wide as a line"
    for rows in (drawn[trends.rows], drawn[trends.changes]):
        assert {len(row["items"]) for row in rows["rows"]} == {MANY}
    text, _ = trends.on_point(desk.first, event(curve=0, point=4))
    assert "Label5" in text


def test_evaluate_lists_them_with_the_mean_first(desk: Any) -> None:
    evaluate = desk.panels["evaluate"]
    drawn = evaluate.show(replace(desk.first, tab="evaluate"))
    many = drawn[evaluate.area]["list"]
    assert len(many["names"]) == LABELS + 1
    assert many["names"][many["order"][0]] == "all labels"
    assert len(many["series"]) > 2


def test_the_map_groups_the_labels_that_no_colour_tells_apart(desk: Any) -> None:
    shelf = desk.shelf(desk.first)
    every = points(shelf, None)
    codes, groups, shades, _ = coded(shelf, every, None, "labels")
    assert len(groups) == len(shades) == MOST_GROUPS
    assert groups[-1]["name"] == f"{LABELS - MOST_GROUPS + 1} other labels"
    assert sum(group["count"] for group in groups) == len(every)
    assert np.array_equal(np.bincount(codes), [group["count"] for group in groups])


def test_spread_keeps_order_ends_and_its_own() -> None:
    names = [str(number) for number in range(400)]
    some = spread(names, "7")
    assert len(some) == MANY
    assert some == sorted(some, key=int)
    assert {"0", "7", "399"} <= set(some)
    assert len(set(spread(names))) == MANY
    assert spread(names[:MANY], "3") == names[:MANY]


def test_a_list_has_one_scale_with_zero_and_sorts_what_is_not_known_last(tmp_path: Path) -> None:
    series = [Series("a", "red", [0.1, None, 0.4]), Series("b", "blue", [0.2, 0.9, -0.1])]
    told = listing(["x", "y", "z"], series, ["", "", ""])
    assert told["order"] == [2, 0, 1]
    assert (told["least"], told["most"]) == (-0.1, 0.9)
    few = [str(number) for number in range(MANY)]
    more = [*few, "one more"]
    cache = Cache(tmp_path)
    for names, ordered, listed in ((few, False, False), (more, False, True), (more, True, False)):
        values = [1.0] * len(names)
        drawn = over_labels(cache, names, values, title="t", ordered=ordered)
        assert ("list" in drawn) is listed
