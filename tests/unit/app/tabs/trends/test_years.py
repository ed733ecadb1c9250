"""Trends by year: of one element, of two, of a label; first and last; files; what is left out."""

import csv
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pyarrow as pa
import pytest

from diffmine.app.bins import bin_of, time_of
from diffmine.app.page import build
from diffmine.app.tabs.trends.years import by_year
from diffmine.app.view import from_query
from diffmine.atlas import schemas
from diffmine.atlas.writer import open_workspace
from tests.unit.app.events import event, shown
from tests.unit.app.make_atlas import PER_LABEL, make_atlas

SPANS: list[tuple[int | None, int | None]] = [
    *[(1900 + 2 * at, 1900 + 2 * at) for at in range(6)],
    (1900, 1909),
    (1912, None),
    (None, None),
    (None, 1903),
]
"""Of the ten images of each label."""
WRITTEN = {6: "the 1900s", 7: "after 1912"}


@pytest.fixture(scope="module")
def dated(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The desk of an app over an atlas whose dates are exact, a decade, open and absent."""
    folder = tmp_path_factory.mktemp("dated") / "shapes"
    atlas = make_atlas(folder)
    table = atlas.table("images")
    spans = SPANS * (table.num_rows // PER_LABEL)
    pictures = [{"bytes": atlas.pictures.content(name), "path": None}
                for name in table["image_id"].to_pylist()]  # fmt: skip
    rows = table.to_pylist()
    for at, (row, (first, last)) in enumerate(zip(rows, spans, strict=True)):
        row |= {"image": pictures[at], "date_first": first, "date_last": last, "group": ""}
        row |= {"year": None, "date": WRITTEN.get(at % PER_LABEL, "")}
    atlas.write("images.parquet", pa.Table.from_pylist(rows, schemas.IMAGES), schemas.IMAGES)
    blocks = build([folder])
    return next(fn.fn.__self__.desk for fn in blocks.fns.values() if hasattr(fn.fn, "__self__"))


def element(desk: Any, **more: Any) -> Any:
    return replace(desk.first, tab="trends", label="1910", element=1, **more)


def test_the_share_of_a_year_counts_intervals_by_their_overlap(dated: Any) -> None:
    view = element(dated, bin=5)
    shelf = dated.shelf(view)
    curves = by_year(shelf, view)
    assert curves is not None
    assert curves.names == ("1900-1904", "1905-1909", "1910-1914")
    (curve,) = curves.curves
    known = set(shelf.looker.of("1910", 1).images.tolist())
    weight, shows = np.zeros(3), np.zeros(3)
    for at, (first, last) in enumerate(SPANS * 4):
        if first is None or last is None:
            continue
        for year in range(first, last + 1):
            weight[(year - 1900) // 5] += 1 / (last - first + 1)
            shows[(year - 1900) // 5] += (at in known) / (last - first + 1)
    np.testing.assert_allclose(curve.images, weight)
    np.testing.assert_allclose(curve.values, shows / weight)
    assert all(low <= high for low, high in zip(curve.low, curve.high, strict=True))


def test_what_the_chart_leaves_out_is_told(dated: Any) -> None:
    trends = dated.panels["trends"]
    updates = dated.go(element(dated), "trends")
    text = shown(dated, updates, trends.timeline.told)
    assert "28 of 40 images are in the chart" in text
    assert "Without a date: 4 images." in text
    assert "not in it: 8 images." in text
    assert "only mined patches" in text


def test_the_width_of_bins_is_chosen_and_stands_in_the_link(dated: Any) -> None:
    timeline = dated.panels["trends"].timeline
    first = dated.go(element(dated), "trends")[timeline.width]
    assert first.value == "1"
    assert [name for name, _ in first.choices] == ["1 year", "2 years", "5 years", "10 years"]
    updates = timeline.on_width(element(dated), "10")
    view = updates[dated.state]
    assert "bin=10" in view.query()
    assert updates[timeline.chart]["data"][-1]["customdata"] == ["1900s", "1910s"]
    for wrong in ("3", "100", 10, None, "x"):
        with pytest.raises(gr.Error):
            timeline.on_width(element(dated), wrong)


def test_two_elements_are_in_one_chart_and_in_the_link(dated: Any) -> None:
    trends = dated.panels["trends"]
    updates = trends.on_other(element(dated, bin=5), "1930")
    view = updates[dated.state]
    assert view.versus == ("1930", 0)
    names = ["Element 2 (1910)", "Element 1 (1930)"]
    for chart in (trends.share, trends.typicality, trends.timeline.chart):
        lines = [trace for trace in updates[chart]["data"] if "fill" not in trace]
        assert [line["name"] for line in lines] == names
        assert len({(line["line"]["dash"], line["marker"]["symbol"]) for line in lines}) == 2
    other = trends.on_other_element(view, "2")[dated.state]
    assert other.versus == ("1930", 2)
    query = dict(pair.split("=") for pair in other.query().split("&"))
    assert from_query(dated.shelves, query, dated.shown).versus == ("1930", 2)
    for wrong in ("9.1930", "1930", "1.nowhere", "x.1930", "²."):
        assert from_query(dated.shelves, query | {"versus": wrong}, dated.shown).versus is None
    assert trends.on_other(view, "")[dated.state].versus is None
    for label, number in (("nowhere", "1"), (5, 1)):
        with pytest.raises(gr.Error):
            trends.on_other(view, label)
        with pytest.raises(gr.Error):
            trends.on_other_element(element(dated), number)


def test_a_point_shows_the_patches_of_its_years_with_their_dates(dated: Any) -> None:
    timeline = dated.panels["trends"].timeline
    view = element(dated, bin=5)
    shelf = dated.shelf(view)
    text, wall = timeline.on_point(view, event(curve=1, point=0))
    known = shelf.looker.of("1910", 1)
    years = [shelf.atlas.image(shelf.known(item["id"]).image_id) for item in wall["items"]]
    assert all(row["date_first"] <= 1904 for row in years)
    expected = sum(at in known.images for at, (first, last) in enumerate(SPANS * 4)
                   if first is not None and last is not None and first <= 1904)  # fmt: skip
    assert len(wall["items"]) == expected
    assert f"{expected} images" in text
    captions = [item["caption"] for item in wall["items"]]
    assert captions[-1] == "the 1900s", "the widest date last"
    assert captions[0] in ("1900", "1902", "1904")
    for wrong in ({"curve": 0, "point": 0}, {"curve": 1, "point": 3}, {"curve": 2, "point": 0}):
        with pytest.raises(gr.Error):
            timeline.on_point(view, event(**wrong))


def test_first_and_last_sure_appearance_with_the_images_that_show_it(dated: Any) -> None:
    trends = dated.panels["trends"]
    shelf = dated.shelf(dated.first)
    rows = dated.go(element(dated), "trends")[trends.timeline.ends]["rows"]
    assert len(rows) == 2
    spans = [(SPANS * 4)[at] for at in shelf.looker.of("1910", 1).images]
    first = min(last for _, last in spans if last is not None)
    last = max(first for first, _ in spans if first is not None)
    assert rows[0]["title"] == f"First sure appearance: {first}"
    assert rows[1]["title"] == f"Last sure appearance: {last}"
    assert "perhaps earlier: a date is open" in rows[0]["facts"]
    assert "perhaps later: a date is open" in rows[1]["facts"]
    patch = shelf.known(rows[1]["items"][0]["id"])
    assert rows[1]["items"][0]["caption"] == "after 1912"
    assert shelf.atlas.image(patch.image_id)["date_first"] == last
    opened = trends.on_row(element(dated), event(key=rows[1]["key"]))
    assert opened[dated.state].patch == patch.patch_id


def test_a_whole_label_shows_its_images_by_year_beside_all(dated: Any) -> None:
    view = replace(dated.first, tab="trends", label="1910", bin=10)
    timeline = dated.panels["trends"].timeline
    updates = dated.go(view, "trends")
    own, every = updates[timeline.chart]["data"]
    np.testing.assert_allclose(own["y"], [6, 1])
    np.testing.assert_allclose(every["y"], [24, 4])
    assert updates[timeline.ends]["rows"] == []
    text, wall = timeline.on_point(view, event(curve=1, point=1))
    assert "all images" in text
    assert {shelf_label(dated, item["id"]) for item in wall["items"]} == set(
        dated.shelf(view).labels
    )


def shelf_label(desk: Any, patch: str) -> str:
    return str(desk.shelf(desk.first).known(patch).label)


def test_the_charts_are_handed_out_as_they_are_shown(dated: Any) -> None:
    trends = dated.panels["trends"]
    view = element(dated, bin=5, versus=("1930", 0))
    drawn = dated.go(view, "trends")
    for chart, name in (
        (trends.timeline.chart, "by-year"),
        (trends.share, "share-of-images"),
        (trends.typicality, "typicality"),
    ):
        make = maker(chart)
        path = Path(make(view, event(kind="csv")))
        assert path.name.startswith(f"diffmine-{name}")
        table = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"))))
        lines = [trace for trace in drawn[chart]["data"] if "fill" not in trace]
        values = [value for line in lines for value in line["y"]]
        assert [float(row[2]) for row in table[1:]] == pytest.approx(values, abs=1e-5)
        assert [row[1] for row in table[1:]] == [n for line in lines for n in line["customdata"]]
        assert Path(make(view, event(kind="svg"))).read_bytes().startswith(b"<svg")
        assert Path(make(view, event(kind="pdf"))).read_bytes().startswith(b"%PDF")
        for wrong in ("exe", None, 3):
            with pytest.raises(gr.Error):
                make(view, event(kind=wrong))
    with pytest.raises(gr.Error):
        maker(trends.share)(replace(view, element=None), event(kind="csv"))


def maker(chart: Any) -> Any:
    """What a press on a chart's file calls."""
    blocks = chart.parent
    while blocks.parent is not None:
        blocks = blocks.parent
    return next(
        fn.fn
        for fn in blocks.fns.values()
        if any(place == chart._id and name == "file" for place, name in fn.targets)
    )


def test_a_label_full_of_braces_breaks_no_title(tmp_path: Path) -> None:
    make_atlas(tmp_path / "odd", labels=["{name}", "{0}", "{{x}}", "%s"])
    desk = next(
        fn.fn.__self__.desk
        for fn in build([tmp_path / "odd"]).fns.values()
        if hasattr(fn.fn, "__self__")
    )
    for number in (None, 0):
        view = replace(desk.first, label="{name}", element=number, versus=("{0}", 1))
        title = desk.go(view, "trends")[desk.panels["trends"].timeline.chart]["title"]
        assert "{name}" in title


def test_without_different_years_there_is_no_chart_over_them(tmp_path: Path) -> None:
    folder = tmp_path / "shapes"
    atlas = make_atlas(folder)
    rows = atlas.table("images").to_pylist()
    for row in rows:
        picture = {"bytes": atlas.pictures.content(row["image_id"]), "path": None}
        row |= {"year": None, "image": picture}
    atlas.write("images.parquet", rows, schemas.IMAGES)
    assert open_workspace(folder).has("images")
    blocks = build([folder])
    desk = next(fn.fn.__self__.desk for fn in blocks.fns.values() if hasattr(fn.fn, "__self__"))
    timeline = desk.panels["trends"].timeline
    updates = timeline.show(replace(desk.first, element=1))
    assert updates[timeline.chart]["data"] == []
    assert updates[timeline.told] == ""
    assert updates[timeline.width].visible is False
    with pytest.raises(gr.Error):
        timeline.on_point(desk.first, event(curve=0, point=0))


def test_a_date_has_a_bin_only_where_all_its_years_lie_in_it(dated: Any) -> None:
    shelf = dated.shelf(dated.first)
    time = time_of(shelf, 5)
    assert time is not None
    codes = bin_of(shelf, time)[:PER_LABEL].tolist()
    several, none = len(time.bins), len(time.bins) + 1
    expected = [0, 0, 0, 1, 1, 2, several, several, none, several]
    assert codes == expected
