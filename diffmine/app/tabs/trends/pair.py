"""Another atlas beside the open one: the same charts of a label or element of it, below those of
this one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import gradio as gr

from diffmine.app import texts as shared
from diffmine.app import words
from diffmine.app.chartfiles import ChartFiles
from diffmine.app.components.chart.chart import chart
from diffmine.app.components.chart.figures import curves_value
from diffmine.app.desk import Desk
from diffmine.app.parts import LAST, Updates
from diffmine.app.shelf import Shelf
from diffmine.app.tabs.trends import charts, texts, years
from diffmine.app.tabs.trends.likeness import likeness
from diffmine.app.tabs.trends.timeline import NOTHING_DRAWN, TAB
from diffmine.app.view import View, choice
from diffmine.export.charts import Curves

WHOLE, NONE = "all", ""


class Pair:
    """The pickers of an atlas that stands beside, of a label and an element there, and its
    charts."""

    def __init__(self, desk: Desk) -> None:
        """The pickers, among those of the tab."""
        self.desk = desk
        several = len(desk.shelves) > 1
        self.atlas = desk.own(_picker(texts.BESIDE_ATLAS, "pair-atlas", several))
        self.label = desk.own(_picker(texts.BESIDE_ATLAS_LABEL, "pair-label"))
        self.element = desk.own(_picker(texts.BESIDE_ATLAS_ELEMENT, "pair-element"))

    def place_charts(self) -> None:
        """The charts over the labels, below those of the open atlas."""
        own = self.desk.own
        self.line = own(gr.Markdown(elem_classes="dm-line"))
        with gr.Row():
            with gr.Column(min_width=300):
                self.share = own(chart(elem_id="pair-share"))
            with gr.Column(min_width=300):
                self.typicality = own(chart(elem_id="pair-trend"))
        self.files = ChartFiles(self.desk)

    def place_years(self) -> None:
        """The chart over the years, below that of the open atlas."""
        self.years = self.desk.own(chart(elem_id="pair-years"))

    def show(self, view: View) -> Updates:
        """The atlas beside a view, if there is one."""
        beside = self.desk.beside(view)
        atlases = [(texts.NO_OTHER_ATLAS, NONE), *self.desk.others(view)]
        updates: Updates = {self.atlas: gr.Dropdown(choices=atlases, value=view.other)}
        if beside is None:
            nothing = (self.share, self.typicality, self.years)
            return {
                **updates,
                **dict.fromkeys((self.label, self.element), gr.Dropdown(visible=False)),
                **dict.fromkeys(nothing, NOTHING_DRAWN),
                self.line: "",
            }
        shelf, there = beside
        what = there.label
        if there.element is not None:
            what = years.name_of(shelf, (there.label, there.element))
        value = WHOLE if there.element is None else str(there.element)
        return {
            **updates,
            self.label: gr.Dropdown(choices=shelf.labels, value=there.label, visible=True),
            self.element: gr.Dropdown(choices=_elements(shelf, there), value=value, visible=True),
            self.line: texts.BESIDE_IS.format(
                what=words.markdown(what), atlas=words.markdown(shelf.title)
            ),
            **self._charts(shelf, there),
        }

    def _charts(self, shelf: Shelf, there: View) -> Updates:
        scores, shares = charts.typicality(shelf, there), charts.share(shelf, there)
        by_year = years.by_year(shelf, there)
        if shares is None:
            ordered = shelf.atlas.manifest.kind == "time"
            share = likeness(
                shelf.cache, shelf.labels, shelf.places, ordered=ordered, marked=there.label
            )
        else:
            share = curves_value(shelf.cache, shares, charts.notes(shares), marked=there.label)
        trend = curves_value(shelf.cache, scores, charts.notes(scores), marked=there.label)
        drawn = NOTHING_DRAWN
        if by_year is not None:
            drawn = curves_value(shelf.cache, by_year, years.notes(by_year), texts.NO_YEARS)
        return {self.share: share, self.typicality: trend, self.years: drawn}

    def wire(self) -> None:
        """Connect the pickers and the charts' files."""
        desk = self.desk
        state, shown = desk.state, desk.to(TAB)
        self.atlas.input(self.on_atlas, [state, self.atlas], shown, **LAST)
        self.label.input(self.on_label, [state, self.label], shown, **LAST)
        self.element.input(self.on_element, [state, self.element], shown, **LAST)
        for drawn, curves in (
            (self.share, charts.share),
            (self.typicality, charts.typicality),
            (self.years, years.by_year),
        ):
            self.files.wire(drawn, partial(self._beside, curves))

    def _beside(self, curves: Callable[[Shelf, View], Curves | None], view: View) -> Curves | None:
        beside = self.desk.beside(view)
        return curves(*beside) if beside else None

    def on_atlas(self, view: View, key: Any) -> Updates:
        """Another atlas beside the open one, or none: at the label, and where one is open at the
        element, of the same name."""
        paired = self.desk.paired(view, key)
        if paired.other and view.element is not None:
            name = self.desk.shelf(view).element_name(view.label, view.element)
            there = self.desk.shelves[paired.other]
            rows = there.elements(paired.second)
            same = [
                row["element"]
                for row in rows
                if there.element_name(paired.second, row["element"]) == name
            ]
            first = [row["element"] for row in rows]
            paired = replace(paired, twin=next(iter([*same, *first]), None))
        return self.desk.go(paired, TAB)

    def on_label(self, view: View, label: Any) -> Updates:
        """Another label of the atlas beside."""
        known = self.desk.shelves[view.other].labels if view.other else []
        return self.desk.go(replace(view, second=choice(label, known), twin=None), TAB)

    def on_element(self, view: View, element: Any) -> Updates:
        """The whole label there, or one of its elements."""
        beside = self.desk.beside(view)
        if beside is None:
            raise gr.Error(shared.NO_SUCH_ELEMENT, print_exception=False)
        value = choice(element, [number for _, number in _elements(*beside)])
        return self.desk.go(replace(view, twin=None if value == WHOLE else int(value)), TAB)


def _elements(shelf: Shelf, there: View) -> list[tuple[str, str]]:
    numbers = [row["element"] for row in shelf.elements(there.label)]
    named = [(shelf.element_name(there.label, number), str(number)) for number in numbers]
    return [(texts.WHOLE_LABEL, WHOLE), *named]


def _picker(label: str, name: str, visible: bool = False) -> gr.Dropdown:
    return gr.Dropdown(label=label, elem_id=name, min_width=160, visible=visible)
