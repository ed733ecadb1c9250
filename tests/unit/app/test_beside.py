"""Two atlases side by side in one window: walls and trends, in the link."""

from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import gradio as gr
import pytest

from diffmine.app.page import build
from diffmine.app.view import View, from_query
from diffmine.atlas.filters import Filter
from tests.unit.app.events import event, shown
from tests.unit.app.make_atlas import make_atlas

THERE = ["1920", "1930", "1940", "1950"]


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Any:
    root: Path = tmp_path_factory.mktemp("two")
    make_atlas(root / "here")
    make_atlas(root / "there", labels=THERE)
    return build([root / "here", root / "there"]).diffmine_desk


@pytest.fixture
def paired(two: Any) -> View:
    """The label 1930 of both."""
    view = two.choose(two.first, "1930")
    return two.panels["typical"].on_other(view, "there")[two.state]


def test_another_atlas_stands_beside_at_the_same_label(two: Any, paired: View) -> None:
    assert (paired.other, paired.second) == ("there", "1930")
    typical = two.panels["typical"]
    updates = two.go(paired, "typical")
    wall = shown(two, updates, typical.second_wall)
    known = {patch.patch_id for patch in two.shelves["there"].atlas.patches("1930")}
    assert {item["id"].partition("/")[2] for item in wall["items"]} <= known
    assert len(wall["items"]) == 100
    assert "**1930** of Shapes by decade" in updates[typical.second_line]
    assert "outlined" not in updates[typical.line], "features of two models are not compared"


def test_the_pair_is_in_the_link(two: Any, paired: View) -> None:
    view = replace(paired, twin=2)
    query = dict(parse_qsl(view.query()))
    assert query["of"] == "there"
    assert from_query(two.shelves, query, two.shown) == view
    for wrong in ({"of": "nowhere"}, {"of": "here"}):
        assert from_query(two.shelves, query | wrong, two.shown).other == ""
    assert from_query(two.shelves, query | {"twin": "99"}, two.shown).twin is None
    assert from_query(two.shelves, query | {"beside": "1900"}, two.shown).second == ""


def test_the_label_beside_follows_one_of_the_same_name(two: Any, paired: View) -> None:
    assert two.choose(paired, "1920").second == "1920"
    assert two.choose(paired, "1900").second == "1930", "there is no such label there"
    other = two.panels["typical"].on_second(paired, "1950")[two.state]
    assert two.choose(other, "1920").second == "1950"
    gone = two.panels["typical"].on_second(paired, "")[two.state]
    assert (gone.other, gone.second) == ("", "")


def test_a_press_on_the_other_wall_opens_that_atlas(two: Any, paired: View) -> None:
    typical = two.panels["typical"]
    wall = two.go(paired, "typical")[typical.second_wall]
    name = wall["items"][3]["id"]
    updates = typical.on_pick_beside(paired, event(id=name))
    now = updates[two.state]
    assert (now.atlas, now.label, now.patch) == ("there", "1930", name.partition("/")[2])
    assert (now.other, now.second) == ("here", "1930")
    with pytest.raises(gr.Error):
        typical.on_pick_beside(paired, event(id="there/no patch"))
    with pytest.raises(gr.Error):
        typical.on_pick_beside(replace(paired, other="", second=""), event(id=name))


def test_it_goes_into_the_basket_of_its_atlas(two: Any, paired: View) -> None:
    basket = two.inspector.basket
    wall = two.go(paired, "typical")[two.panels["typical"].second_wall]
    name = wall["items"][0]["id"]
    (entry,) = basket.on_put(paired, [], event(id=name))[basket.entries]
    assert f"{entry.atlas}/{entry.patch}" == name


def test_filters_that_mean_something_there_hold_there_too(two: Any, paired: View) -> None:
    typical = two.panels["typical"]
    view = replace(paired, filter=Filter(since=1903, until=1905, groups=("g0",)))
    updates = two.go(view, "typical")
    atlas = two.shelves["there"].atlas
    names = [item["id"].partition("/")[2] for item in updates[typical.second_wall]["items"]]
    images = [atlas.image(atlas.patch(name).image_id) for name in names]
    assert {image["year"] for image in images} == {1903, 1904, 1905}
    assert len({image["group"] for image in images}) == 3


def test_trends_of_both(two: Any, paired: View) -> None:
    trends = two.panels["trends"]
    pair = trends.pair
    view = replace(paired, tab="trends", element=1, other="", second="")
    view = pair.on_atlas(view, "there")[two.state]
    assert (view.second, view.twin) == ("1930", 1), "the element of the same name"
    updates = two.go(view, "trends")
    assert updates[pair.share]["title"].startswith("Share of images")
    assert updates[pair.share]["data"][-1]["customdata"] == THERE
    assert updates[trends.share]["data"][-1]["customdata"][0] == "1900"
    assert updates[pair.years]["data"]
    assert "1930" in updates[pair.line]
    whole = pair.on_element(view, "all")[two.state]
    assert whole.twin is None
    assert pair.on_label(view, "1950")[two.state].second == "1950"
    nothing = pair.on_atlas(view, "")
    assert nothing[two.state].other == ""
    assert not nothing[pair.share]["data"]
    for handler, wrong in (("on_atlas", "here"), ("on_label", "1900"), ("on_element", "77")):
        with pytest.raises(gr.Error):
            getattr(pair, handler)(view, wrong)
