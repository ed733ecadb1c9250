"""Inspect: a visitor's own picture under every label, beside the atlas's own images."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Any

import gradio as gr
from PIL import Image

from diffmine.app import jobs
from diffmine.app import texts as shared
from diffmine.app.components.chart.chart import chart
from diffmine.app.components.paste.paste import paste
from diffmine.app.components.viewer.viewer import viewer
from diffmine.app.desk import Desk
from diffmine.app.jobs import Job, JobState
from diffmine.app.parts import LAST, NOTHING, TELLS, Updates
from diffmine.app.server import ON_SPACE
from diffmine.app.shelf import Shelf
from diffmine.app.tabs.inspect import own, texts
from diffmine.app.tabs.inspect.own import Own
from diffmine.app.view import View, choice, index
from diffmine.config import MineConfig
from diffmine.data.readers import suffixes
from diffmine.errors import DiffmineError, ImageError
from diffmine.live.records import Comparison, Errors, Inspection

TELL = 0.4  # seconds between two pictures of what was found so far
TAB = "inspect"


class Inspect:
    """The tab for a picture that is not in the atlas."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._usual: dict[str, tuple[Any, ...]] = {}
        self._lock = Lock()
        self.kept = gr.State(None)
        self.job = gr.State(Job())
        shelf = desk.shelf(desk.first)
        self.line = desk.own(gr.Markdown(_line(shelf), elem_id="own-line", elem_classes="dm-line"))
        with gr.Column(visible=shelf.model is not None) as place:
            self._make()
        self.place = desk.own(place)

    def _make(self) -> None:
        with gr.Column() as ask:
            paste({"zone": "own-file"})
            self.file = gr.File(
                label=texts.OWN_PICTURE,
                file_types=list(sorted(suffixes())),
                elem_id="own-file",
                height=120,
            )
        self.ask = ask
        with gr.Row(elem_classes="dm-controls"):
            small: dict[str, Any] = {"size": "sm", "scale": 0, "min_width": 110, "visible": False}
            self.run = gr.Button(texts.INSPECT, variant="primary", elem_id="own-run", **small)
            self.stop = gr.Button(shared.CANCEL, elem_id="own-stop", **small)
            self.clear = gr.Button(texts.CLEAR, elem_id="own-clear", **small)
        self.status = gr.Markdown(elem_id="own-status", elem_classes="dm-line")
        self.warning = gr.Markdown(elem_id="own-warning", elem_classes="dm-warning", visible=False)
        self.verdict = gr.Markdown(elem_id="own-verdict")
        with gr.Row(visible=False) as results:
            with gr.Column(min_width=300):
                self.label = gr.Dropdown(
                    [], label=texts.HEAT_MAP_FOR, elem_id="own-label", visible=False
                )
                self.viewer = viewer(NOTHING, elem_id="own-viewer")
            with gr.Column(min_width=300):
                self.chart = chart(own.NO_CHART, elem_id="own-chart")
        self.results = results

    def show(self, view: View) -> Updates:
        """What the tab says of an atlas; the visitor's picture is theirs and not of the view."""
        shelf = self.desk.shelf(view)
        if shelf.model is not None:
            jobs.prepare(shelf.model)
        return {self.line: _line(shelf), self.place: gr.Column(visible=shelf.model is not None)}

    # What is shown

    def _shown(self, shelf: Shelf, kept: Own) -> Updates:
        """Everything that is known of a picture."""
        warning = own.warning(kept)
        labels = gr.Dropdown(choices=shelf.labels, value=kept.label or None, visible=kept.done)
        return {
            self.results: gr.Row(visible=True),
            self.viewer: own.viewer_value(shelf, kept),
            self.chart: own.chart(shelf, kept),
            self.warning: gr.Markdown(warning, visible=bool(warning)),
            self.verdict: own.sentence(kept),
            self.label: labels,
        }

    def _nothing(self) -> Updates:
        return {
            self.kept: None,
            self.results: gr.Row(visible=False),
            self.viewer: NOTHING,
            self.chart: own.NO_CHART,
            self.warning: gr.Markdown("", visible=False),
            self.verdict: "",
            self.label: gr.Dropdown(visible=False),
            **self._told(Job()),
            **self._buttons(),
        }

    def _told(self, job: Job, step: str = "") -> Updates:
        """How a job stands: its state and its line, which is empty once all is shown."""
        return {self.job: job, self.status: jobs.line(job, step, "")}

    def _buttons(self, kept: Own | None = None, *, running: bool = False) -> Updates:
        rests = kept is not None and not running
        return {
            self.ask: gr.Column(visible=not running),
            self.run: gr.Button(visible=rests and kept is not None and not kept.done),
            self.stop: gr.Button(visible=running),
            self.clear: gr.Button(visible=rests),
        }

    # What is done

    def wire(self) -> None:
        """Connect the drop zone, the job and its cancel, the label and the heat map."""
        desk, state = self.desk, self.desk.state
        results = [
            self.kept, self.job, self.ask, self.run, self.stop, self.clear, self.status,
            self.warning,
            self.verdict, self.results, self.viewer, self.chart, self.label,
        ]  # fmt: skip
        job: dict[str, Any] = {
            "show_progress": "minimal",
            "show_progress_on": [self.status],
            **jobs.ONE_AT_A_TIME,
        }
        read = self.file.upload(self.on_upload, [state, self.file], results, **TELLS)
        read.then(lambda: None, None, self.file, **LAST)
        begun = read.success(self.on_run, [state, self.kept], results, **job)
        again = self.run.click(self.on_run, [state, self.kept], results, **job)
        ended = [self.job, self.status, self.ask, self.run, self.stop, self.clear]
        for job_done in (begun, again):  # also after a cancel, when it took hold on the server
            job_done.then(self.on_end, [self.kept, self.job], ended, **LAST)
        self.stop.click(
            self.on_stop, [state, self.kept, self.job], results, cancels=[begun, again], **LAST
        )
        self.clear.click(self._nothing, None, results, **LAST)
        desk.atlas.input(self._nothing, None, results, cancels=[begun, again], **LAST)
        chosen = [self.kept, self.viewer, self.chart, self.label]
        self.label.input(self.on_label, [state, self.kept, self.label], chosen, **LAST)
        self.chart.point(self.on_point, [state, self.kept], chosen, **LAST)
        desk.labels.choose_inspect(self.on_header, [state, self.kept], chosen, **LAST)

    def on_upload(self, view: View, file: Any) -> Updates:
        """Read a picture and delete its file, whatever it was."""
        shelf = self.desk.shelf(view)
        path = Path(str(file))
        try:
            if shelf.model is None:
                raise ImageError(texts.NOTHING_TO_INSPECT_WITH)
            read = own.read_own(path, shelf)
        except DiffmineError as error:
            raise gr.Error(str(error), print_exception=False) from error
        finally:
            path.unlink(missing_ok=True)
        shown = {**self._shown(shelf, read), **self._told(Job()), **self._buttons(running=True)}
        return {self.kept: read, **shown}

    def on_run(self, view: View, kept: Own | None) -> Iterator[Updates]:
        """Inspect the picture, with the chart as draws add up."""
        shelf = self.desk.shelf(view)
        if kept is None or kept.atlas != view.atlas or shelf.model is None:
            raise gr.Error(texts.CHOOSE_A_PICTURE, print_exception=False)
        yield {**self._told(jobs.RUNNING), **self._buttons(running=True)}
        try:
            yield from self._inspected(shelf, shelf.model, replace(kept, found=None, compared=None))
        except DiffmineError as error:
            yield self._told(jobs.failed(error))

    def _inspected(self, shelf: Shelf, model: Path, kept: Own) -> Iterator[Updates]:
        how, mining = shelf.atlas.scoring(), shelf.atlas.configured(MineConfig)
        picture = Image.fromarray(kept.pixels)
        known = self._usual.get(shelf.version, ())
        began = told = time.monotonic()
        clock = _Clock()
        results = jobs.inspection(
            str(model), picture, shelf.labels, how, mining, shelf.atlas.path, known
        )
        for result in results:
            now = time.monotonic()
            if isinstance(result, Inspection):
                kept = replace(kept, found=result)
                job = clock.at(result.draws, result.goal)
                step = texts.DRAW if job.left is None else texts.DRAW_LEFT
                if result.windows:
                    kept, clock = replace(kept, label=result.labels[result.best]), _Clock()
                elif now - told > TELL:
                    told = now
                    yield {**self._told(job, step), self.chart: own.chart(shelf, kept)}
            elif isinstance(result, Comparison):
                self._keep(shelf, result.usual)
                kept = replace(kept, compared=result)
            else:
                job = clock.at(result.done, result.goal)
                step = texts.COMPARING if job.left is None else texts.COMPARING_LEFT
                yield {**self._told(job, step), self.chart: own.chart(shelf, kept)}
        end = Job(JobState.DONE, took=time.monotonic() - began)
        yield {self.kept: kept, **self._told(end), **self._shown(shelf, kept)}

    def _keep(self, shelf: Shelf, usual: tuple[Errors, ...]) -> None:
        with self._lock:
            self._usual[shelf.version] = usual

    def on_stop(self, view: View, kept: Own | None, job: Job) -> Updates:
        """Say that the job is stopped; the picture stays. What can be done next comes with its end:
        a job that is begun while another is being cancelled would be cancelled with it."""
        if kept is None:
            return self._nothing()
        shown = self._shown(self.desk.shelf(view), kept)
        return {**shown, **self._told(jobs.stopped(job)), self.stop: gr.Button(visible=False)}

    def on_end(self, kept: Own | None, job: Job) -> Updates:
        """What can be done once no job runs. The last step of a job that was stopped may be told
        after the stop: it is taken back."""
        end = jobs.ended(job) if kept is not None else Job()
        told = {self.job: job} if end == job else self._told(end)
        return {**told, **self._buttons(kept)}

    def on_label(self, view: View, kept: Own | None, label: Any) -> Updates:
        """Another label for heat map and window."""
        name = choice(label, self.desk.shelf(view).labels)
        if kept is None or kept.atlas != view.atlas:
            return {self.kept: kept}
        return self._turned(view, replace(kept, label=name))

    def on_point(self, view: View, kept: Own | None, event: gr.EventData) -> Updates:
        """A label by its point in the chart."""
        places = own.ranked(self.desk.shelf(view), kept) if kept else []
        at = index(event, "point", len(places))
        return self.on_label(view, kept, self.desk.shelf(view).labels[places[at]])

    def on_header(self, view: View, kept: Own | None, event: gr.EventData) -> Updates:
        """A label by the label picker."""
        labels = self.desk.shelf(view).labels
        return self.on_label(view, kept, labels[index(event, "index", len(labels))])

    def _turned(self, view: View, kept: Own) -> Updates:
        if not kept.done:
            return {self.kept: kept}
        shelf = self.desk.shelf(view)
        return {
            self.kept: kept,
            self.viewer: own.viewer_value(shelf, kept),
            self.chart: own.chart(shelf, kept),
            self.label: kept.label,
        }


def _line(shelf: Shelf) -> str:
    """What the tab is for, or why it is empty; on medical atlases what it is not for."""
    if shelf.model is None:
        return texts.NOTHING_TO_INSPECT_WITH
    where = texts.STAYS_ON_SPACE if ON_SPACE else texts.STAYS
    medical = f" **{texts.RESEARCH_ONLY}**" if shelf.atlas.manifest.kind == "finding" else ""
    return f"{texts.ASK_FOR_A_PICTURE} {where}{medical}"


class _Clock:
    """Time left by the pace since the first step: what came before it was loading."""

    def __init__(self) -> None:
        self.first: tuple[float, int] | None = None

    def at(self, done: int, goal: int) -> Job:
        """A job that has made so many steps; the first says no time, as there is no pace yet."""
        now = time.monotonic()
        if self.first is None:
            self.first = (now, done)
            return Job(JobState.RUNNING, done, goal)
        began, first = self.first
        left = (now - began) / max(done - first, 1) * (goal - done)
        return Job(JobState.RUNNING, done, goal, left)
