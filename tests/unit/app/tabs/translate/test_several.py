"""Several patches under other labels at once, with a model that is there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import gradio as gr
import pytest

from diffmine.app.inspector.entries import Entry
from diffmine.app.jobs import Job, JobState
from diffmine.app.page import build
from diffmine.app.tabs.translate import texts
from diffmine.app.tabs.translate.several import MOST
from diffmine.model.tiny import make_random
from tests.unit.app.events import event
from tests.unit.app.make_atlas import LABELS, make_atlas


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The desk of an app over an atlas with a model."""
    folder = tmp_path_factory.mktemp("several")
    make_random(folder / "model", tuple(LABELS))
    make_atlas(folder / "shapes", model="../model")
    blocks = build([folder / "shapes"])
    return next(fn.fn.__self__.desk for fn in blocks.fns.values() if hasattr(fn.fn, "__self__"))


def basket(desk: Any, *names: str) -> list[Entry]:
    return [Entry(desk.first.atlas, name) for name in names]


def shown_last(several: Any, steps: list[Any]) -> list[Any]:
    """The rows on the screen after some steps."""
    step = next(step for step in reversed(steps) if several.rows in step)
    return list(step[several.rows]["rows"])


def test_the_basket_under_two_labels(own: Any) -> None:
    several = own.panels["translate"].several
    entries = basket(own, "1920-top-0050", "1910-top-0040")
    steps = list(several.on_run(own.first, entries, "basket", ["1930", "1910"], "ddim"))
    assert steps[0][several.status].startswith("Starting")
    rows = shown_last(several, steps)
    assert [row["key"] for row in rows] == ["1920-top-0050", "1910-top-0040"]
    for row, source, made in zip(rows, ("1920", "1910"), ({"1910", "1930"}, {"1930"}), strict=True):
        items = dict(zip(LABELS, row["items"], strict=True))
        assert items[source]["frame"]
        assert {label for label, item in items.items() if item.get("made")} == made
        assert f"of {len(made)} target label" in row["facts"][0]
    assert steps[-1][several.status].startswith("Done in")
    again = list(several.on_run(own.first, entries, "basket", ["1930", "1910"], "ddim"))
    assert again[-1][several.status] == "All of them were translated before."
    assert shown_last(several, again) == rows
    strip = own.go(replace(own.first, patch="1920-top-0050"), "translate")
    assert "made here" in strip[own.panels["translate"].verdict]


def test_what_was_made_in_another_way_is_made_again(own: Any) -> None:
    several = own.panels["translate"].several
    entries = basket(own, "1900-top-0030")
    for method in ("ddim", "sdedit"):
        steps = list(several.on_run(own.first, entries, "basket", ["1930"], method))
        assert steps[-1][several.status].startswith("Done in")


def test_a_slow_first_step_is_told_too(own: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("diffmine.app.tabs.translate.several.TELL", 0.0)
    several = own.panels["translate"].several
    entries = basket(own, "1900-top-0032")
    steps = list(several.on_run(own.first, entries, "basket", ["1930"], "sdedit"))
    assert any(step[several.job].done for step in steps if several.job in step)
    assert steps[-1][several.status].startswith("Done in")


def test_the_patches_of_an_element_from_its_centre(own: Any) -> None:
    several = own.panels["translate"].several
    view = replace(own.first, patch="1910-top-0002")
    steps = several.on_run(view, [], "element", ["1900"], "sdedit")
    next(steps)
    shown = [row["key"] for row in next(steps)[several.rows]["rows"]]
    atlas = own.shelf(view).atlas
    patch = atlas.patch("1910-top-0002")
    central = atlas.element("1910", patch.element, MOST)
    assert shown == [each.patch_id for each in central]


@pytest.mark.parametrize(
    ("which", "patch", "targets", "says"),
    [
        ("basket", "1910-top-0002", ["1900"], "basket is empty"),
        ("element", "", ["1900"], "Select a patch"),
        ("element", "1910-random-0001", ["1900"], "no element"),
        ("element", "1910-top-0002", [], "at least one label"),
        ("nothing", "1910-top-0002", ["1900"], "choice is not known"),
    ],
)
def test_what_cannot_be_done_is_said(
    own: Any, which: str, patch: str, targets: list[str], says: str
) -> None:
    several = own.panels["translate"].several
    with pytest.raises(gr.Error, match=says):
        next(several.on_run(replace(own.first, patch=patch), [], which, targets))


def test_a_row_opens_its_patch(own: Any) -> None:
    several = own.panels["translate"].several
    found = several.on_open(
        replace(own.first, tab="translate"), gr.EventData(None, {"key": "1910-top-0002"})
    )
    assert found[own.state].patch == "1910-top-0002"
    with pytest.raises(gr.Error, match="not in this atlas"):
        several.on_open(own.first, gr.EventData(None, {"key": "elsewhere"}))


def test_a_step_told_after_a_stop_is_taken_back(own: Any) -> None:
    several = own.panels["translate"].several
    ended = several.on_end(Job(JobState.RUNNING, 1, 3, 5.0))
    assert ended[several.status] == "Cancelled."
    assert ended[several.run].visible
    done = Job(JobState.DONE, took=3.0)
    assert several.on_end(done) == {several.job: done}


def test_how_several_end_is_not_read_from_the_screen(
    own: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(texts, "PATCH_OF", "Left{left}: {done} of {goal}.")
    several = own.panels["translate"].several
    entries = basket(own, "1900-top-0031")
    steps = list(several.on_run(own.first, entries, "basket", ["1930"], "ddim"))
    done = steps[-1][several.job]
    assert done.state is JobState.DONE
    assert several.on_end(done) == {several.job: done}, "what is on the screen stays: Done in"
    assert steps[-1][several.status].startswith("Done in")
    running = several._told(Job(JobState.RUNNING, 1, 3, 5.0))
    assert running[several.status] == "Left, about 5 s left: 1 of 3."
    assert several.on_end(running[several.job])[several.status] == "Cancelled."


def test_a_page_that_was_loaded_anew_finds_its_rows(own: Any) -> None:
    several = own.panels["translate"].several
    entries = basket(own, "1900-top-0033", "1910-top-0034")
    job = several.on_run(own.first, entries, "basket", ["1930"], "ddim")
    key = next(job)[own.running["several"]]["key"]
    job.close()  # as gradio does when the page is gone
    steps = list(several.on_again(own.first, event(key=key)))
    assert steps[0][several.job].key == key
    assert all(step[several.fold].open for step in steps)
    rows = shown_last(several, steps)
    assert [row["key"] for row in rows] == ["1900-top-0033", "1910-top-0034"]
    assert all(sum(bool(item.get("made")) for item in row["items"]) == 1 for row in rows)
    assert steps[-1][several.job].state is JobState.DONE
    assert steps[-1][own.running["several"]] == {"key": ""}
    other = replace(own.first, atlas="elsewhere")
    assert not any(several.rows in step for step in several.on_again(other, event(key=key)))
    unknown = list(several.on_again(own.first, event(key="none")))
    assert unknown == [{own.running["several"]: {"key": ""}}]
