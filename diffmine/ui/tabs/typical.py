"""Typical: the wall of a label's patches by rank, and a second label beside it (section 3.3)."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import gradio as gr

from diffmine.export.chosen import Chosen
from diffmine.ui import parts, words
from diffmine.ui.desk import Desk
from diffmine.ui.downloads import Downloads
from diffmine.ui.parts import LAST, Updates, Value, patch_wall
from diffmine.ui.shelf import PAGE
from diffmine.ui.view import View, choice

KINDS = [("Most typical", "top"), ("Random", "random"), ("Least typical", "least")]
NONE = ""
TAB = "typical"
_EXPORT = "The patches shown here: this page of the label, without the label beside it."


class Typical:
    """The tab of the stage `mine`."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        own, view = desk.own, desk.first
        with gr.Row(elem_classes="dm-controls"):
            self.kind = own(
                gr.Radio(
                    KINDS, label="Patches", value="top", elem_id="kind", scale=2, min_width=260
                )
            )
            self.second = own(
                gr.Dropdown(
                    self._others(view),
                    value=NONE,
                    label="Beside it",
                    elem_id="second",
                    scale=1,
                    min_width=160,
                )
            )
            self.back = own(gr.Button("‹ Previous", size="sm", scale=0, min_width=96))
            self.on = own(gr.Button("Next ›", size="sm", scale=0, min_width=96))
        with gr.Row():
            with gr.Column(min_width=300):
                self.line = own(gr.Markdown(self._line(view, view.label), elem_classes="dm-line"))
                self.wall = own(parts.wall(self._wall(view, view.label), elem_id="wall"))
                self.warning = own(
                    gr.Markdown(self._warning(view, view.label), elem_classes="dm-line")
                )
            with gr.Column(min_width=300, visible=False) as column:
                self.second_line = own(gr.Markdown(elem_classes="dm-line"))
                self.second_wall = own(parts.wall(elem_id="wall-second"))
                self.second_warning = own(gr.Markdown(elem_classes="dm-line"))
            self.column = own(column)
        with gr.Accordion("Export", open=False, elem_id="typical-export"):
            gr.Markdown(_EXPORT, elem_classes="dm-line")
            self.downloads = Downloads(desk, "typical")

    def show(self, view: View) -> Updates:
        """One page of patches, or two beside each other."""
        shelf = self.desk.shelf(view)
        counts = [shelf.atlas.count(name, view.kind) for name in (view.label, view.second) if name]
        last = max(math.ceil(max(counts) / PAGE), 1) - 1
        found: Updates = {
            self.kind: view.kind,
            self.second: gr.Dropdown(choices=self._others(view), value=view.second),
            self.line: self._line(view, view.label),
            self.wall: self._wall(view, view.label),
            self.warning: self._warning(view, view.label),
            self.column: gr.Column(visible=bool(view.second)),
            self.back: gr.Button(interactive=view.page > 0),
            self.on: gr.Button(interactive=view.page < last),
        }
        if view.second:
            found[self.second_line] = self._line(view, view.second)
            found[self.second_wall] = self._wall(view, view.second)
            found[self.second_warning] = self._warning(view, view.second)
        return found

    def _others(self, view: View) -> list[tuple[str, str]]:
        labels = self.desk.shelf(view).labels
        return [("no other label", NONE), *((each, each) for each in labels)]

    def _wall(self, view: View, label: str) -> Value:
        shelf = self.desk.shelf(view)
        patches = shelf.atlas.patches(label, view.kind, view.page * PAGE, PAGE)
        empty = f"No {words.KINDS[view.kind]} patches of {label} on this page."
        return patch_wall(shelf, patches, selected=view.patch, empty=empty)

    def _line(self, view: View, label: str) -> str:
        shelf = self.desk.shelf(view)
        count, start = shelf.atlas.count(label, view.kind), view.page * PAGE
        patches = shelf.atlas.patches(label, view.kind, start, PAGE)
        pale = sum(map(words.noise, patches))
        name = f"**{words.markdown(label)}**"
        if not patches:
            return f"{name}: no more patches."
        text = f"{name}: patches {start + 1:,}–{start + len(patches):,} of {count:,}"
        scores = f"typicality {words.score(patches[0].typicality)} to "
        text += f", {scores}{words.score(patches[-1].typicality)}"
        return text + (f"; {pale} pale: inside the noise" if pale else "")

    def _warning(self, view: View, label: str) -> str:
        """What the top patches of a label have too much in common; empty for other kinds."""
        if view.kind != "top":
            return ""
        lines = [f"⚠ {words.markdown(each)}." for each in self.desk.shelf(view).doubts(label)]
        return "  \n".join(lines)

    def wire(self) -> None:
        """Connect walls, switch, second label and pages."""
        desk = self.desk
        for wall in (self.wall, self.second_wall):
            wall.pick(desk.on_pick, [desk.state], desk.to("inspector"), **LAST)
        self.kind.input(self.on_kind, [desk.state, self.kind], desk.to(TAB), **LAST)
        self.second.input(self.on_second, [desk.state, self.second], desk.to(TAB), **LAST)
        self.back.click(self.on_back, [desk.state], desk.to(TAB), **LAST)
        self.on.click(self.on_next, [desk.state], desk.to(TAB), **LAST)
        self.downloads.wire(self.chosen, [])

    def chosen(self, view: View) -> list[Chosen]:
        """What is handed out: the patches of the page."""
        start = view.page * PAGE
        patches = self.desk.shelf(view).atlas.patches(view.label, view.kind, start, PAGE)
        return [Chosen(patch.patch_id) for patch in patches]

    def on_kind(self, view: View, kind: Any) -> Updates:
        """Top, random or least typical."""
        return self.desk.go(replace(view, kind=choice(kind, words.KINDS), page=0), TAB)

    def on_second(self, view: View, label: Any) -> Updates:
        """Another label beside it, or none."""
        known = [NONE, *self.desk.shelf(view).labels]
        return self.desk.go(replace(view, second=choice(label or NONE, known)), TAB)

    def on_back(self, view: View) -> Updates:
        """The page before."""
        return self.desk.go(replace(view, page=max(view.page - 1, 0)), TAB)

    def on_next(self, view: View) -> Updates:
        """The next page, if there is one."""
        shelf = self.desk.shelf(view)
        names = [name for name in (view.label, view.second) if name]
        most = max(shelf.atlas.count(name, view.kind) for name in names)
        page = min(view.page + 1, max(math.ceil(most / PAGE), 1) - 1)
        return self.desk.go(replace(view, page=page), TAB)
