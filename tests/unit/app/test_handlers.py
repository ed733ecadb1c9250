"""Handlers: values and events in, values out; no browser."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import pyarrow.parquet as pq
import pytest

from diffmine.app.inspector.viewer import facts
from diffmine.app.page import build, shelve
from diffmine.app.tabs import TABS
from diffmine.app.view import from_query
from diffmine.atlas.schemas import BOXES
from diffmine.atlas.writer import open_workspace
from diffmine.config import EvaluateConfig
from diffmine.errors import UsageError
from diffmine.stages.evaluate import run as evaluate
from tests.unit.app.make_atlas import make_atlas


def event(**data: Any) -> gr.EventData:
    return gr.EventData(None, data)


def shown(desk: Any, updates: dict[Any, Any], component: Any) -> Any:
    assert set(updates) <= set(desk.outputs)
    json.dumps(updates[component])
    return updates[component]


@pytest.mark.parametrize("tab", [tab.name for tab in TABS])
def test_every_tab_shows_every_label(desk: Any, tab: str) -> None:
    for label in desk.shelf(desk.first).labels:
        updates = desk.go(replace(desk.first, label=label), tab)
        assert set(updates) <= set(desk.to(tab))
        assert updates[desk.state].tab == tab


def test_pages_of_a_hundred(desk: Any) -> None:
    typical = desk.panels["typical"]
    first = shown(desk, desk.go(desk.first, "typical"), typical.wall)
    assert len(first["items"]) == 100
    updates = typical.on_next(desk.first)
    assert len(shown(desk, updates, typical.wall)["items"]) == 20
    assert updates[desk.state].page == 1
    assert typical.on_next(updates[desk.state])[desk.state].page == 1
    assert typical.on_back(desk.first)[desk.state].page == 0


def test_what_lies_inside_the_noise_is_grey(desk: Any) -> None:
    typical = desk.panels["typical"]
    random = typical.on_kind(desk.first, "random")
    assert all(item["grey"] for item in random[typical.wall]["items"])
    assert "30 pale" in random[typical.line]
    top = desk.go(desk.first, "typical")
    assert "grey" not in top[typical.wall]["items"][0]


@pytest.mark.parametrize("kind", [None, "best", 1, ["top"]])
def test_an_unknown_kind_is_refused(desk: Any, kind: Any) -> None:
    with pytest.raises(gr.Error):
        desk.panels["typical"].on_kind(desk.first, kind)


def test_a_second_label_beside(desk: Any) -> None:
    typical = desk.panels["typical"]
    updates = typical.on_second(desk.first, "1930")
    assert updates[typical.second_wall]["items"][0]["id"].startswith("1930")
    with pytest.raises(gr.Error):
        typical.on_second(desk.first, "1066")


def test_a_pick_fills_the_inspector(desk: Any) -> None:
    updates = desk.on_pick(desk.first, event(id="1920-top-0004"))
    value = shown(desk, updates, desk.inspector.viewer)
    assert value["title"] == "No. 4 of 120, most typical of 1920"
    facts = {name: text for name, text, _ in value["facts"]}
    assert facts["licence"] == "CC0-1.0"
    assert facts["place in the list"] == "rank 4 (between 1 and 17)"
    assert facts["element"].startswith("Element ")
    assert Path(value["heat"]["path"]).is_file()
    assert updates[desk.page]["query"].endswith("patch=1920-top-0004")


def test_similar_patches_share_the_element(desk: Any) -> None:
    updates = desk.inspector.on_similar(desk.first)
    found = updates[desk.inspector.wall]["items"]
    atlas = desk.shelf(desk.first).atlas
    assert len(found) == 24
    own = atlas.patch(desk.first.patch)
    assert {atlas.patch(each["id"]).element for each in found} == {own.element}
    assert own.patch_id not in {each["id"] for each in found}


def test_elements_open_and_lead_on(desk: Any) -> None:
    elements = desk.panels["elements"]
    updates = elements.on_open(desk.first, event(key=2))
    assert len(shown(desk, updates, elements.wall)["items"]) == 40
    flags = [row["flag"] for row in updates[elements.rows]["rows"]]
    assert flags == ["", "", "mixed, may be the same as Element 1"]
    on_map = elements.on_map(updates[desk.state])
    assert len(on_map[desk.panels["map"].map]["focus"]) == 40
    trend = elements.on_trend(updates[desk.state])
    assert trend[desk.panels["trends"].share]["data"]
    for key in (None, 77, "0"):
        with pytest.raises(gr.Error):
            elements.on_open(desk.first, event(key=key))


def test_a_name_is_kept_in_the_atlas(tmp_path: Path) -> None:
    make_atlas(tmp_path / "named")
    blocks = build([tmp_path / "named"])
    desk = next(f.fn.__self__.desk for f in blocks.fns.values() if hasattr(f.fn, "__self__"))
    elements = desk.panels["elements"]
    updates = elements.on_rename(replace(desk.first, element=1), "  round\n<b>head</b> ")
    assert updates[elements.rows]["rows"][1]["title"] == "round <b>head</b>"
    assert open_workspace(tmp_path / "named").manifest.names == {"1900/1": "round <b>head</b>"}
    desk.editable = False
    with pytest.raises(gr.Error, match="public"):
        elements.on_rename(replace(desk.first, element=1), "x")


def test_an_outline_becomes_a_wall_with_its_mix(desk: Any) -> None:
    maps = desk.panels["map"]
    view = replace(desk.first, scope="all")
    everything = [[-99, -99], [99, -99], [99, 99], [-99, 99]]
    text, wall = maps.on_outline(view, event(outline=everything))
    assert text.startswith("**480 of 480 patches**")
    assert "1910 25%" in text
    assert len(wall["items"]) == 60
    text, wall = maps.on_outline(view, event(outline=[[90, 90], [91, 90], [90, 91]]))
    assert wall["items"] == []


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        {"atlas": "x", "label": None, "points": [0]},
        {"atlas": "shapes", "label": "x", "points": [0]},
        {"atlas": "shapes", "label": None, "points": [480]},
        {"atlas": "shapes", "label": None, "points": [-1]},
        {"atlas": "shapes", "label": None, "points": [True]},
        {"atlas": "shapes", "label": None, "points": list(range(65))},
        {"atlas": ["shapes"], "label": {}, "points": "0"},
    ],
)
def test_crops_are_given_for_known_points_only(desk: Any, data: Any) -> None:
    assert desk.panels["map"].crops(data) is None


def test_crops_for_the_pointer(desk: Any) -> None:
    data = {"atlas": "shapes", "label": "1900", "points": [0, 119]}
    assert len(desk.panels["map"].crops(data)["texts"]) == 2


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
    assert [one["text"] for one in each["layout"]["annotations"]] == [
        desk.shelf(desk.first).element_name("1900", k) for k in range(3)
    ]
    opened = trends.on_multiple(desk.first, event(curve=5, point=2))
    assert opened[desk.state].element == 1
    assert not opened[trends.multiples]["data"]
    with pytest.raises(gr.Error):
        trends.on_multiple(desk.first, event(curve=9, point=0))
    one = trends.on_element(desk.first, "1")
    assert len(one[trends.share]["data"]) == 3
    text, wall = trends.on_point(replace(desk.first, element=1), event(point=2))
    assert text.startswith("**1920**")
    assert len(wall["items"]) == 24
    for element in ("9", "x", None, 1):
        with pytest.raises(gr.Error):
            trends.on_element(desk.first, element)


def test_about_tells_limits_and_credits(desk: Any) -> None:
    about = desk.panels["about"]
    updates = desk.go(desk.first, "about")
    assert "says nothing about any real decade" in updates[about.text]
    assert ["A. Maker", "CC0-1.0", "36"] in updates[about.credit]["rows"]
    assert updates[about.stages]["rows"][0][2] == "draws 32, t_range 100–700"


def test_flagged_artefacts_stand_under_the_wall_and_in_about(desk: Any) -> None:
    typical, about = desk.panels["typical"], desk.panels["about"]
    first = replace(desk.first, label="1900", second="1910")
    updates = desk.go(first, "typical")
    said = shown(desk, updates, typical.warning).replace("\\", "")
    touch = "of these patches touch the border of their image"
    assert f"38 % {touch} (random ones: 12 %)" in said
    assert updates[typical.second_warning] == ""
    assert desk.go(replace(first, kind="random"), "typical")[typical.warning] == ""
    rows = shown(desk, desk.go(first, "about"), about.warnings)["rows"]
    assert rows == [["1900", "touch the border of their image", "38 %", "12 %", "120"]]


def test_an_older_atlas_has_no_warnings_and_no_ranks_between(tmp_path: Path) -> None:
    atlas = make_atlas(tmp_path / "old")
    old = ("rank_low", "rank_high", "noise")
    table = pq.read_table(atlas.path / "patches.parquet").drop_columns(old)
    pq.write_table(table, atlas.path / "patches.parquet")
    images = pq.read_table(atlas.path / "images.parquet").drop_columns("hash")
    pq.write_table(images, atlas.path / "images.parquet", row_group_size=128)
    (atlas.path / "warnings.parquet").unlink()
    opened = open_workspace(atlas.path)
    assert opened.warnings() == []
    assert opened.patches("1900")[0].noise is None
    assert opened.image("1900/00.png")["hash"] is None
    blocks = build([atlas.path])
    desk = next(fn.fn.__self__.desk for fn in blocks.fns.values() if hasattr(fn.fn, "__self__"))
    updates = desk.go(desk.first, "typical")
    assert updates[desk.panels["typical"].warning] == ""
    assert desk.go(desk.first, "about")[desk.panels["about"].warnings]["rows"] == []
    value = desk.on_pick(desk.first, event(id="1900-top-0004"))[desk.inspector.viewer]
    assert "place in the list" not in [name for name, _, _ in value["facts"]]


def test_the_citation_of_a_patch(desk: Any) -> None:
    inspector = desk.inspector
    value = desk.on_pick(desk.first, event(id="1920-top-0004"))[inspector.viewer]
    assert value["citation"].startswith("Shapes by decade. Image 1920/04.png. A. Maker. CC0-1.0.")
    with pytest.raises(gr.Error, match="Select a patch"):
        inspector.on_cite({"title": "nothing"})


def test_a_source_that_is_no_web_address_is_told_but_not_linked(desk: Any) -> None:
    shelf = desk.shelf(desk.first)
    record = {"source_url": "javascript:alert(1)", "credit": None}
    told = facts(shelf, shelf.atlas.patch("1900-top-0001"), record)
    assert ["source", "javascript:alert(1)", ""] in told
    assert "credit" not in [name for name, _, _ in told]


def test_two_folders_of_one_name_get_two_keys(folder: Path) -> None:
    assert list(shelve([folder, folder])) == ["shapes", "shapes-2"]


def test_no_atlas_is_a_plain_error() -> None:
    with pytest.raises(UsageError, match="No atlas"):
        shelve([])


def test_the_page_evaluate_is_there_where_something_was_evaluated(
    desk: Any, tmp_path: Path
) -> None:
    """Hidden otherwise, and said to be empty if a link leads there."""
    assert desk.shelf(desk.first).evaluation is None
    empty = desk.go(desk.first, "evaluate")
    assert "run diffmine evaluate" in empty[desk.panels["evaluate"].line]
    assert desk.header.show(desk.first)[desk.labels]["hidden"] == ["evaluate"]
    assert from_query(desk.shelves, {"tab": "evaluate"}, desk.shown).tab == "typical"
    atlas = make_atlas(tmp_path / "judged")
    boxes = [
        {"image_id": f"{label}/{at:02d}.png", "label": label, "element": "shape"}
        | {"row": 20.0, "col": 20.0, "height": 44.0, "width": 44.0}
        for label in ("1900", "1910")
        for at in range(6)
    ]
    atlas.write("boxes.parquet", boxes, BOXES)
    with atlas.hold():
        evaluate.run(atlas, EvaluateConfig(bootstrap=20, against="1930"))
    blocks = build([atlas.path])
    judged = next(fn.fn.__self__.desk for fn in blocks.fns.values() if hasattr(fn.fn, "__self__"))
    panel = judged.panels["evaluate"]
    updates = judged.go(judged.first, "evaluate")
    assert judged.header.show(judged.first)[judged.labels]["hidden"] == []
    assert updates[panel.line] == "Judged by **12 boxes in 12 images**."
    area = shown(judged, updates, panel.area)
    names = [trace["name"] for trace in area["data"]]
    priors = ["centre prior", "boxes prior", "prevalence"]
    assert names == ["typicality", "contrast", "base", *priors]
    assert area["data"][0]["x"] == ["all labels", "1900", "1910"]
    assert len(shown(judged, updates, panel.curve)["data"][0]["y"]) == 200
    hits = [trace["name"] for trace in shown(judged, updates, panel.precision)["data"]]
    assert hits == ["most typical", "least typical", "random"]
    rows = shown(judged, updates, panel.table)["rows"]
    assert rows[0][0] == "typicality"
    assert rows[-1][0] == "boxes prior"
    for label in ("1920", "1930"):
        told = judged.go(replace(judged.first, label=label), "evaluate")[panel.table]
        assert told["caption"] == "Localisation: all labels"
    assert from_query(judged.shelves, {"tab": "evaluate"}, judged.shown).tab == "evaluate"


@pytest.mark.parametrize(("label", "other"), [("1900", "1930"), ("1930", "1900")])
def test_a_pick_outlines_what_is_near_in_the_other_wall(desk: Any, label: str, other: str) -> None:
    typical = desk.panels["typical"]
    view = replace(desk.first, label="1900", second="1930")
    updates = typical.on_pick(view, event(id=f"{label}-top-0004"))
    assert set(updates) <= {*desk.to("inspector"), *typical.linked}
    own, far = typical.wall, typical.second_wall
    own_line, far_line = typical.line, typical.second_line
    if label == "1930":
        own, far, own_line, far_line = far, own, far_line, own_line
    assert "near" not in updates[own]
    assert "outlined" not in updates[own_line]
    said = f"outlined: the 6 here that are most like No\\. 4, most typical of {label}"
    assert updates[far_line].endswith(said)
    atlas = desk.shelf(view).atlas
    found, features = updates[far]["near"], atlas.neighbours
    vector = features.matrix[features.names.row(f"{label}-top-0004")]
    shown = [each["id"] for each in updates[far]["items"]]
    rows = dict(zip(shown, features.names.rows(shown), strict=True))
    best = sorted(shown, key=lambda name: -float(features.matrix[rows[name]] @ vector))
    assert found == best[:6]
    assert all(atlas.patch(name).label == other for name in found)


def test_without_features_the_line_says_so(desk: Any) -> None:
    typical = desk.panels["typical"]
    view = replace(desk.first, second="1930", kind="random")
    updates = typical.on_pick(view, event(id="1900-random-0004"))
    assert "no features are stored" in updates[typical.second_line]
    assert typical.wall not in typical.on_pick(desk.first, event(id="1900-top-0004"))
