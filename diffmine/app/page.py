"""The app: `build` makes its page from atlases, `serve` hands it out.

Building loads no model, reaches no network and imports no torch.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # gradio reads it when imported

from diffmine.app import gpu  # isort: skip  # before gradio: see its docstring
import gradio as gr

from diffmine.app import tabs, texts, work
from diffmine.app.api import offer
from diffmine.app.cache import served
from diffmine.app.components.first.first import first_steps
from diffmine.app.desk import Desk, Panel
from diffmine.app.door import sentence
from diffmine.app.filterbar import FilterBar
from diffmine.app.header import Header
from diffmine.app.inspector.basket import Basket
from diffmine.app.inspector.entries import Entry
from diffmine.app.inspector.inspector import Inspector
from diffmine.app.light import lighten
from diffmine.app.parts import EACH, LAST, QUIET, Updates, Value
from diffmine.app.pointing import PARAMETER, state_query
from diffmine.app.server import ON_SPACE, serve
from diffmine.app.shelf import PAGE, Shelf
from diffmine.app.view import View, asked, first_view, from_query, index
from diffmine.atlas.apart import EMBEDDED
from diffmine.atlas.writer import open_workspace
from diffmine.errors import UsageError
from diffmine.live.originals import show_originals

PREPARED = 32
REAL = ("icons",)
"""Embedded atlases of real history; the others are drawn by our recipes."""

PREPARES = "diffmine-prepare"
"""The thread that makes the first pages after `build` has returned."""


def embedded() -> list[Path]:
    """The atlases that come with diffmine, first those of what people made before us."""
    folders = [manifest.parent for manifest in EMBEDDED.glob("*/atlas.json")]
    return sorted(folders, key=lambda folder: (folder.name not in REAL, folder.name))


def shelve(atlases: Sequence[str | Path]) -> dict[str, Shelf]:
    """Open atlases, each under its own key: its folder's name, numbered if need be."""
    shelves: dict[str, Shelf] = {}
    for path in atlases:
        atlas = open_workspace(path)
        show_originals(atlas)
        if not atlas.labels or not atlas.has("patches"):
            raise UsageError(f"{path} has no patches yet; run diffmine build on it first.")
        name = atlas.path.resolve().name or "atlas"
        key, number = name, 2
        while key in shelves:
            key, number = f"{name}-{number}", number + 1
        shelves[key] = Shelf(key, atlas, served())
    if not shelves:
        raise UsageError("No atlas was given; make one with diffmine build, or name its folder.")
    return shelves


def build(atlases: Sequence[str | Path], *, editable: bool = not ON_SPACE) -> gr.Blocks:
    """The page over some atlases, or the embedded ones if none is named.

    `editable`: elements can be renamed where the atlas can be written.
    """
    served().publish()
    shelves = shelve(list(atlases) or embedded())
    view = first_view(next(iter(shelves.values())))
    with gr.Blocks(
        title="diffmine", fill_width=True, analytics_enabled=False, delete_cache=(3600, 86400)
    ) as blocks:
        desk = Desk(shelves, tabs.TABS, served(), view, editable=editable)
        desk.group = "header"
        header = desk.header = Header(desk)
        first_steps(elem_id="first-steps")
        with gr.Row(elem_id="main", equal_height=False):
            with gr.Column(scale=3, min_width=320, elem_id="left"):
                desk.group = "filters"
                desk.filters = FilterBar(desk)
                desk.bar = _tabs(desk)
            with gr.Column(scale=1, min_width=320, elem_id="inspector"):
                desk.group = "inspector"
                inspector = desk.inspector = Inspector(desk)
        every: list[Panel] = [desk.header, desk.filters, desk.inspector, *desk.panels.values()]
        elements: Any = desk.panels["elements"]
        for panel in every:
            panel.wire()
        header.past.wire(inspector.basket, elements.edits)
        desk.state.visit(desk.on_visit, [desk.state], desk.outputs, **LAST)
        _open(blocks, desk, inspector.basket)
        offer(shelves)
    _unwatched(blocks, desk)
    lighten(blocks)
    folders = [shelf.atlas.path for shelf in shelves.values()]
    folders = [place for folder in folders for place in (folder.resolve(), folder.absolute())]
    blocks.diffmine_desk = desk
    blocks.diffmine_folders = list(dict.fromkeys(folders))
    blocks.diffmine_models = [shelf.model for shelf in shelves.values() if shelf.model]
    if gpu.ON_ZERO:
        work.warm(blocks.diffmine_models)
    Thread(target=_prepare, args=(list(shelves.values()),), name=PREPARES, daemon=True).start()
    return blocks


def _tabs(desk: Desk) -> gr.Tabs:
    with gr.Tabs(elem_id="tabs", selected=desk.first.tab, overflow_behavior="wrap") as bar:
        for tab in desk.tabs:
            desk.group = tab.name
            with gr.Tab(tab.title, id=tab.name, elem_id=f"tab-{tab.name}"):
                desk.panels[tab.name] = tab.panel(desk)
    # Of the bar, not of each tab: a tab's own event comes once more when the page is made, and
    # would then take the visitor away from where a link led.
    bar.select(_opens(desk), [desk.state], desk.to(*desk.panels, "header"), **EACH)
    desk.outputs.append(bar)
    return bar


def _opens(desk: Desk) -> Callable[[View, gr.EventData], Updates]:
    def on_tab(view: View, event: gr.EventData) -> Updates:
        name = desk.tabs[index(event, "index", len(desk.tabs))].name
        view = desk.settled(replace(view, tab=name))
        return desk.go(view, name) | desk.header.show(view)

    return on_tab


def _open(blocks: gr.Blocks, desk: Desk, basket: Basket) -> None:
    built = desk.shelf(desk.first).version

    keeping = basket.keeping

    def on_load(
        entries: list[Entry], about: dict[str, str], saved: Value, request: gr.Request
    ) -> Updates:
        query = dict(request.query_params) if request else {}
        line = ""
        if state := query.pop(PARAMETER, ""):
            there, line = state_query(desk.shelves, state)
            query |= there
        view = from_query(desk.shelves, query, desk.shown)
        return {
            **landed(view, query),
            **basket.begun(view, entries),
            **keeping.show(view, about, saved),
            **(desk.header.past.tell(line) if line else {}),
        }

    def landed(view: View, query: dict[str, str]) -> Updates:
        if asked(desk.shelf(view), query) is None:
            return desk.arrive(view) | desk.refuse(view, texts.UNREAD_FILTERS)
        if view != desk.first or desk.shelf(view).version != built:
            return desk.arrive(view)  # the page as it was built shows another place or time
        return desk.placed(view) if query else {desk.state: view}

    inputs = [basket.entries, keeping.about, keeping.saved]
    outputs = [*desk.outputs, *basket.own, *keeping.own, desk.header.past.said]
    blocks.load(on_load, inputs, list(dict.fromkeys(outputs)), **QUIET)


def _unwatched(blocks: gr.Blocks, desk: Desk) -> None:
    """Put the progress of events that show none on one small component. Otherwise gradio notes it
    on every output, which makes the browser copy each of them twice an event."""
    for event in blocks.fns.values():
        if event.show_progress == "hidden":
            event.show_progress_on = [desk.state]


def _prepare(shelves: list[Shelf]) -> None:
    """Make the first pages of the labels (of many, the first) before anyone asks for them."""
    for shelf in shelves:
        try:
            for label in shelf.labels[:PREPARED]:
                patches = shelf.atlas.patches(label, count=PAGE)
                if patches:
                    shelf.sheet(patches)
            _ = shelf.heat_scale, shelf.sieve
        except Exception as error:  # who opens the label is told in a sentence
            sentence(error)


__all__ = ["build", "embedded", "serve", "shelve"]
