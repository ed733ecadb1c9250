"""Several patches under other labels, one after the other: a row of windows for each."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np

from diffmine.app import jobs, words
from diffmine.app import texts as shared
from diffmine.app.components.rows.rows import rows, rows_value
from diffmine.app.desk import Desk
from diffmine.app.inspector.entries import Entry, followed, here
from diffmine.app.jobs import Job, JobState
from diffmine.app.parts import EACH, LAST, NOTHING, Updates, Value
from diffmine.app.running import Run, Runs
from diffmine.app.shelf import Shelf
from diffmine.app.sprites import sheet_of
from diffmine.app.strip import Strip, window
from diffmine.app.tabs.translate import texts
from diffmine.app.tabs.translate.strips import Strips, finished, summary, translating
from diffmine.app.tabs.translate.targets import chosen, is_many, wanted
from diffmine.app.view import Refused, View, choice, payload
from diffmine.atlas.records import Patch, Translated
from diffmine.errors import DiffmineError

KIND = "several"
MOST = 12
METHODS = [(text, method) for method, text in texts.METHODS.items()]
SOURCES = [(text, source) for source, text in texts.SOURCES.items()]
TELL = 0.4  # seconds between two lines of progress


def settings(method: Any, outside: Any) -> dict[str, Any]:
    """How to translate, as chosen on the page."""
    return {"method": choice(method, [value for _, value in METHODS]), "keep": outside is True}


@dataclass(frozen=True, eq=False)
class Step:
    """How far a job has come: the strips so far under some labels of an atlas, the patch it is at,
    of how many that lacked something, and the seconds that are left. `over` with the last."""

    atlas: str
    labels: list[str]
    strips: tuple[Strip, ...]
    at: int = 0
    goal: int = 0
    left: float | None = None
    over: bool = False


class Several:
    """The part of the tab Translate for more than one source."""

    def __init__(self, desk: Desk, strips: Strips) -> None:
        self.desk, self.strips = desk, strips
        self.runs: Runs[Step] = Runs()
        with gr.Accordion(texts.SEVERAL, open=False, elem_id="several") as self.fold:
            with gr.Row(elem_classes="dm-controls"):
                self.sources = gr.Radio(
                    SOURCES,
                    value="element",
                    label=texts.SEVERAL_SOURCES.format(most=MOST),
                    min_width=260,
                )
                self.run = desk.own(
                    gr.Button(texts.TRANSLATE_THEM, size="sm", elem_id="run-several", scale=0)
                )
                self.stop = gr.Button(
                    shared.CANCEL, size="sm", elem_id="stop-several", visible=False, scale=0
                )
            self.job = gr.State(Job())
            self.status = gr.Markdown(elem_id="status-several", elem_classes="dm-line")
            self.rows = rows(elem_id="several-rows")

    def show(self, view: View) -> Updates:
        """The rows stay as they were last asked for."""
        return {self.run: gr.Button(visible=self.desk.shelf(view).model is not None)}

    def wire(self, how: list[Any]) -> None:
        """Connect the button and its cancel; `how` are the targets, the method and what to keep."""
        desk = self.desk
        running = desk.running[KIND]
        told = [self.job, self.status, self.run, self.stop, running]
        started = self.run.click(
            self.on_run,
            [desk.state, desk.basket, self.sources, *how],
            [*told, self.rows],
            show_progress="hidden",  # the line tells; gradio's own calls some stopped jobs errors
            **jobs.ONE_AT_A_TIME,
        )
        again = running.again(
            self.on_again,
            [desk.state],
            [*told, self.rows, self.fold],
            **jobs.FOLLOWS,
        )
        for job in (started, again):
            job.then(self.on_end, [self.job], told, **LAST)
        self.stop.click(self.on_stop, [self.job], told, cancels=[started, again], **LAST)
        self.rows.pick(desk.on_pick_anywhere, [desk.state], desk.outputs, **EACH)
        self.rows.open(self.on_open, [desk.state], desk.outputs, **LAST)
        desk.state.arrive(
            self.on_arrive, [self.job], [*told, self.rows], cancels=[started, again], **LAST
        )

    def on_open(self, view: View, event: gr.EventData) -> Updates:
        """The name of a row: its patch is selected, so that its strip is shown above."""
        patch = self.desk.shelf(view).known(str(payload(event, "key")))
        if patch is None:
            raise Refused(shared.NO_SUCH_PATCH)
        updates = self.desk.select(view, patch)
        return updates | self.desk.panels[view.tab].show(updates[self.desk.state])

    def on_arrive(self, job: Job) -> Updates:
        """Another atlas is shown: the job ends, what it made stays in the strips."""
        self.runs.stop(job.key)
        return {**self._told(Job()), self.rows: NOTHING}

    def on_stop(self, job: Job) -> Updates:
        """Stop the job; rows that are done stay."""
        self.runs.stop(job.key)
        return self._told(jobs.stopped(job))

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
            self.status: jobs.line(job, texts.PATCH_OF, done),
            self.run: gr.Button(visible=not running),
            self.stop: gr.Button(visible=running),
        }

    def on_run(
        self,
        view: View,
        basket: list[Entry],
        which: Any,
        targets: Any,
        method: Any = "pnp",
        outside: Any = False,
    ) -> Iterator[Updates]:
        """Translate the patches that are not translated yet, and show them all."""
        shelf = self.desk.shelf(view)
        if shelf.model is None:
            raise gr.Error(texts.NO_MODEL, print_exception=False)
        patches = self._patches(view, basket, choice(which, [value for _, value in SOURCES]))
        if is_many(shelf):
            patch = shelf.known(view.patch)
            strip = self.strips.of(shelf, view.atlas, patch) if patch else None
            targets = wanted(shelf, view, strip)
        names, how = chosen(shelf, targets), settings(method, outside)
        model = shelf.model
        run = self.runs.begin(lambda: self._work(view.atlas, patches, names, model, how))
        yield from self._followed(run)

    def on_again(self, view: View, event: gr.EventData) -> Iterator[Updates]:
        """A page that was loaded anew: its job and the rows it has made. What a job made that ended
        meanwhile is shown too; of one of another atlas nothing."""
        run = self.runs.find(payload(event, "key"))
        if run is None:
            yield {self.desk.running[KIND]: {"key": ""}}
            return
        for step in self._followed(run, view.atlas):
            yield step | {self.fold: gr.Accordion(open=True)}

    def _followed(self, run: Run[Step], atlas: str = "") -> Iterator[Updates]:
        """What a job makes, as it is told on the screen; with `atlas` only if it is of that one."""
        yield self._told(Job(JobState.RUNNING, key=run.key))
        drawn: list[int] = []
        try:
            for seconds, step in run.follow():
                if atlas and step.atlas != atlas:
                    yield self._told(Job())
                    return
                if [*map(id, step.strips)] != drawn:
                    drawn = [*map(id, step.strips)]
                    yield {self.rows: self._rows(self.desk.shelves[step.atlas], step)}
                if step.over:
                    end = Job(JobState.DONE, took=seconds, key=run.key)
                    yield self._told(
                        end, shared.DONE_IN if step.goal else texts.ALL_WERE_TRANSLATED
                    )
                elif step.at:
                    yield self._told(
                        Job(JobState.RUNNING, step.at, step.goal, step.left, key=run.key)
                    )
        except DiffmineError as error:
            yield self._told(jobs.failed(error))

    def _patches(self, view: View, basket: list[Entry], which: str) -> list[Patch]:
        shelf = self.desk.shelf(view)
        if which == "basket":
            names = [entry.patch for entry in here(followed(basket, self.desk.shelves), view)]
            patches = [patch for patch in map(shelf.known, names[:MOST]) if patch is not None]
            if not patches:
                raise gr.Error(texts.BASKET_IS_EMPTY, print_exception=False)
            return patches
        patch = shelf.known(view.patch)
        if patch is None:
            raise gr.Error(shared.SELECT_FIRST, print_exception=False)
        if patch.element is None:
            raise gr.Error(texts.NO_ELEMENT_OF_SELECTED, print_exception=False)
        return shelf.atlas.element(patch.label, patch.element, MOST)

    def _work(
        self, atlas: str, patches: list[Patch], names: list[str], model: Path, how: dict[str, Any]
    ) -> Iterator[Step]:
        """Translate what is not translated yet, patch by patch; strips are kept for whoever looks
        at them."""
        shelf = self.desk.shelves[atlas]
        strips = [self.strips.of(shelf, atlas, patch) for patch in patches]
        todo = [at for at, strip in enumerate(strips) if _lacks(strip, names, how)]
        labels = _columns(shelf, patches, names)
        yield Step(atlas, labels, tuple(strips), goal=len(todo))
        told, clock = time.monotonic(), jobs.Clock()
        for number, at in enumerate(todo):
            targets = [name for name in names if name != patches[at].label]
            for result in translating(shelf, patches[at], targets, model, how):
                if isinstance(result, Translated):
                    strips[at] = finished(shelf, patches[at], result.translations, how)
                    self.strips.keep(atlas, strips[at])
                    share = 1.0
                elif time.monotonic() - told > TELL:
                    told = time.monotonic()
                    share = result.step / result.steps
                else:
                    continue
                left = clock.left(number + share, len(todo))
                yield Step(atlas, labels, tuple(strips), number + 1, len(todo), left)
        yield Step(atlas, labels, tuple(strips), len(todo), len(todo), over=True)

    def _rows(self, shelf: Shelf, step: Step) -> Value:
        tiles: list[np.ndarray] = []
        rows: list[Value] = []
        for strip in step.strips:
            items = _items(step.labels, strip, tiles, captions=not rows)
            facts = [fact for fact in (summary(strip),) if fact]
            title, key = words.rank(strip.patch), strip.patch.patch_id
            rows.append({"key": key, "title": title, "facts": facts, "items": items})
        return rows_value(sheet_of(shelf.cache, tiles, generated=True) if tiles else None, rows)


def _columns(shelf: Shelf, patches: Sequence[Patch], names: Sequence[str]) -> list[str]:
    """The labels that rows show: all, of very many the patches' own and those asked for."""
    if not is_many(shelf):
        return shelf.labels
    shown = {*names, *(patch.label for patch in patches)}
    return [name for name in shelf.labels if name in shown]


def _lacks(strip: Strip, wanted: list[str], how: dict[str, Any]) -> bool:
    """Whether a strip must be made: a target is missing, or it was made in another way."""
    missing = set(wanted) - {strip.patch.label} - set(strip.translations)
    return bool(missing) or strip.method != how["method"] or strip.keep != how["keep"]


def _items(
    labels: Sequence[str], strip: Strip, tiles: list[np.ndarray], *, captions: bool
) -> list[Value]:
    """The window under its own label, framed, and under the others, in the order of labels."""
    items: list[Value] = []
    for label in labels:
        own, translation = label == strip.patch.label, strip.translations.get(label)
        one: Value = {"id": strip.patch.patch_id, "caption": label if captions else ""}
        if own:
            one |= {
                "frame": True,
                "alt": shared.SOURCE_OF_LABEL.format(label=label),
                "at": len(tiles),
            }
            tiles.append(window(strip.patch, strip.source))
        elif translation is not None:
            one |= {"made": True, "alt": shared.GENERATED.format(label=label), "at": len(tiles)}
            tiles.append(window(strip.patch, translation.picture))
        else:
            one |= {"blank": True, "alt": shared.NOT_TRANSLATED.format(label=label)}
        items.append(one)
    return items
