"""Typical: the wall of a label's patches by rank, and a second label beside it (section 3.3)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import gradio as gr

from diffmine.app import texts as shared
from diffmine.app import words
from diffmine.app.components.wall.wall import of_atlas, patch_wall, wall
from diffmine.app.desk import Desk
from diffmine.app.downloads import Downloads
from diffmine.app.parts import EACH, LAST, Updates, Value
from diffmine.app.shelf import PAGE
from diffmine.app.tabs.typical import texts
from diffmine.app.tabs.typical.against import Against
from diffmine.app.view import View, choice, last_page, view_beside
from diffmine.atlas.records import Patch
from diffmine.export.chosen import Chosen

KINDS = [(text, kind) for kind, text in texts.PATCH_KINDS.items()]
NEAR = 6
NONE = ""
TAB = "typical"


class Typical:
    """The tab of the stage `mine`."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        own, view = desk.own, desk.first
        with gr.Row(elem_classes=["dm-controls", "dm-after", "dm-inline"]):
            self.kind = own(
                gr.Radio(
                    KINDS,
                    label=shared.PATCHES_SHOWN,
                    value="top",
                    elem_id="kind",
                    scale=2,
                    min_width=260,
                )
            )
            self.second = own(
                gr.Dropdown(
                    self._others(view),
                    value=NONE,
                    label=texts.BESIDE,
                    elem_id="second",
                    scale=1,
                    min_width=160,
                )
            )
            atlases = [(texts.THIS_ATLAS, NONE), *desk.others(view)]
            self.other = own(
                gr.Dropdown(
                    atlases,
                    value=NONE,
                    label=texts.BESIDE_ATLAS,
                    elem_id="second-atlas",
                    scale=1,
                    min_width=160,
                    visible=len(atlases) > 1,
                )
            )
            self.back = own(
                gr.Button(shared.PREVIOUS, size="sm", scale=0, min_width=96, interactive=False)
            )
            self.on = own(gr.Button(shared.NEXT, size="sm", scale=0, min_width=96))
        with gr.Row():
            with gr.Column(min_width=300):
                self.against = Against(desk, lambda view: view.label, "doubts")
                self.line = own(gr.Markdown(self._line(view, view.label), elem_classes="dm-line"))
                self.wall = own(wall(self._wall(view, view.label), sized=True, elem_id="wall"))
            with gr.Column(min_width=300, visible=False) as column:
                self.second_against = Against(desk, lambda view: view.second, "doubts-second", True)
                self.second_line = own(gr.Markdown(elem_classes="dm-line"))
                self.second_wall = own(wall(follows=True, elem_id="wall-second"))
            self.column = own(column)
        with gr.Accordion(
            texts.EXPORT, open=False, elem_id="typical-export", elem_classes="dm-after"
        ):
            gr.Markdown(texts.EXPORT_OF, elem_classes="dm-line")
            self.downloads = Downloads(desk, "typical")
        self.linked = [self.wall, self.line, self.second_wall, self.second_line]

    def show(self, view: View) -> Updates:
        """One page of patches, or two beside each other."""
        last = self._last(view)
        atlases = [(texts.THIS_ATLAS, NONE), *self.desk.others(view)]
        updates: Updates = {
            self.other: gr.Dropdown(choices=atlases, value=view.other),
            self.kind: view.kind,
            self.second: gr.Dropdown(choices=self._others(view), value=view.second),
            self.column: gr.Column(visible=bool(view.second)),
            self.back: gr.Button(interactive=view.page > 0),
            self.on: gr.Button(interactive=view.page < last),
        }
        updates |= self.against.show(view)
        if view.second:
            updates |= self.second_against.show(view)
        return updates | self._walls(view)

    def _walls(self, view: View) -> Updates:
        """The walls and their lines; beside another label, with what is near the selected patch."""
        updates: Updates = {self.wall: self._wall(view, view.label)}
        updates[self.line] = self._line(view, view.label)
        if view.other:
            there = view_beside(view)
            updates[self.second_wall] = of_atlas(self._wall(there, there.label), view.other)
            title = self.desk.shelf(there).title
            updates[self.second_line] = self._line(there, there.label, title)
        elif view.second:
            updates[self.second_wall] = self._wall(view, view.second)
            updates[self.second_line] = self._line(view, view.second)
            return self._link(view, updates)
        return updates

    def _last(self, view: View) -> int:
        return last_page(self.desk.shelf(view), view, self.desk.shelves.get(view.other))

    def _link(self, view: View, updates: Updates) -> Updates:
        """Outline in the other wall what is nearest to the selected patch, and say so."""
        shelf = self.desk.shelf(view)
        patch = shelf.known(view.patch)
        sides = {
            view.label: (self.second_wall, self.second_line),
            view.second: (self.wall, self.line),
        }
        if patch is None or patch.label not in sides or view.second == view.label:
            return updates
        wall, line = sides[patch.label]
        names = [item["id"] for item in updates[wall]["items"]]
        near = shelf.nearest(patch.patch_id, names, NEAR)
        name = words.markdown(words.place(patch))
        if near:
            note = texts.OUTLINED.format(count=len(near), patch=name)
        elif names:
            note = texts.NOT_COMPARED.format(patch=name)
        else:
            return updates
        return updates | {wall: updates[wall] | {"near": near}, line: f"{updates[line]}; {note}"}

    def _others(self, view: View) -> list[tuple[str, str]]:
        labels = self.desk.shelves[view.other or view.atlas].labels
        return [(texts.NO_OTHER_LABEL, NONE), *((name, name) for name in labels)]

    def _patches(self, view: View, label: str) -> list[Patch]:
        sieve = self.desk.shelf(view).sieve
        return sieve.patches(label, view.kind, view.filter, view.page * PAGE, PAGE)

    def _wall(self, view: View, label: str) -> Value:
        kind = words.KINDS[view.kind]
        empty = texts.NONE_PASS if view.filter else texts.NONE_ON_PAGE
        empty = empty.format(kind=kind, label=label)
        patches = self._patches(view, label)
        return patch_wall(self.desk.shelf(view), patches, selected=view.patch, empty=empty)

    def _line(self, view: View, label: str, atlas: str = "") -> str:
        shelf, name = self.desk.shelf(view), f"**{words.markdown(label)}**"
        if atlas:
            name = texts.OF_ATLAS.format(label=name, atlas=words.markdown(atlas))
        every = shelf.atlas.count(label, view.kind)
        count, start = shelf.sieve.count(label, view.kind, view.filter), view.page * PAGE
        patches = self._patches(view, label)
        if not patches:
            none = texts.NONE_OF if view.filter and not count else texts.NO_MORE
            return none.format(label=name, every=every)
        places = texts.PLACES.format(start=start + 1, end=start + len(patches))
        text = texts.PATCHES_OF.format(label=name, places=places, count=count)
        if view.filter:
            text = texts.FILTERED_OF.format(label=name, count=count, every=every)
            if count > len(patches):
                text += texts.FILTERED_HERE.format(places=places)
        first, last = (words.score(patches[at].typicality) for at in (0, -1))
        text += texts.SCORES_FROM_TO.format(first=first, last=last)
        noise = sum(map(words.noise, patches))
        return text + (texts.NOISE.format(count=noise) if noise else "")

    def wire(self) -> None:
        """Connect walls, switch, second label and pages."""
        desk = self.desk
        outputs = [*desk.to("inspector"), *self.linked]
        self.wall.pick(self.on_pick, [desk.state], outputs, **EACH)
        self.second_wall.pick(self.on_pick_beside, [desk.state], desk.outputs, **EACH)
        self.kind.input(self.on_kind, [desk.state, self.kind], desk.to(TAB), **LAST)
        self.other.input(self.on_other, [desk.state, self.other], desk.to(TAB), **LAST)
        self.second.input(self.on_second, [desk.state, self.second], desk.to(TAB), **LAST)
        self.back.click(self.on_back, [desk.state], desk.to(TAB), **EACH)
        self.on.click(self.on_next, [desk.state], desk.to(TAB), **EACH)
        self.downloads.wire(self.chosen, [])
        self.against.wire()
        self.second_against.wire()

    def chosen(self, view: View) -> list[Chosen]:
        """What is handed out: the patches of the page."""
        return [Chosen(patch.patch_id) for patch in self._patches(view, view.label)]

    def on_pick(self, view: View, event: gr.EventData) -> Updates:
        """A picture was pressed: beside another label, both walls follow."""
        updates = self.desk.on_pick(view, event)
        return updates | self._walls(updates[self.desk.state]) if view.second else updates

    def on_pick_beside(self, view: View, event: gr.EventData) -> Updates:
        """A picture of the second wall, perhaps of another atlas."""
        return self.desk.crossing(view, event) or self.on_pick(view, event)

    def on_kind(self, view: View, kind: Any) -> Updates:
        """Top, random or least typical."""
        return self.desk.go(replace(view, kind=choice(kind, words.KINDS), page=0), TAB)

    def on_second(self, view: View, label: Any) -> Updates:
        """Another label beside it, or none."""
        known = [NONE, *self.desk.shelves[view.other or view.atlas].labels]
        second = choice(label or NONE, known)
        view = replace(view, second=second, twin=None, other=view.other if second else "")
        return self.desk.go(replace(view, page=min(view.page, self._last(view))), TAB)

    def on_other(self, view: View, other: Any) -> Updates:
        """A wall of another atlas beside it, or none."""
        view = self.desk.paired(view, other)
        return self.desk.go(replace(view, page=min(view.page, self._last(view))), TAB)

    def on_back(self, view: View) -> Updates:
        """The page before."""
        return self.desk.go(replace(view, page=max(view.page - 1, 0)), TAB)

    def on_next(self, view: View) -> Updates:
        """The next page, if there is one."""
        page = min(view.page + 1, self._last(view))
        return self.desk.go(replace(view, page=page), TAB)
