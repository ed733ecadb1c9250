"""The tab Inspect: a picture of one's own in, ranking, map and warning out; no file stays."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from diffmine.app import words
from diffmine.app.cache import served
from diffmine.app.jobs import Job, JobState
from diffmine.app.page import PREPARES, build
from diffmine.app.tabs.inspect import own, texts
from diffmine.app.tabs.inspect.own import Own
from diffmine.data import readers
from diffmine.live.records import Comparison, Errors
from diffmine.model.tiny import make_random
from tests.unit.app.events import event
from tests.unit.app.make_atlas import LABELS, make_atlas, picture
from tests.unit.data.fence import work


@pytest.fixture(scope="module", autouse=True)
def few() -> Iterator[None]:
    """A sample of nine images: they are 96 pixels wide, and this is not about numbers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("diffmine.app.tabs.inspect.job.SAMPLE", 9)
        yield


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The desk of an app over two atlases of shapes with a random model: one in time, one not."""
    root = tmp_path_factory.mktemp("live")
    make_random(root / "model", tuple(LABELS), 96)
    for name, kind in (("shapes", "time"), ("films", "finding")):
        make_atlas(root / name, kind=kind, model="../model")
        path = root / name / "atlas.json"
        fields = json.loads(path.read_text())
        fields["config"]["typicality"]["draws"] = 14
        fields["config"]["data"] = {"image_size": 48}
        path.write_text(json.dumps(fields))
    blocks = build([root / "shapes", root / "films"])
    return next(f.fn.__self__.desk for f in blocks.fns.values() if hasattr(f.fn, "__self__"))


@pytest.fixture
def panel(live: Any) -> Any:
    return live.panels["inspect"]


@pytest.fixture
def upload(tmp_path: Path) -> Path:
    path = tmp_path / "mine.png"
    Image.fromarray(picture("1910", 99)).resize((192, 144)).save(path)
    return path


@pytest.fixture(scope="module")
def inspected(live: Any, tmp_path_factory: pytest.TempPathFactory) -> list[dict[Any, Any]]:
    path = tmp_path_factory.mktemp("upload") / "mine.png"
    Image.fromarray(picture("1910", 99)).resize((192, 144)).save(path)
    panel = live.panels["inspect"]
    panel.inspections._usual.clear()
    read = panel.on_upload(live.first, str(path))
    return [read, *panel.on_run(live.first, read[panel.picture])]


def test_a_picture_is_read_shown_and_its_file_deleted(live: Any, panel: Any, upload: Path) -> None:
    updates = panel.on_upload(live.first, str(upload))
    kept = updates[panel.picture]
    assert kept.pixels.shape == (48, 64, 3)
    assert kept.given == (192, 144)
    assert not upload.exists()
    value = updates[panel.viewer]
    assert value["image"]["url"].startswith("data:image/png;base64,")
    assert value["size"] == 0
    assert value["heat"] is None
    assert updates[panel.stop].visible
    assert not updates[panel.ask].visible
    assert updates[panel.verdict] == ""


def test_the_run_ranks_maps_and_compares(
    live: Any, panel: Any, inspected: list[dict[Any, Any]]
) -> None:
    last = inspected[-1]
    kept = last[panel.picture]
    assert last[panel.verdict].startswith(("Most typical of", "Not clearly", "Typical of no"))
    chart = last[panel.chart]
    assert chart["data"][-1]["x"] == LABELS
    assert all(each is not None for each in chart["data"][-1]["error_y"]["array"])
    assert kept.label == LABELS[kept.inspection.best]
    value = last[panel.viewer]
    json.dumps(value)
    assert value["size"] == 12
    assert value["heat"]["url"].startswith("data:image/png;base64,")
    assert value["full"] == words.score(live.shelf(live.first).heat_scale)
    facts = {name: text for name, text, _ in value["facts"]}
    assert facts["draws"] == "14"
    assert "limit of" in facts["error of reconstruction"]
    assert "limit of" in facts["error of noise"]
    assert facts["picture"] == "192 × 144 pixels, scored at 64 × 48"
    ended = panel.on_end(kept, last[panel.job])
    assert panel.status not in ended
    assert ended[panel.clear].visible
    assert ended[panel.ask].visible
    assert not ended[panel.stop].visible
    assert not ended[panel.run].visible
    assert last[panel.label].visible


def test_progress_comes_with_time_left_and_previews(
    panel: Any, inspected: list[dict[Any, Any]]
) -> None:
    told = [step[panel.status] for step in inspected[1:]]
    assert told[0].startswith("Starting")
    assert all(" of 14" in each or " of 9" in each for each in told[1:-1])
    assert told[-2].startswith("Comparing with the atlas: image 9 of 9, about 1 s left.")
    assert told[-1] == ""
    assert inspected[-2][panel.chart]["data"]


def test_the_sample_is_measured_once(
    live: Any, panel: Any, inspected: list[dict[Any, Any]]
) -> None:
    again = list(panel.on_run(live.first, inspected[0][panel.picture]))
    assert not any("Comparing" in step[panel.status] for step in again)
    ours, before = again[-1][panel.picture], inspected[-1][panel.picture]
    assert ours.compared == before.compared
    assert ours.inspection.scores == before.inspection.scores


def test_a_stopped_run_leaves_the_picture(live: Any, panel: Any, upload: Path) -> None:
    kept = panel.on_upload(live.first, str(upload))[panel.picture]
    job = panel.on_run(live.first, kept)
    running = next(job)[panel.job]  # the next one may be the last: the sample may be known already
    assert running.state is JobState.RUNNING
    job.close()
    updates = panel.on_stop(live.first, kept, running)
    assert updates[panel.status] == "Cancelled."
    assert not updates[panel.stop].visible
    assert updates[panel.viewer]["image"]
    ended = panel.on_end(kept, running)
    assert ended[panel.status] == "Cancelled."
    assert ended[panel.run].visible
    assert ended[panel.ask].visible
    assert panel.on_stop(live.first, None, running)[panel.picture] is None
    assert not panel.on_end(None, running)[panel.clear].visible


def test_a_page_that_was_loaded_anew_finds_its_picture_and_nothing_is_held_afterwards(
    live: Any, panel: Any, upload: Path
) -> None:
    kept = panel.on_upload(live.first, str(upload))[panel.picture]
    job = panel.on_run(live.first, kept)
    key = next(job)[live.running["inspect"]]["key"]
    job.close()  # as gradio does when the page is gone
    steps = list(panel.on_again(live.first, event(key=key)))
    assert steps[0][panel.job].key == key
    assert steps[0][panel.stop].visible
    assert np.array_equal(steps[1][panel.picture].pixels, kept.pixels)
    assert steps[1][panel.viewer]["image"]["url"].startswith("data:image/png")
    assert steps[-1][panel.job].state is JobState.DONE
    assert steps[-1][panel.picture].done
    assert steps[-1][live.running["inspect"]] == {"key": ""}
    assert not panel.runs._runs
    assert list(panel.on_again(live.first, event(key=key))) == [
        {live.running["inspect"]: {"key": ""}}
    ]


def test_clear_another_atlas_and_cancel_leave_no_job(live: Any, panel: Any, upload: Path) -> None:
    kept = panel.on_upload(live.first, str(upload))[panel.picture]
    leave = (
        lambda job: panel.on_clear(job),
        lambda job: panel.on_stop(live.first, kept, job),
        lambda job: list(panel.on_again(replace(live.first, atlas="films"), event(key=job.key))),
    )
    for leaves in leave:
        begun = panel.on_run(live.first, kept)
        running = next(begun)[panel.job]
        begun.close()
        run = panel.runs.find(running.key)
        leaves(running)
        assert panel.runs.find(running.key) is None
        assert not run._results


def test_how_an_inspection_ends_is_not_read_from_the_screen(
    live: Any, panel: Any, upload: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A translator may put the fields of a line into any order."""
    for name in ("DRAW", "COMPARING"):
        monkeypatch.setattr(texts, name, "{goal} in all, {done} done.")
    kept = panel.on_upload(live.first, str(upload))[panel.picture]
    steps = list(panel.on_run(live.first, kept))
    done = steps[-1][panel.job]
    assert done.state is JobState.DONE
    assert panel.status not in panel.on_end(steps[-1][panel.picture], done)
    running = panel._told(Job(JobState.RUNNING, 3, 14, 5.0), texts.DRAW)
    assert running[panel.status] == "14 in all, 3 done."
    late = panel.on_end(kept, running[panel.job])
    assert late[panel.status] == "Cancelled."
    assert late[panel.job].state is JobState.CANCELLED


def test_a_refused_run_is_not_called_cancelled(panel: Any) -> None:
    """It never began: it was said at once what is missing."""
    kept = Own("shapes", np.zeros((48, 48, 3), np.uint8), (48, 48))
    for of in (None, kept):
        assert panel.status not in panel.on_end(of, Job())


def test_another_label(live: Any, panel: Any, inspected: list[dict[Any, Any]]) -> None:
    kept = inspected[-1][panel.picture]
    other = next(label for label in LABELS if label != kept.label)
    turned = panel.on_label(live.first, kept, other)
    assert turned[panel.picture].label == other
    assert turned[panel.viewer]["label"] == other
    assert turned[panel.viewer]["heat"]["url"] != inspected[-1][panel.viewer]["heat"]["url"]
    assert turned[panel.viewer]["size"] == 12
    assert turned[panel.viewer]["drawn"] is True
    point = panel.on_point(live.first, kept, gr.EventData(None, {"curve": 0, "point": 2}))
    assert point[panel.picture].label == "1920"
    chosen = replace(live.first, label="1930")
    assert panel.on_header(chosen, kept)[panel.picture].label == "1930"
    assert panel.on_header(chosen, None) == {panel.picture: None}
    elsewhere = replace(live.first, atlas="films")
    assert panel.on_label(elsewhere, kept, other) == {panel.picture: kept}
    for wrong in ("1066", None, ["1900"]):
        with pytest.raises(gr.Error):
            panel.on_label(live.first, kept, wrong)
    with pytest.raises(gr.Error):
        panel.on_point(live.first, None, gr.EventData(None, {"point": 0}))


def test_labels_without_an_order_are_sorted_and_films_are_not_diagnosed(
    live: Any, panel: Any, upload: Path
) -> None:
    view = replace(live.first, atlas="films")
    assert texts.RESEARCH_ONLY in panel.show(view)[panel.line]
    assert texts.RESEARCH_ONLY not in panel.show(live.first)[panel.line]
    kept = panel.on_upload(view, str(upload))[panel.picture]
    last = list(panel.on_run(view, kept))[-1]
    heights = last[panel.chart]["data"][-1]["y"]
    assert heights == sorted(heights, reverse=True)
    assert last[panel.viewer]["drawn"] is False, "on films the heat map is off at first"


def test_what_is_unlike_the_atlas_is_warned_of(
    live: Any, panel: Any, inspected: list[dict[Any, Any]]
) -> None:
    usual = tuple(Errors(0.01 + at / 1e4, 1.0) for at in range(64))
    kept = replace(inspected[-1][panel.picture], compared=Comparison(Errors(0.9, 1.0), usual))
    shown = panel._shown(live.shelf(live.first), kept)
    assert shown[panel.warning].visible
    assert texts.UNFAMILIAR in shown[panel.warning].value
    facts = {name: text for name, text, _ in shown[panel.viewer]["facts"]}
    assert facts["error of reconstruction"].startswith("0.9, above the limit of 0.0")
    assert facts["error of noise"] == "1, within the limit of 1"
    like = replace(kept, compared=Comparison(Errors(0.01, 1.0), usual))
    assert not panel._shown(live.shelf(live.first), like)[panel.warning].visible


def _text(path: Path) -> None:
    path.write_text("<svg onload=alert(1)>")


def _one_pixel(path: Path) -> None:
    Image.new("RGB", (1, 1)).save(path)


def _thin(path: Path) -> None:
    Image.new("RGB", (6000, 30)).save(path)


def _huge(path: Path) -> None:
    Image.new("1", (9000, 9000)).save(path)


def _moving(path: Path) -> None:
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "blue")]
    frames[0].save(path, save_all=True, append_images=frames[1:])


def _cut_off(path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    Image.fromarray(noise).save(path)
    path.write_bytes(path.read_bytes()[:4000])


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (_text, "This file is not a picture that can be read"),
        (_one_pixel, "has 1 x 1 pixels; give one with at least 12 on its short side"),
        (_thin, "too long and thin"),
        (_huge, "over the limit of 64 million"),
        (_moving, "is an animation"),
        (_cut_off, "This file cannot be read: image file is truncated"),
        (lambda path: None, "no longer there"),
    ],
)
def test_a_bad_file_is_one_sentence_and_deleted(
    live: Any, panel: Any, tmp_path: Path, make: Callable[[Path], None], said: str
) -> None:
    path = tmp_path / "<b>bad.png"
    make(path)
    with pytest.raises(gr.Error, match=said) as caught:
        panel.on_upload(live.first, str(path))
    assert not caught.value.print_exception
    assert "<b>" not in str(caught.value)
    assert str(tmp_path) not in str(caught.value)
    assert not path.exists()


def test_a_file_that_ends_its_decoder_is_one_sentence(
    live: Any, panel: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "READERS", [work.ODD, readers.PILLOW])
    path = tmp_path / "bad.png"
    path.write_text(f"odd {tmp_path / 'exit'}")
    with pytest.raises(gr.Error, match="This file ended the process that decodes it"):
        panel.on_upload(live.first, str(path))
    assert not path.exists()


def test_without_a_model_there_is_nothing_to_inspect_with(desk: Any, upload: Path) -> None:
    panel = desk.panels["inspect"]
    shown = panel.show(desk.first)
    assert shown[panel.line] == texts.NOTHING_TO_INSPECT_WITH
    assert not shown[panel.place].visible
    with pytest.raises(gr.Error, match="no model beside it"):
        panel.on_upload(desk.first, str(upload))
    assert not upload.exists()
    with pytest.raises(gr.Error, match="Choose a picture"):
        next(panel.on_run(desk.first, None))


def test_another_atlas_and_clear_take_everything_away(
    live: Any, panel: Any, inspected: list[dict[Any, Any]]
) -> None:
    cleared = panel._nothing()
    assert cleared[panel.picture] is None
    assert not cleared[panel.viewer].get("image")
    assert not cleared[panel.results].visible
    kept: Own = inspected[-1][panel.picture]
    with pytest.raises(gr.Error, match="Choose a picture"):
        next(panel.on_run(replace(live.first, atlas="films"), kept))


def test_nothing_of_a_picture_is_served_or_uploaded_elsewhere(
    live: Any, panel: Any, upload: Path
) -> None:
    for thread in threading.enumerate():  # first pages of the walls are made meanwhile
        if thread.name == PREPARES:
            thread.join()
    before = set(served().root.rglob("*"))
    kept = panel.on_upload(live.first, str(upload))[panel.picture]
    for step in panel.on_run(live.first, kept):
        own.viewer_value(live.shelf(live.first), step.get(panel.picture, kept))
    assert set(served().root.rglob("*")) == before
    assert str(panel.file.GRADIO_CACHE) == str(served().uploads)


def test_what_is_most_like_a_picture_from_outside(
    live: Any, panel: Any, inspected: list[dict[Any, Any]]
) -> None:
    answer = panel.on_similar(live.first, inspected[0][panel.picture])
    assert (len(answer.patches), answer.named) == (24, texts.OWN_WHOLE)
    done = inspected[-1][panel.picture]
    answer = panel.on_similar(live.first, done)
    assert answer.named == texts.OWN_WINDOW_FOR.format(label=done.label)
    answer = panel.on_example(live.first, done, event(of="own", box=[0, 0, 20, 30]))
    assert answer.named == texts.OWN_BOX
    value = panel.examples.on_answer(live.first, answer, done)[panel.viewer]
    assert value["image"]["url"].startswith("data:image/png;base64,")
    with pytest.raises(gr.Error, match="Reload"):
        panel.on_example(live.first, done, event(of="own", box=[0, 0, 200, 30]))
