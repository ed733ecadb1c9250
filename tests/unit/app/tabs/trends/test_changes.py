"""Elements of change, counts and the animation of a strip: handlers, without a browser."""

import io
import json
from dataclasses import replace
from typing import Any

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from diffmine.app.page import build
from diffmine.app.sprites import GENERATED
from diffmine.app.strip import stored
from diffmine.app.tabs.translate.animation import animation, moving_file
from diffmine.atlas.pictures import pixels_of
from tests.unit.app.make_atlas import LABELS, make_atlas
from tests.unit.app.make_parallel import IMAGES, NAMES, add_parallel


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The desk of an app over an atlas with a parallel set."""
    folder = tmp_path_factory.mktemp("parallel") / "shapes"
    add_parallel(make_atlas(folder))
    blocks = build([folder])
    return next(fn.fn.__self__.desk for fn in blocks.fns.values() if hasattr(fn.fn, "__self__"))


def event(**data: Any) -> gr.EventData:
    return gr.EventData(None, data)


def test_made_pictures_are_found_in_every_part(own: Any) -> None:
    shelf = own.shelf(own.first)
    rows = shelf.atlas.read_parts("parallel").to_pylist()
    assert len(rows) == 12
    for row in rows:
        found = shelf.generated(row["image_id"], row["target"])
        assert np.array_equal(found, pixels_of(row["image"]["bytes"]))
    assert shelf.generated(IMAGES[0], "1890") is None


def test_sequences_stand_under_their_element_of_change(own: Any) -> None:
    trends = own.panels["trends"]
    found = own.go(own.first, "trends")
    value = found[trends.changes]
    json.dumps(value)
    rows = value["rows"]
    assert [row["title"] for row in rows] == [f"1. {NAMES[0]}", "", "", f"2. {NAMES[1]}", "", ""]
    assert [row["key"] for row in rows[:3]] == ["20", "10", "00"]  # the most central one first
    for row in rows:
        source = IMAGES[int(row["key"][0])].split("/")[0]
        framed = [item.get("frame", False) for item in row["items"]]
        assert framed == [label == source for label in LABELS]
        assert all(item.get("made") for item in row["items"] if not item.get("frame"))
        assert all("Generated" in item["alt"] for item in row["items"] if item.get("made"))


def test_a_sequence_opens_as_whole_pictures(own: Any) -> None:
    trends = own.panels["trends"]
    line, wall = trends.on_sequence(own.first, event(key="11"))
    assert "2\\.png" in line or "02" in line
    assert [item["caption"] for item in wall["items"]] == LABELS
    assert [bool(item.get("frame")) for item in wall["items"]] == [False, True, False, False]
    for wrong in ("99", 3, None, ["11"]):
        with pytest.raises(gr.Error):
            trends.on_sequence(own.first, event(id=wrong))


def test_the_matrix_holds_the_shares_of_the_label(own: Any) -> None:
    trends = own.panels["trends"]
    chart = own.go(own.first, "trends")[trends.matrix]
    trace = chart["data"][0]
    assert np.array(trace["z"]).shape == (3, 4)
    np.testing.assert_allclose(trace["z"][1], np.arange(4) / 30)
    assert "95 %: 0 to 4" in trace["hovertext"][0][2]
    assert "own label: 1 of 10" in trace["hovertext"][0][2]
    removed = trends.on_side(own.first, "Removed")
    assert set(np.ravel(removed["data"][0]["z"])) == {1 / 30}
    with pytest.raises(gr.Error):
        trends.on_side(own.first, "Else")


def test_a_cell_leads_to_pairs_of_source_and_translation(own: Any) -> None:
    trends, view = own.panels["trends"], replace(own.first, label="1900")
    line, wall = trends.on_cell(view, "Added", event(point=[1, 3]))
    assert "added in 3 of 30" in line
    source, made = wall["items"]
    assert (source["frame"], source["caption"]) == (True, "1910")
    assert (made["made"], made["caption"]) == (True, "1930")
    assert "Generated" in made["alt"]
    assert trends.on_cell(view, "Removed", event(point=[0, 0]))[1]["items"] == []
    for wrong in ([3, 0], [0, 4], [0], 1, [True, 0], [0.0, 1], None, ["0", 0]):
        with pytest.raises(gr.Error):
            trends.on_cell(view, "Added", event(point=wrong))


def test_an_atlas_without_a_parallel_set_shows_nothing_of_it(desk: Any) -> None:
    trends = desk.panels["trends"]
    found = desk.go(desk.first, "trends")
    assert found[trends.changes]["rows"] == []
    assert found[trends.matrix]["data"] == []
    assert found[trends.change_line] == found[trends.cell] == ""


# The animation


def test_the_animation_has_a_marked_frame_for_each_label(desk: Any) -> None:
    shelf = desk.shelf(desk.first)
    strip = stored(shelf, shelf.atlas.patch("1910-top-0002"))
    about = {"model": "shapes abc", "labels": "1900, 1920", "method": "pnp", "seed": "0"}
    with Image.open(io.BytesIO(animation(strip, shelf.labels, about))) as moving:
        assert moving.format == "GIF"
        assert moving.n_frames == len(LABELS)
        assert moving.info["loop"] == 0
        said = moving.info["comment"].decode()
        frames = []
        for at in range(moving.n_frames):
            moving.seek(at)
            assert moving.info["duration"] == 900
            frames.append(np.asarray(moving.convert("RGB")).astype(int))
    assert said.startswith(GENERATED)
    for part in ("model: shapes abc", "labels: 1900, 1920", "method: pnp", "seed: 0"):
        assert part in said
    high = frames[0].shape[0] - 30
    orange = [(np.abs(f[high:] - (255, 176, 0)).sum(axis=2) < 60).sum() for f in frames]
    assert min(orange) > 30  # a mark on the band of every frame
    red = [(np.abs(f[:4] - (208, 0, 0)).sum(axis=2) < 60).mean() for f in frames]
    assert [share > 0.9 for share in red] == [label == "1910" for label in LABELS]
    assert not np.array_equal(frames[0][high:, -100:], frames[1][high:, -100:])  # other words


def test_the_animation_is_a_download_of_the_tab(desk: Any) -> None:
    translate = desk.panels["translate"]
    shelf, view = desk.shelf(desk.first), replace(desk.first, patch="1910-top-0002")
    button = translate.files.buttons["strip-moving"]
    assert desk.go(view, "translate")[button].visible
    assert translate.files._maker("strip-moving")(view).endswith(".gif")
    strip = stored(shelf, shelf.atlas.patch("1910-top-0002"))
    again = moving_file(shelf, strip, shelf.labels)
    with Image.open(again) as moving:
        assert b"source: 1910" in moving.info["comment"]
    none = desk.go(replace(desk.first, patch="1900-top-0050"), "translate")
    assert none[button].visible is False
