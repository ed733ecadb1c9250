"""The top of every screen: what the atlas is, which atlas, which label."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

import gradio as gr

from diffmine.app.components.cards.cards import cards
from diffmine.app.components.gate.gate import gate
from diffmine.app.components.head.head import head
from diffmine.app.components.labels.labels import event_of, labels
from diffmine.app.components.page.page import page
from diffmine.app.components.running.running import KINDS, running
from diffmine.app.desk import Desk
from diffmine.app.entrance import atlas_cards, finding_cards
from diffmine.app.held import held
from diffmine.app.parts import EACH, LAST, Updates, Value
from diffmine.app.past import Past
from diffmine.app.search import Search
from diffmine.app.view import View, choice, first_view, payload

FINDING = "finding"
"""The kind of atlas that research alone may use."""


class Header:
    """Title, atlas picker and label picker."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        view = desk.first
        names, titles = [tab.name for tab in desk.tabs], [tab.title for tab in desk.tabs]
        self.findings_of = lru_cache(maxsize=8)(self._findings_of)
        several = len(desk.shelves) > 1
        picker = atlas_cards(desk.shelves, desk.cache, view.atlas)
        self.atlas = desk.own(cards(picker, visible=several, elem_id="atlas"))
        with gr.Row(elem_id="top", equal_height=False):
            self.head = desk.own(head(self._head(view), scale=4, min_width=280))
            self.search = Search(desk)
            self.past = Past(desk)
            keys = page(titles, scale=0, min_width=44, elem_id="page")
            desk.state = desk.own(held(keys, "view", desk.read, desk.write))
        self.labels = desk.own(labels(names, self._labels(view), elem_id="labels"))
        desk.labels = self.labels
        self.search.place_results()
        desk.running = {kind: running(kind, elem_id=f"running-{kind}") for kind in KINDS}
        self.findings = desk.own(cards(self._findings(view), elem_id="findings"))
        self.picker = picker
        self.gate = desk.own(gate(self._gate(view), elem_id="gate"))

    def _findings_of(self, key: str, version: str) -> Value:
        return finding_cards(self.desk.shelves[key])

    def _findings(self, view: View) -> Value:
        return self.findings_of(view.atlas, self.desk.shelf(view).version)

    def _head(self, view: View) -> Value:
        shelf = self.desk.shelf(view)
        manifest = shelf.atlas.manifest
        return {
            "title": shelf.title,
            "line": manifest.description,
            "warning": manifest.limits[0] if manifest.limits else "",
        }

    def _gate(self, view: View) -> Value:
        kinds = {key: shelf.atlas.manifest.kind for key, shelf in self.desk.shelves.items()}
        other = next((key for key, kind in kinds.items() if kind != FINDING), "")
        return {"shut": kinds[view.atlas] == FINDING, "other": other}

    def _labels(self, view: View) -> Value:
        shelf = self.desk.shelf(view)
        counts = shelf.image_counts
        return {
            "atlas": view.atlas,
            "labels": [{"name": name, "count": counts.get(name, 0)} for name in shelf.labels],
            "tab": view.tab,
            "current": shelf.labels.index(view.label),
            "strip": shelf.atlas.manifest.kind == "time",
            "hidden": [tab.name for tab in self.desk.tabs if not tab.shown(shelf)],
        }

    def show(self, view: View) -> Updates:
        """Title and labels of a view."""
        return {
            self.head: self._head(view),
            self.labels: self._labels(view),
            self.atlas: self.picker | {"current": view.atlas},
            self.findings: self._findings(view),
            self.gate: self._gate(view),
        }

    def wire(self) -> None:
        """Connect both pickers."""
        desk = self.desk
        for tab in desk.tabs:
            outputs = [self.labels, *desk.to(tab.name, "inspector")]
            choose = getattr(self.labels, event_of(tab.name))
            choose(self._on_label(tab.name), [desk.state], outputs, **EACH)
        self.search.wire()
        self.atlas.press(self.on_atlas, [desk.state], desk.outputs, **LAST)
        self.findings.press(self.on_finding, [desk.state], desk.outputs, **LAST)

    def _on_label(self, tab: str) -> Callable[[View, gr.EventData], Updates]:
        def on_label(view: View, event: gr.EventData) -> Updates:
            desk, name = self.desk, payload(event, "label")
            labels = desk.shelf(view).labels
            if name not in labels and payload(event, "atlas") in desk.shelves.keys() - {view.atlas}:
                return desk.placed(view)  # pressed while another atlas was opened that lacks it
            view = desk.choose(replace(view, tab=tab), choice(name, labels))
            updates = desk.go(view, tab) | desk.inspector.show(view)
            return updates | {self.labels: self._labels(view)}

        return on_label

    def on_finding(self, view: View, event: gr.EventData) -> Updates:
        """The view behind a card of what to see first."""
        links = [card["key"] for card in self._findings(view)["cards"]]
        return self.desk.arrive(self.desk.read({"query": choice(payload(event, "key"), links)}))

    def on_atlas(self, view: View, event: gr.EventData) -> Updates:
        """Another atlas, from its beginning; the one that is open stays as it is."""
        shelf = self.desk.shelves[choice(payload(event, "key"), self.desk.shelves)]
        if shelf.key == view.atlas:
            return self.desk.placed(view)
        first = first_view(shelf)
        tab = view.tab if view.tab in self.desk.shown(shelf) else first.tab
        return self.desk.arrive(replace(first, tab=tab, score=view.score))
