"""Translate: the same image under other labels (section 5.1), stored or made on the spot."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import gradio as gr

from diffmine.app import jobs, words, work
from diffmine.app import texts as shared
from diffmine.app.components.table.table import table
from diffmine.app.components.wall.wall import wall
from diffmine.app.desk import Desk
from diffmine.app.jobs import Job, JobState
from diffmine.app.parts import EACH, LAST, NOTHING, Updates
from diffmine.app.running import Run, Runs
from diffmine.app.strip import Strip
from diffmine.app.tabs.translate import texts
from diffmine.app.tabs.translate.files import StripFiles
from diffmine.app.tabs.translate.several import METHODS, TELL, Several, settings
from diffmine.app.tabs.translate.strips import (
    Strips,
    finished,
    pair,
    scores,
    sentence,
    summary,
    translating,
    walls,
)
from diffmine.app.tabs.translate.targets import Targets, asked, shown
from diffmine.app.view import Refused, View, payload
from diffmine.atlas.records import Patch, Preview, Translated, Translation
from diffmine.errors import DiffmineError

TAB = KIND = "translate"
SLIDER_LETTERS = 28
Made = tuple[Preview | None, "Drawn | None"]
"""What a job makes: a step with what it draws, at the end that alone."""


@dataclass(frozen=True, eq=False)
class Drawn:
    """What a job has made so far of a patch of an atlas; `done` with its last step, with the error
    of the `reconstruction` where it inverted the source. Each is a change of its own to gradio,
    whatever it holds."""

    atlas: str
    strip: Strip
    reconstruction: float = math.nan
    done: bool = False


class Translate:
    """The tab of the stage `translate`."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.strips = Strips()
        self.runs: Runs[Made] = Runs()
        own = desk.own
        self.line = own(gr.Markdown(elem_classes="dm-line"))
        with gr.Row(elem_classes="dm-controls"):
            self.into = Targets(desk)
            self.run = own(
                gr.Button(
                    shared.TRANSLATE,
                    variant="primary",
                    size="sm",
                    elem_id="run",
                    scale=0,
                    min_width=110,
                )
            )
            self.stop = gr.Button(
                shared.CANCEL, size="sm", elem_id="stop", visible=False, scale=0, min_width=110
            )
        with gr.Accordion(texts.HOW, open=False, elem_id="how"), gr.Row(elem_classes="dm-controls"):
            self.method = gr.Dropdown(METHODS, value="pnp", label=texts.METHOD, elem_id="method")
            self.outside = gr.Checkbox(False, label=texts.KEEP_OUTSIDE, elem_id="keep-outside")
        self.job = gr.State(Job())
        self.drawn = gr.State(None)
        self.status = own(gr.Markdown(elem_id="status", elem_classes="dm-line"))
        self.wall = own(wall(elem_id="strip"))
        self.cuts = own(wall(elem_id="strip-windows"))
        self.verdict = own(gr.Markdown(elem_id="verdict"))
        with gr.Row():
            with gr.Column(scale=1, min_width=280):
                self.slider = own(
                    gr.ImageSlider(
                        label=texts.SLIDER,
                        format="png",
                        interactive=False,
                        buttons=["fullscreen"],
                        elem_id="slider",
                        max_height=420,
                    )
                )
            with gr.Column(scale=1, min_width=280):
                self.table = own(table(elem_id="scores"))
                self.files = StripFiles(desk, self.strips)

        self.several = Several(desk, self.strips)

    # What is shown

    def show(self, view: View) -> Updates:
        """The selected patch and its strip."""
        shelf = self.desk.shelf(view)
        patch = shelf.known(view.patch)
        strip = self.strips.of(shelf, view.atlas, patch) if patch else None
        ready = strip is not None and shelf.model is not None
        line = texts.SELECT_ELSEWHERE
        if patch is not None:
            line = texts.SOURCE_IS.format(patch=words.markdown(words.place(patch)))
        updates: Updates = {
            self.line: line,
            **self.into.show(shelf, view, strip, live=ready),
            self.run: gr.Button(visible=ready),
            self.status: "" if shelf.model else texts.NO_MODEL_TO_TRANSLATE,
        }
        if ready and shelf.model is not None:
            work.prepare(shelf.model)
        updates |= self.several.show(view)
        return updates | (self._strip(view, strip) if strip else self._nothing())

    def _nothing(self) -> Updates:
        empty = NOTHING
        return {
            self.wall: empty,
            self.cuts: empty,
            self.verdict: "",
            self.slider: gr.ImageSlider(visible=False),
            self.table: NOTHING,
            **self.files.show(ready=False),
        }

    def _strip(self, view: View, strip: Strip) -> Updates:
        shelf = self.desk.shelf(view)
        labels = shown(shelf, view, strip)
        translations = strip.translations
        there = [name for name in labels if name in translations]
        target = view.target if view.target in there else next(iter(there), "")
        wall, cuts = walls(shelf, strip, labels, target)
        if not there:
            none = texts.NONE_STORED if shelf.model is None else texts.NONE_YET
            return self._nothing() | {self.wall: wall, self.verdict: none}
        origin = texts.STORED if strip.stored else texts.MADE_HERE
        verdict = f"{summary(strip)} {sentence(target, translations[target])} *({origin})*"
        names = {"source": strip.patch.label, "target": target}
        short = {key: words.shortened(name, SLIDER_LETTERS) for key, name in names.items()}
        label = texts.SLIDER_OF.format(**short)
        return {
            self.wall: wall,
            self.cuts: cuts,
            self.verdict: verdict,
            self.slider: gr.ImageSlider(
                visible=True, value=pair(shelf, strip, target), label=label
            ),
            self.table: scores(strip, labels),
            **self.files.show(ready=True),
        }

    # What is done

    def wire(self) -> None:
        """Connect the strip, the button and its cancel."""
        desk = self.desk
        for strip in (self.wall, self.cuts):
            strip.pick(self.on_target, [desk.state], desk.to(TAB), **EACH)
        pictures = self._pictures()
        running = desk.running[KIND]
        told = [self.job, self.status, self.run, self.stop, running]
        started = self.run.click(
            self.on_run,
            [desk.state, self.into.boxes, self.method, self.outside],
            [*told, self.drawn],
            show_progress="hidden",  # the line tells; gradio's own calls some stopped jobs errors
            **jobs.ONE_AT_A_TIME,
        )
        self.drawn.change(self.on_drawn, [desk.state, self.drawn], pictures, **LAST)
        again = running.again(self.on_again, [desk.state], [*told, self.drawn], **jobs.FOLLOWS)
        for job in (started, again):
            job.then(self.on_end, [self.job], told, **LAST)
        self.into.wire()
        self.files.wire()
        results = [*told, *pictures]
        self.stop.click(
            self.on_stop, [desk.state, self.job], results, cancels=[started, again], **LAST
        )
        self.several.wire([self.into.boxes, self.method, self.outside])

    def _pictures(self) -> list[Any]:
        buttons = self.files.buttons.values()
        return [self.wall, self.cuts, self.verdict, self.slider, self.table, *buttons]

    def on_target(self, view: View, event: gr.EventData) -> Updates:
        """A picture of the strip: compare it with the source."""
        target = payload(event, "id")
        if target not in self.desk.shelf(view).labels:
            raise Refused(texts.NO_SUCH_LABEL)
        return self.desk.go(replace(view, target=str(target)), TAB)

    def on_stop(self, view: View, job: Job) -> Updates:
        """Stop the job; what was there before is shown again."""
        self.runs.stop(job.key)
        before = self.show(view)
        pictures = {component: before[component] for component in self._pictures()}
        return pictures | self._told(jobs.stopped(job))

    def on_drawn(self, view: View, drawn: Drawn | None) -> Updates:
        """A job has made something: shown where its patch is still the one that is looked at."""
        if drawn is None or (drawn.atlas, drawn.strip.patch.patch_id) != (view.atlas, view.patch):
            return {self.wall: gr.skip()}
        if drawn.done:
            return self._strip(view, drawn.strip)
        shelf = self.desk.shelf(view)
        wall, cuts = walls(shelf, drawn.strip, shown(shelf, view, drawn.strip), "")
        return {self.wall: wall, self.cuts: cuts}

    def on_end(self, job: Job) -> Updates:
        """The last step of a stopped job may be reported after the stop: take it back."""
        end = jobs.ended(job)
        return {self.job: job} if end == job else self._told(end)

    def _told(self, job: Job, done: str = shared.DONE_IN) -> Updates:
        """How a job stands: its state, its line and the buttons that go with it."""
        running = job.state is JobState.RUNNING
        return {
            self.job: job,
            self.desk.running[KIND]: {"key": job.key if running else ""},
            self.status: jobs.line(job, texts.STEP, done),
            self.run: gr.Button(visible=not running),
            self.stop: gr.Button(visible=running),
        }

    def on_run(
        self, view: View, targets: Any, method: Any = "pnp", outside: Any = False
    ) -> Iterator[Updates]:
        """Translate the selected patch's image, with previews."""
        shelf = self.desk.shelf(view)
        patch = shelf.known(view.patch)
        if patch is None or shelf.model is None:
            raise gr.Error(texts.NO_MODEL_TO_TRANSLATE, print_exception=False)
        known = asked(shelf, view, targets, self.strips.of(shelf, view.atlas, patch))
        how = settings(method, outside)
        model = shelf.model
        run = self.runs.begin(lambda: self._work(view.atlas, patch, known, model, how))
        yield from self._followed(run)

    def on_again(self, view: View, event: gr.EventData) -> Iterator[Updates]:
        """A page that was loaded anew: its job, where that still runs, from the beginning."""
        run = self.runs.find(payload(event, "key"))
        if run is None or run.over:  # what it made stands in the tab already
            yield {self.desk.running[KIND]: {"key": ""}}
        else:
            yield from self._followed(run)

    def _work(
        self, atlas: str, patch: Patch, targets: list[str], model: Path, how: dict[str, Any]
    ) -> Iterator[Made]:
        """Previews of a patch's image, then the strip, which is kept for whoever looks at it."""
        shelf = self.desk.shelves[atlas]
        source = shelf.pixels(patch.image_id)
        so_far: dict[str, Translation] = {}
        for result in translating(shelf, patch, targets, model, how):
            if isinstance(result, Translated):
                strip = finished(shelf, patch, result.translations, how)
                self.strips.keep(atlas, strip)
                yield None, Drawn(atlas, strip, result.reconstruction, done=True)
                return
            so_far |= {name: Translation(name, pixels) for name, pixels in result.pictures.items()}
            strip = Strip(patch, source, dict(so_far))
            yield result, Drawn(atlas, strip) if result.pictures else None

    def _followed(self, run: Run[Made]) -> Iterator[Updates]:
        """What a job makes, as it is told on the screen."""
        yield self._told(Job(JobState.RUNNING, key=run.key))
        told, clock = 0.0, jobs.Clock()
        try:
            for seconds, (preview, drawn) in run.follow():
                new: Updates = {self.drawn: drawn} if drawn else {}
                if preview is None and drawn:
                    end = Job(JobState.DONE, took=seconds, key=run.key)
                    done = shared.DONE_IN + _inversion(drawn.reconstruction)
                    yield new | self._told(end, done)
                elif preview and (drawn or seconds - told > TELL):
                    told = seconds
                    left = clock.left(preview.step, preview.steps, seconds)
                    job = Job(JobState.RUNNING, preview.step, preview.steps, left, key=run.key)
                    yield new | self._told(job)
        except DiffmineError as error:
            yield self._told(jobs.failed(error))


def _inversion(error: float) -> str:
    """The error that no translation by inversion can undercut; empty where nothing was inverted."""
    if math.isnan(error):
        return ""
    return texts.INVERSION.format(error=error)
