"""Inspect: a visitor's own picture under every label, beside the atlas's own images."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
from PIL import Image

from diffmine.app import gpu, jobs, work
from diffmine.app import texts as shared
from diffmine.app.components.chart.chart import chart
from diffmine.app.components.paste.paste import paste
from diffmine.app.components.viewer.viewer import viewer
from diffmine.app.desk import Desk
from diffmine.app.inspector.examples import (
    OWN,
    SEARCHES,
    Answer,
    Box,
    Examples,
    answered,
    box_of,
)
from diffmine.app.inspector.viewer import takes_examples, with_told
from diffmine.app.jobs import Job, JobState
from diffmine.app.parts import HIDDEN, LAST, MAKES, NOTHING, TELLS, Updates, Value
from diffmine.app.running import Run, Runs
from diffmine.app.server import ON_SPACE
from diffmine.app.shelf import Shelf
from diffmine.app.tabs.inspect import out, own, texts
from diffmine.app.tabs.inspect.job import Inspections, Step
from diffmine.app.tabs.inspect.own import Own
from diffmine.app.view import Refused, View, choice, index, payload
from diffmine.errors import DiffmineError, ImageError

TAB = KIND = "inspect"


class Inspect:
    """The tab for a picture that is not in the atlas."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.inspections = Inspections()
        self.runs: Runs[Step] = Runs()
        self.picture = gr.State(None)
        self.job = gr.State(Job())
        shelf = desk.shelf(desk.first)
        self.line = desk.own(gr.Markdown(_line(shelf), elem_id="own-line", elem_classes="dm-line"))
        with gr.Column(visible=shelf.model is not None) as place:
            self._make()
        self.place = desk.own(place)

    def _make(self) -> None:
        with gr.Column() as ask:
            paste({"zone": "own-file"})
            # Any name: a file is known by its first bytes, and films often have no ending.
            self.file = gr.File(label=texts.OWN_PICTURE, elem_id="own-file", height=120)
        self.ask = ask
        with gr.Row(elem_classes="dm-controls"):
            small: dict[str, Any] = {"size": "sm", "scale": 0, "min_width": 110, "visible": False}
            self.run = gr.Button(texts.INSPECT, variant="primary", elem_id="own-run", **small)
            self.stop = gr.Button(shared.CANCEL, elem_id="own-stop", **small)
            self.similar = gr.Button(texts.SIMILAR, elem_id="own-similar", **small)
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
                with gr.Row(elem_classes="dm-actions", visible=False) as row:
                    small = {"size": "sm", "min_width": 84}
                    self.out = {
                        name: gr.Button(way.button, elem_id=f"own-{name}", **small)
                        for name, way in out.WAYS.items()
                    }
                self.outs = row
                self.handed = gr.Textbox(elem_id="own-handed", **HIDDEN)
        self.results = results
        self.examples = Examples(self.desk, self.on_example, self._viewed, self.picture)

    def show(self, view: View) -> Updates:
        """What the tab says of an atlas; the visitor's picture is no part of the view."""
        shelf = self.desk.shelf(view)
        if shelf.model is not None:
            work.prepare(shelf.model)
        return {self.line: _line(shelf), self.place: gr.Column(visible=shelf.model is not None)}

    # What is shown

    def _shown(self, shelf: Shelf, picture: Own) -> Updates:
        """Everything that is known of a picture."""
        warning = own.warning(picture)
        label, done = picture.label or None, picture.done
        return {
            self.results: gr.Row(visible=True),
            self.viewer: own.viewer_value(shelf, picture),
            self.chart: own.chart(shelf, picture),
            self.warning: gr.Markdown(warning, visible=bool(warning)),
            self.verdict: own.sentence(picture),
            self.label: gr.Dropdown(choices=shelf.labels, value=label, visible=done),
            self.outs: gr.Row(visible=done),
            self.out["dicom"]: gr.Button(visible="dicom" in out.ways_of(picture)),
        }

    def _nothing(self) -> Updates:
        return {
            self.picture: None,
            self.results: gr.Row(visible=False),
            self.viewer: NOTHING,
            self.chart: own.NO_CHART,
            self.warning: gr.Markdown("", visible=False),
            self.verdict: "",
            self.label: gr.Dropdown(visible=False),
            self.outs: gr.Row(visible=False),
            **self._told(Job()),
            **self._buttons(),
        }

    def _told(self, job: Job, step: str = "") -> Updates:
        """How a job stands: its state and its line, which is empty once all is shown."""
        key = job.key if job.state is JobState.RUNNING else ""
        line = jobs.line(job, step, "")
        return {self.job: job, self.status: line, self.desk.running[KIND]: {"key": key}}

    def _buttons(self, picture: Own | None = None, *, running: bool = False) -> Updates:
        rests = picture is not None and not running
        return {
            self.ask: gr.Column(visible=not running),
            self.run: gr.Button(visible=rests and picture is not None and not picture.done),
            self.stop: gr.Button(visible=running),
            self.similar: gr.Button(visible=rests and picture is not None and self._takes(picture)),
            self.clear: gr.Button(visible=rests),
        }

    # What is done

    def wire(self) -> None:
        """Connect the drop zone, the job and its cancel, the label and the heat map."""
        desk, state = self.desk, self.desk.state
        running = desk.running[KIND]
        results = [
            running, self.picture, self.job, self.ask, self.run, self.stop, self.clear, self.status,
            self.similar, self.warning,
            self.verdict, self.results, self.viewer, self.chart, self.label, self.outs,
            self.out["dicom"],
        ]  # fmt: skip
        job: dict[str, Any] = {
            "show_progress": "hidden",  # as in the tab Translate: the line tells
            **jobs.ONE_AT_A_TIME,
        }
        read = self.file.upload(self.on_upload, [state, self.file], results, **TELLS)
        read.then(lambda: None, None, self.file, **LAST)
        begun = read.success(self.on_run, [state, self.picture], results, **job)
        again = self.run.click(self.on_run, [state, self.picture], results, **job)
        again_in_new_page = running.again(self.on_again, [state], results, **jobs.FOLLOWS)
        followed = [begun, again, again_in_new_page]
        ended = [
            running, self.job, self.status, self.ask, self.run, self.stop, self.similar, self.clear,
        ]  # fmt: skip
        for job_done in followed:  # also after a cancel, when it took hold on the server
            job_done.then(self.on_end, [self.picture, self.job], ended, **LAST)
        self.stop.click(
            self.on_stop, [state, self.picture, self.job], results, cancels=followed, **LAST
        )
        self.clear.click(self.on_clear, [self.job], results, **LAST)
        desk.state.arrive(self.on_clear, [self.job], results, cancels=followed, **LAST)
        chosen = [self.picture, self.viewer, self.chart, self.label]
        self.label.input(self.on_label, [state, self.picture, self.label], chosen, **LAST)
        self.chart.point(self.on_point, [state, self.picture], chosen, **LAST)
        self.viewer.score(self.on_score, [state, self.picture], chosen, **LAST)
        self.viewer.film(self.on_film, [state, self.picture], [self.viewer], **LAST)
        self.examples.wire(self.viewer)
        self.similar.click(
            self.on_similar, [state, self.picture], [self.examples.answer], **SEARCHES
        )
        told = self.viewer.out(
            self.on_out, [state, self.picture], [self.handed, self.viewer], **MAKES
        )
        told.success(None, [self.handed], [self.handed], js=out.SAVE)
        for name, button in self.out.items():
            pressed = button.click(
                self._hander(name), [state, self.picture], [self.handed], **MAKES
            )
            pressed.success(None, [self.handed], [self.handed], js=out.SAVE)
        desk.labels.choose_inspect(self.on_header, [state, self.picture], chosen, **LAST)

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
        return {self.picture: read, **shown}

    def on_run(self, view: View, picture: Own | None) -> Iterator[Updates]:
        """Inspect the picture, with the chart as draws add up."""
        shelf = self.desk.shelf(view)
        if picture is None or picture.atlas != view.atlas or shelf.model is None:
            raise gr.Error(texts.CHOOSE_A_PICTURE, print_exception=False)
        plain, model = replace(picture, inspection=None, compared=None), shelf.model
        run = self.runs.begin(lambda: self.inspections.steps(shelf, model, plain), brief=True)
        yield from self._followed(view, run)

    def on_again(self, view: View, event: gr.EventData) -> Iterator[Updates]:
        """A page that was loaded anew: the job that it began, with its picture, or how it ended."""
        run = self.runs.find(payload(event, "key"))
        if run is None:
            yield {self.desk.running[KIND]: {"key": ""}}
            return
        first = True
        for step, updates in self._steps(view, run):
            if first and step is not None:
                yield {
                    self.picture: step.picture,
                    **self._shown(self.desk.shelf(view), step.picture),
                }
                first = False
            yield updates

    def _followed(self, view: View, run: Run[Step]) -> Iterator[Updates]:
        for step, updates in self._steps(view, run):
            if step is None or step.text or step.over:  # the picture stands there already
                yield updates

    def _steps(self, view: View, run: Run[Step]) -> Iterator[tuple[Step | None, Updates]]:
        """What a job makes, and how it is told on the screen. Nothing of it is held here once its
        end was handed out."""
        running = Job(JobState.RUNNING, key=run.key)
        yield None, {**self._told(running), **self._buttons(running=True)}
        try:
            for seconds, step in run.follow():
                if step.picture.atlas != view.atlas:
                    self.runs.forget(run.key)
                    yield None, self._nothing()
                    return
                yield step, self._step(step, seconds, run.key)
            self.runs.forget(run.key)
        except DiffmineError as error:
            self.runs.forget(run.key)
            yield None, self._told(jobs.failed(error))
        finally:
            if gpu.ON_ZERO:  # there it ends with the request
                self.runs.forget(run.key)

    def _step(self, step: Step, seconds: float, key: str) -> Updates:
        shelf = self.desk.shelves[step.picture.atlas]
        if step.over:
            end = Job(JobState.DONE, took=seconds, key=key)
            shown = self._shown(shelf, step.picture)
            return {self.picture: step.picture, **self._told(end), **shown}
        chart = {self.chart: own.chart(shelf, step.picture)} if step.picture.inspection else {}
        return {**self._told(replace(step.job, key=key), step.text), **chart}

    def on_clear(self, job: Job) -> Updates:
        """The picture goes, here and in a job on it."""
        self.runs.forget(job.key)
        return self._nothing()

    def on_stop(self, view: View, picture: Own | None, job: Job) -> Updates:
        """Say that the job is stopped; the picture stays. The buttons come when it ends:
        a job that is begun while another is being cancelled would be cancelled with it."""
        self.runs.forget(job.key)
        if picture is None:
            return self._nothing()
        shown = self._shown(self.desk.shelf(view), picture)
        return {**shown, **self._told(jobs.stopped(job)), self.stop: gr.Button(visible=False)}

    def on_end(self, picture: Own | None, job: Job) -> Updates:
        """What can be done once no job runs. The last step of a job that was stopped may be
        reported after the stop: it is taken back."""
        end = jobs.ended(job) if picture is not None else Job()
        told = {self.job: job} if end == job else self._told(end)
        return {**told, **self._buttons(picture)}

    def on_label(self, view: View, picture: Own | None, label: Any) -> Updates:
        """Another label for heat map and window."""
        name = choice(label, self.desk.shelf(view).labels)
        if picture is None or picture.atlas != view.atlas:
            return {self.picture: picture}
        return self._turned(view, replace(picture, label=name))

    def on_score(self, view: View, picture: Own | None, event: gr.EventData) -> Updates:
        """Another map of the label that is shown."""
        if picture is None or picture.atlas != view.atlas or picture.inspection is None:
            return {self.picture: picture}
        at = picture.inspection.labels.index(picture.label) if picture.done else 0
        known = list(own.maps_of(self.desk.shelf(view), picture.inspection, at))
        return self._turned(view, replace(picture, score=choice(payload(event, "score"), known)))

    def on_film(self, view: View, picture: Own | None) -> Updates:
        """The film of the full screen, by the numbers of its file."""
        if picture is None or picture.atlas != view.atlas:
            raise Refused(texts.CHOOSE_A_PICTURE)
        return {self.viewer: own.with_film(self.desk.shelf(view), picture)}

    def on_example(self, view: View, picture: Own | None, event: gr.EventData) -> Answer:
        """The patches most like a box drawn on the picture."""
        if picture is None or picture.atlas != view.atlas:
            raise Refused(texts.CHOOSE_A_PICTURE)
        high, wide = picture.pixels.shape[:2]
        return self._like(view, picture, box_of(event, high, wide), texts.OWN_BOX)

    def on_similar(self, view: View, picture: Own | None) -> Answer:
        """The patches most like the window that is shown, without one like the whole picture."""
        if picture is None or picture.atlas != view.atlas:
            raise gr.Error(texts.CHOOSE_A_PICTURE, print_exception=False)
        high, wide = picture.pixels.shape[:2]
        if picture.done and picture.inspection is not None:
            at = picture.inspection.labels.index(picture.label)
            window = picture.inspection.windows[at]
            named = texts.OWN_WINDOW_FOR.format(label=picture.label)
            row, col, size = map(float, (window.row, window.col, window.size))
            return self._like(view, picture, (row, col, size, size), named)
        return self._like(view, picture, (0.0, 0.0, float(high), float(wide)), texts.OWN_WHOLE)

    def _like(self, view: View, picture: Own, box: Box, named: str) -> Answer:
        image = Image.fromarray(picture.pixels)
        return answered(self.desk.shelf(view), image, box, named, OWN)

    def _takes(self, picture: Own) -> bool:
        return takes_examples(self.desk.shelves[picture.atlas])

    def _viewed(self, view: View, picture: Own | None) -> Value:
        if picture is None or picture.atlas != view.atlas:
            return NOTHING
        return own.viewer_value(self.desk.shelf(view), picture)

    def on_out(self, view: View, picture: Own | None) -> Updates:
        """The results of the film that is shown in the full screen, or why there are none."""
        shelf = self.desk.shelf(view)
        if picture is None or picture.atlas != view.atlas or "dicom" not in out.ways_of(picture):
            raise Refused(texts.CHOOSE_A_PICTURE)
        value = own.viewer_value(shelf, picture)
        try:
            content = out.handed(shelf, picture, "dicom")
        except DiffmineError as error:
            return {self.handed: "", self.viewer: with_told(value, str(error))}
        return {self.handed: content, self.viewer: with_told(value, shared.HANDED_OUT)}

    def _hander(self, way: str) -> Callable[[View, Own | None], str]:
        def on_out(view: View, picture: Own | None) -> str:
            if picture is None or picture.atlas != view.atlas or way not in out.ways_of(picture):
                raise gr.Error(texts.CHOOSE_A_PICTURE, print_exception=False)
            try:
                return out.handed(self.desk.shelf(view), picture, way)
            except DiffmineError as error:
                raise gr.Error(str(error), print_exception=False) from error

        return on_out

    def on_point(self, view: View, picture: Own | None, event: gr.EventData) -> Updates:
        """A label by its point in the chart."""
        places = own.ranked(self.desk.shelf(view), picture) if picture else []
        at = index(event, "point", len(places))
        return self.on_label(view, picture, self.desk.shelf(view).labels[places[at]])

    def on_header(self, view: View, picture: Own | None) -> Updates:
        """The label that the label picker has just made the view's."""
        return self.on_label(view, picture, view.label)

    def _turned(self, view: View, picture: Own) -> Updates:
        if not picture.done:
            return {self.picture: picture}
        shelf = self.desk.shelf(view)
        return {
            self.picture: picture,
            self.viewer: own.viewer_value(shelf, picture),
            self.chart: own.chart(shelf, picture),
            self.label: picture.label,
        }


def _line(shelf: Shelf) -> str:
    """What the tab is for, or why it is empty; on medical atlases what it is not for."""
    if shelf.model is None:
        return texts.NOTHING_TO_INSPECT_WITH
    where = texts.STAYS_ON_SPACE if ON_SPACE else texts.STAYS
    medical = f" **{texts.RESEARCH_ONLY}**" if shelf.atlas.manifest.kind == "finding" else ""
    return f"{texts.ASK_FOR_A_PICTURE} {where}{medical}"
