"""The tab Translate: how its job stands is kept, never read back out of its line."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import gradio as gr
import pytest

from diffmine.app.jobs import Job, JobState
from diffmine.app.page import build
from diffmine.app.tabs.translate import texts
from diffmine.errors import ModelError
from diffmine.model.tiny import make_random
from tests.unit.app.events import event
from tests.unit.app.make_atlas import LABELS, make_atlas


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The desk of an app over an atlas with a model."""
    folder = tmp_path_factory.mktemp("translate")
    make_random(folder / "model", tuple(LABELS))
    make_atlas(folder / "shapes", model="../model")
    blocks = build([folder / "shapes"])
    return next(fn.fn.__self__.desk for fn in blocks.fns.values() if hasattr(fn.fn, "__self__"))


@pytest.mark.parametrize("step", [texts.STEP, "Done in{left}, {done} of {goal}."])
def test_how_a_job_ends_is_not_read_from_the_screen(
    own: Any, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """A translator may put the fields of a line into any order."""
    monkeypatch.setattr(texts, "STEP", step)
    panel = own.panels["translate"]
    view = replace(own.first, patch="1910-top-0060")
    steps = list(panel.on_run(view, ["1930"], "ddim"))
    assert {each[panel.job].state for each in steps[:-1]} == {JobState.RUNNING}
    done = steps[-1][panel.job]
    assert done.state is JobState.DONE
    assert steps[-1][panel.status].startswith("Done in")
    assert panel.on_end(done) == {panel.job: done}, "the line stays as it is"

    running = panel._told(Job(JobState.RUNNING, 2, 15, 5.0))
    late = panel.on_end(running[panel.job])
    assert late[panel.status] == "Cancelled."
    assert late[panel.job].state is JobState.CANCELLED
    assert late[panel.run].visible
    assert not late[panel.stop].visible


def test_a_page_that_was_loaded_anew_finds_its_job(own: Any) -> None:
    panel = own.panels["translate"]
    view = replace(own.first, patch="1910-top-0063")
    job = panel.on_run(view, ["1930", "1900"], "ddim")
    key = next(job)[own.running["translate"]]["key"]
    job.close()  # as gradio does when the page is gone
    steps = list(panel.on_again(view, event(key=key)))
    assert steps[0][panel.job].key == key
    assert steps[-1][panel.job].state is JobState.DONE
    assert steps[-1][own.running["translate"]] == {"key": ""}
    assert steps[-1][panel.drawn].strip.translations.keys() == {"1930", "1900"}
    assert panel.strips.of(own.shelf(view), view.atlas, own.shelf(view).known(view.patch)) is (
        steps[-1][panel.drawn].strip
    )
    for over in (key, "none", None, 7):
        assert list(panel.on_again(view, event(key=over))) == [
            {own.running["translate"]: {"key": ""}}
        ]


def test_a_stopped_job_is_cancelled(own: Any) -> None:
    panel = own.panels["translate"]
    job = panel.on_run(own.first, ["1910"], "ddim")
    running = next(job)[panel.job]
    job.close()
    assert panel.on_stop(own.first, running)[panel.status] == "Cancelled."


def test_a_stop_that_comes_too_late_takes_nothing_back(own: Any) -> None:
    panel = own.panels["translate"]
    done = Job(JobState.DONE, took=3.0)
    assert panel.on_stop(own.first, done)[panel.status] == "Done in 3 s."


def test_a_job_that_fails_says_why(own: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> Any:
        raise ModelError("The model is gone.")

    monkeypatch.setattr("diffmine.app.tabs.translate.tab.translating", fails)
    panel = own.panels["translate"]
    steps = list(panel.on_run(own.first, ["1930"], "ddim"))
    failed = steps[-1][panel.job]
    assert failed.state is JobState.FAILED
    assert steps[-1][panel.status] == "The model is gone\\."
    assert panel.on_end(failed) == {panel.job: failed}


def test_a_job_draws_only_where_its_patch_is_looked_at(own: Any) -> None:
    panel = own.panels["translate"]
    view = replace(own.first, patch="1910-top-0061")
    steps = [step[panel.drawn] for step in panel.on_run(view, ["1930"]) if panel.drawn in step]
    assert steps[-1].done
    assert not steps[0].done
    here = panel.on_drawn(view, steps[-1])
    assert [item["id"] for item in here[panel.wall]["items"] if item.get("made")] == ["1930"]
    assert here[panel.verdict]
    for elsewhere in (replace(view, patch="1910-top-0062"), replace(view, atlas="films")):
        assert panel.verdict not in panel.on_drawn(elsewhere, steps[-1])
        assert panel.on_drawn(elsewhere, steps[0]) == {panel.wall: gr.skip()}
