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
from diffmine.app.cache import digest
from diffmine.app.components.table.table import table
from diffmine.app.components.wall.wall import wall
from diffmine.app.desk import Desk
from diffmine.app.jobs import Job, JobState
from diffmine.app.parts import EACH, LAST, NOTHING, Updates
from diffmine.app.running import Run, Runs
from diffmine.app.shelf import Shelf
from diffmine.app.strip import Strip
from diffmine.app.tabs.translate import texts
from diffmine.app.tabs.translate.animation import moving_file
from diffmine.app.tabs.translate.several import METHODS, TELL, Several, chosen, settings
from diffmine.app.tabs.translate.strips import (
    Strips,
    download,
    finished,
    pair,
    scores,
    sentence,
    summary,
    translating,
    walls,
)
from diffmine.app.view import Refused, View, payload
from diffmine.atlas.records import Patch, Preview, Translated, Translation
from diffmine.errors import DiffmineError
from diffmine.words import records as written

TAB = "translate"
Made = tuple[Preview | None, "Drawn | None"]
"""What a job makes: a step with what it draws, at the end that alone."""
# Who only follows a job takes no place of those who work.
FOLLOWS: dict[str, Any] = {
    "concurrency_id": "follow",
    "concurrency_limit": 8,
    "api_visibility": "private",
    "trigger_mode": "once",
}


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
            self.targets = own(
                gr.CheckboxGroup(
                    [], label=texts.TRANSLATE_INTO, elem_id="targets", scale=4, min_width=260
                )
            )
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
                self.file = own(
                    gr.DownloadButton(texts.DOWNLOAD_STRIP, size="sm", elem_id="strip-file")
                )
                self.moving = own(
                    gr.DownloadButton(texts.DOWNLOAD_MOVING, size="sm", elem_id="strip-moving")
                )

        self.several = Several(desk, self.strips)

    # What is shown

    def show(self, view: View) -> Updates:
        """The selected patch and its strip."""
        shelf = self.desk.shelf(view)
        patch = shelf.known(view.patch)
        others = [name for name in shelf.labels if patch is None or name != patch.label]
        into = view.into or others
        ready = patch is not None and shelf.model is not None
        line = texts.SELECT_ELSEWHERE
        if patch is not None:
            line = texts.SOURCE_IS.format(patch=words.markdown(words.place(patch)))
        updates: Updates = {
            self.line: line,
            self.targets: gr.CheckboxGroup(
                choices=others, value=[name for name in others if name in into], visible=ready
            ),
            self.run: gr.Button(visible=ready),
            self.status: "" if shelf.model else texts.NO_MODEL_TO_TRANSLATE,
        }
        if ready and shelf.model is not None:
            work.prepare(shelf.model)
        updates |= self.several.show(view)
        if patch is None:
            return updates | self._nothing()
        return updates | self._strip(view, self.strips.of(shelf, view.atlas, patch))

    def _nothing(self) -> Updates:
        empty = NOTHING
        return {
            self.wall: empty,
            self.cuts: empty,
            self.verdict: "",
            self.slider: gr.ImageSlider(visible=False),
            self.table: NOTHING,
            self.file: gr.DownloadButton(visible=False),
            self.moving: gr.DownloadButton(visible=False),
        }

    def _strip(self, view: View, strip: Strip) -> Updates:
        shelf = self.desk.shelf(view)
        translations = strip.translations
        target = view.target if view.target in translations else next(iter(translations), "")
        wall, cuts = walls(shelf, strip, shelf.labels, target)
        if not translations:
            return self._nothing() | {self.wall: wall, self.cuts: cuts}
        origin = texts.STORED if strip.stored else texts.MADE_HERE
        verdict = f"{summary(strip)} {sentence(target, translations[target])} *({origin})*"
        label = texts.SLIDER_OF.format(source=strip.patch.label, target=target)
        return {
            self.wall: wall,
            self.cuts: cuts,
            self.verdict: verdict,
            self.slider: gr.ImageSlider(
                visible=True, value=pair(shelf, strip, target), label=label
            ),
            self.table: scores(strip, shelf.labels),
            self.file: gr.DownloadButton(visible=True, value=self._file(shelf, strip)),
            self.moving: gr.DownloadButton(visible=True, value=moving_file(shelf, strip)),
        }

    def _file(self, shelf: Shelf, strip: Strip) -> Path:
        name = strip.patch.image_id
        whose = written.credit(shelf.atlas.image(name))
        about = {"atlas": shelf.title, "image": name, "of": whose, "made with": "diffmine"}
        content = download(strip, shelf.labels, about)
        name = f"{digest(content)}/diffmine-translation.png"
        return self.desk.cache.file(name, lambda: content)

    # What is done

    def wire(self) -> None:
        """Connect the strip, the button and its cancel."""
        desk = self.desk
        for strip in (self.wall, self.cuts):
            strip.pick(self.on_target, [desk.state], desk.to(TAB), **EACH)
        pictures = [
            self.wall, self.cuts, self.verdict, self.slider, self.table, self.file, self.moving,
        ]  # fmt: skip
        told = [self.job, self.status, self.run, self.stop, desk.running]
        started = self.run.click(
            self.on_run,
            [desk.state, self.targets, self.method, self.outside],
            [*told, self.drawn],
            show_progress="hidden",  # the line tells; gradio's own calls some stopped jobs errors
            **jobs.ONE_AT_A_TIME,
        )
        self.drawn.change(self.on_drawn, [desk.state, self.drawn], pictures, **LAST)
        again = desk.running.again(
            self.on_again, [desk.state], [*told, self.drawn], show_progress="hidden", **FOLLOWS
        )
        for job in (started, again):
            job.then(self.on_end, [self.job], told, **LAST)
        self.targets.input(self.on_targets, [desk.state, self.targets], [desk.state], **LAST)
        results = [*told, *pictures]
        self.stop.click(
            self.on_stop, [desk.state, self.job], results, cancels=[started, again], **LAST
        )
        self.several.wire([self.targets, self.method, self.outside])

    def on_target(self, view: View, event: gr.EventData) -> Updates:
        """A picture of the strip: compare it with the source."""
        target = payload(event, "id")
        if target not in self.desk.shelf(view).labels:
            raise Refused(texts.NO_SUCH_LABEL)
        return self.desk.go(replace(view, target=str(target)), TAB)

    def on_targets(self, view: View, targets: Any) -> Updates:
        """Other labels to translate into: they stay chosen, and are part of the link."""
        shelf = self.desk.shelf(view)
        patch = shelf.known(view.patch)
        into = chosen(shelf, targets, patch) if targets else []
        every = len(into) + (patch is not None) >= len(shelf.labels)
        return self.desk.placed(replace(view, into=() if every else tuple(into)))

    def on_stop(self, view: View, job: Job) -> Updates:
        """Stop the job; what was there before is shown again."""
        self.runs.stop(job.key)
        shown = self.show(view)
        keep = (
            self.wall, self.cuts, self.verdict, self.slider, self.table, self.file, self.moving,
        )  # fmt: skip
        return {component: shown[component] for component in keep} | self._told(jobs.stopped(job))

    def on_drawn(self, view: View, drawn: Drawn | None) -> Updates:
        """A job has made something: shown where its patch is still the one that is looked at."""
        if drawn is None or (drawn.atlas, drawn.strip.patch.patch_id) != (view.atlas, view.patch):
            return {self.wall: gr.skip()}
        if drawn.done:
            return self._strip(view, drawn.strip)
        shelf = self.desk.shelf(view)
        wall, cuts = walls(shelf, drawn.strip, shelf.labels, "")
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
            self.desk.running: {"key": job.key if running else ""},
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
        known = chosen(shelf, targets, patch)
        how = settings(method, outside)
        model = shelf.model
        run = self.runs.begin(lambda: self._work(view.atlas, patch, known, model, how))
        yield from self._followed(run)

    def on_again(self, view: View, event: gr.EventData) -> Iterator[Updates]:
        """A page that was loaded anew: its job, where that still runs, from the beginning."""
        run = self.runs.find(payload(event, "key"))
        if run is None or run.over:  # what it made stands in the tab already
            yield {self.desk.running: {"key": ""}}
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
        told = 0.0
        try:
            for seconds, (preview, drawn) in run.follow():
                new: Updates = {self.drawn: drawn} if drawn else {}
                if preview is None and drawn:
                    end = Job(JobState.DONE, took=seconds, key=run.key)
                    done = shared.DONE_IN + _inversion(drawn.reconstruction)
                    yield new | self._told(end, done)
                elif preview and (drawn or seconds - told > TELL):
                    told = seconds
                    yield new | self._step(preview, seconds, run.key)
        except DiffmineError as error:
            yield self._told(jobs.failed(error))

    def _step(self, preview: Preview, seconds: float, key: str) -> Updates:
        left = seconds / max(preview.step, 1) * (preview.steps - preview.step)
        return self._told(Job(JobState.RUNNING, preview.step, preview.steps, left, key=key))


def _inversion(error: float) -> str:
    """The error that no translation by inversion can undercut; empty where nothing was inverted."""
    if math.isnan(error):
        return ""
    return texts.INVERSION.format(error=error)
