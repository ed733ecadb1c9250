"""Trends: how elements come and go from label to label (section 5.1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

import gradio as gr
from PIL import Image

from diffmine.app import jobs, words, work
from diffmine.app import texts as shared
from diffmine.app.chartfiles import ChartFiles
from diffmine.app.components.chart.chart import chart
from diffmine.app.components.chart.figures import curves_value, number, over_labels
from diffmine.app.components.rows.rows import rows
from diffmine.app.components.wall.wall import patch_wall, wall
from diffmine.app.desk import Desk
from diffmine.app.parts import EACH, LAST, NOTHING, Updates, Value
from diffmine.app.shelf import Shelf
from diffmine.app.tabs.trends import charts, texts
from diffmine.app.tabs.trends.changes import (
    SIDES,
    cells,
    examples,
    matrix,
    rows_of_changes,
    whole_sequence,
)
from diffmine.app.tabs.trends.likeness import likeness
from diffmine.app.tabs.trends.multiples import element_of, elements_shown, multiples, traces_of
from diffmine.app.tabs.trends.pair import Pair
from diffmine.app.tabs.trends.sequences import rows_of_sequences
from diffmine.app.tabs.trends.timeline import NOTHING_DRAWN, TAB, Timeline
from diffmine.app.view import Refused, View, checked_index, choice, index, payload, picked
from diffmine.atlas.records import Patch
from diffmine.config import TrendsConfig
from diffmine.errors import DiffmineError

WHOLE, NONE = "all", ""
MOST_DATED = 256


class Trends:
    """The tab of the stage `trends`."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.sequences = lru_cache(maxsize=32)(self._sequences)
        self.all_changes = lru_cache(maxsize=4)(self._changes)
        own = desk.own
        with gr.Row(elem_classes="dm-controls"):
            whole = [(texts.WHOLE_LABEL, WHOLE)]
            self.element = own(_picker(texts.TREND_OF, "trend-of", choices=whole, value=WHOLE))
            self.other = own(_picker(texts.BESIDE_LABEL, "trend-beside", visible=False))
            self.other_element = own(_picker(texts.BESIDE_ELEMENT, "trend-versus", visible=False))
            width = own(_picker(texts.BIN, "bin", visible=False, filterable=False))
            self.pair = Pair(desk)
        with gr.Row():
            with gr.Column(min_width=300):
                self.share = own(chart(elem_id="share"))
            with gr.Column(min_width=300):
                self.typicality = own(chart(elem_id="trend"))
        self.pair.place_charts()
        self.timeline = Timeline(desk, width, self.pair.place_years)
        self.files = ChartFiles(desk)
        self.line = own(gr.Markdown(elem_classes="dm-line"))
        self.wall = own(wall(elem_id="trend-wall"))
        self.multiples = own(chart(elem_id="multiples"))
        self.dating = own(chart(elem_id="dating"))
        first = _compute(desk.shelf(desk.first))
        self.date = own(gr.Button(first, size="sm", elem_id="date"))
        self.dated: dict[tuple[str, str], dict[str, tuple[float, float]]] = {}
        self.news = gr.State(None)  # a new object with every step of a curve that is computed
        self.about = own(gr.Markdown(elem_classes="dm-line"))
        self.rows = own(rows(elem_id="sequences"))
        self.side = own(
            gr.Radio(list(SIDES), value=texts.SIDES["added"], label=texts.SIDE, elem_id="side")
        )
        self.matrix = own(chart(elem_id="counts"))
        self.cell = own(gr.Markdown(elem_classes="dm-line"))
        self.examples = own(wall(elem_id="examples"))
        self.change_line = own(gr.Markdown(elem_classes="dm-line"))
        self.changes = own(rows(elem_id="changes"))
        self.sequence_line = own(gr.Markdown(elem_classes="dm-line"))
        self.sequence = own(wall(elem_id="sequence"))

    def show(self, view: View) -> Updates:
        """Charts of the label or of the open element, the selected patch's curve, the sequences."""
        shelf = self.desk.shelf(view)
        choices = [(texts.WHOLE_LABEL, WHOLE), *_named(shelf, view.label)]
        value = WHOLE if view.element is None else str(view.element)
        rows = self.sequences(shelf.key, shelf.version, view.label, view.element)
        return {
            self.element: gr.Dropdown(choices=choices, value=value),
            **self._beside(view),
            **self._charts(view),
            **self.timeline.show(view),
            **self.pair.show(view),
            self.line: self._hint(view),
            self.wall: NOTHING,
            **self._dating(view),
            self.about: texts.SEQUENCES if rows["rows"] else "",
            self.rows: rows,
            **self._parallel(view),
        }

    def _parallel(self, view: View) -> Updates:
        """The elements of change and the counts, where the parallel set was made."""
        shelf = self.desk.shelf(view)
        there = shelf.atlas.has("changes")
        changes = self.all_changes(shelf.key, shelf.version) if there else NOTHING
        counted = there and bool(shelf.rows_of("counts"))
        return {
            self.side: gr.Radio(visible=counted, value=texts.SIDES["added"]),
            self.matrix: matrix(shelf, view.label, "added") if counted else NOTHING_DRAWN,
            self.cell: texts.PRESS_A_CELL if counted else "",
            self.examples: NOTHING,
            self.change_line: texts.CHANGES if changes["rows"] else "",
            self.changes: changes,
            self.sequence_line: "",
            self.sequence: NOTHING,
        }

    def _hint(self, view: View) -> str:
        shelf = self.desk.shelf(view)
        if not shelf.atlas.has("trends"):
            return texts.NO_TRENDS
        whole = view.element is None
        if whole or shelf.trends("element", label=view.label, element=view.element):
            return texts.PRESS_A_POINT
        return texts.TRENDS_GO

    def _charts(self, view: View) -> Updates:
        shelf = self.desk.shelf(view)
        scores = charts.typicality(shelf, view)
        updates: Updates = {
            self.typicality: curves_value(
                shelf.cache, scores, charts.notes(scores), marked=view.label
            )
        }
        shares = charts.share(shelf, view)
        if shares is not None:
            drawn = curves_value(shelf.cache, shares, charts.notes(shares), marked=view.label)
            return updates | {self.multiples: NOTHING_DRAWN, self.share: drawn}
        ordered = shelf.atlas.manifest.kind == "time"
        near = likeness(shelf.cache, shelf.labels, shelf.places, ordered=ordered, marked=view.label)
        curves = multiples(shelf, view.label, ordered=ordered)
        return updates | {self.share: near, self.multiples: curves}

    def _beside(self, view: View) -> Updates:
        """The pickers of a second element, where one is open."""
        shelf, versus = self.desk.shelf(view), view.versus
        there = view.element is not None
        labels = [(texts.NOTHING_BESIDE, NONE), *((name, name) for name in shelf.labels)]
        return {
            self.other: gr.Dropdown(
                choices=labels, value=versus[0] if versus else NONE, visible=there
            ),
            self.other_element: gr.Dropdown(
                choices=_named(shelf, versus[0]) if versus else [],
                value=str(versus[1]) if versus else None,
                visible=there and versus is not None,
            ),
        }

    def _dating(self, view: View) -> Updates:
        shelf = self.desk.shelf(view)
        patch = shelf.known(view.patch)
        rows = shelf.trends("patch", patch_id=view.patch) if patch else []
        by_target = {row["target"]: (row["typicality"], row["se"]) for row in rows}
        by_target = by_target or self.dated.get((shelf.version, view.patch), {})
        live = patch is not None and not rows and shelf.model is not None
        return {
            self.dating: self._curve(shelf, patch, by_target),
            self.date: gr.Button(_compute(shelf), visible=live),
        }

    def _curve(
        self, shelf: Shelf, patch: Patch | None, scores: dict[str, tuple[float, float]]
    ) -> Value:
        pairs = [scores.get(name, (None, None)) for name in shelf.labels]
        name, curve = words.place(patch) if patch else texts.NO_PATCH, _curve_of(shelf)
        return over_labels(
            shelf.cache,
            shelf.labels,
            [number(pair[0]) for pair in pairs],
            title=texts.CURVE_OF.format(curve=curve[0].upper() + curve[1:], patch=name),
            notes=[words.score(*pair) for pair in pairs],
            errors=[number(pair[1]) for pair in pairs],
            ordered=shelf.atlas.manifest.kind == "time",
            marked=patch.label if patch else "",
            zero=True,
            empty=texts.CURVE_NOT_STORED.format(curve=curve) if patch else texts.CURVE_OF_WHAT,
        )

    def _sequences(self, key: str, version: str, label: str, element: int | None) -> Value:
        return rows_of_sequences(self.desk.shelves[key], label, element)

    def _changes(self, key: str, version: str) -> Value:
        return rows_of_changes(self.desk.shelves[key])

    def wire(self) -> None:
        """Connect the picker, charts, curve and rows."""
        desk = self.desk
        self.element.input(self.on_element, [desk.state, self.element], desk.to(TAB), **LAST)
        others = [desk.state, self.other]
        self.other.input(self.on_other, others, desk.to(TAB), **LAST)
        others = [desk.state, self.other_element]
        self.other_element.input(self.on_other_element, others, desk.to(TAB), **LAST)
        self.timeline.wire(self.files, self.line, self.wall)
        self.pair.wire()
        self.files.wire(self.share, lambda view: charts.share(desk.shelf(view), view))
        self.files.wire(self.typicality, lambda view: charts.typicality(desk.shelf(view), view))
        for event in (self.timeline.ends.pick, self.timeline.ends.open):
            event(self.on_row, [desk.state], desk.to(TAB, "inspector"), **EACH)
        for curve in (self.share, self.typicality):
            curve.point(self.on_point, [desk.state], [self.line, self.wall], **LAST)
        self.multiples.point(self.on_multiple, [desk.state], desk.to(TAB), **LAST)
        self.wall.pick(self.on_row, [desk.state], desk.to(TAB, "inspector"), **EACH)
        self.rows.pick(self.on_row, [desk.state], desk.to(TAB, "inspector"), **EACH)
        self.rows.open(self.on_row, [desk.state], desk.to(TAB, "inspector"), **LAST)
        self.side.input(self.on_side, [desk.state, self.side], [self.matrix], **LAST)
        self.matrix.point(self.on_cell, [desk.state, self.side], [self.cell, self.examples], **LAST)
        self.examples.pick(self.on_row, [desk.state], desk.to(TAB, "inspector"), **EACH)
        for event in (self.changes.pick, self.changes.open):
            event(self.on_sequence, [desk.state], [self.sequence_line, self.sequence], **LAST)
        self.date.click(
            self.on_date,
            [desk.state],
            [self.news, self.date],
            show_progress="minimal",
            show_progress_on=[self.date],
            **jobs.ONE_AT_A_TIME,
        )
        self.news.change(self._dating, [desk.state], [self.dating, self.date], **LAST)

    def on_element(self, view: View, element: Any) -> Updates:
        """The whole label, or one of its elements."""
        if element == WHOLE:
            return self.desk.go(replace(view, element=None), TAB)
        value = int(element) if isinstance(element, str) and element.isdigit() else None
        if not self.desk.shelf(view).has_element(view.label, value):
            raise gr.Error(shared.NO_SUCH_ELEMENT, print_exception=False)
        return self.desk.go(replace(view, element=value), TAB)

    def on_other(self, view: View, label: Any) -> Updates:
        """The label whose element is drawn too: its first one, or none."""
        shelf = self.desk.shelf(view)
        label = choice(label or NONE, [NONE, *shelf.labels])
        first = [row["element"] for row in shelf.elements(label)][:1]
        versus = (label, first[0]) if first else None
        return self.desk.go(replace(view, versus=versus), TAB)

    def on_other_element(self, view: View, element: Any) -> Updates:
        """The element that is drawn beside the one that is open."""
        if view.versus is None:
            raise gr.Error(shared.NO_SUCH_ELEMENT, print_exception=False)
        known = [number for _, number in _named(self.desk.shelf(view), view.versus[0])]
        versus = (view.versus[0], int(choice(element, known)))
        return self.desk.go(replace(view, versus=versus), TAB)

    def on_multiple(self, view: View, event: gr.EventData) -> Updates:
        """A small chart: its element is opened."""
        shelf = self.desk.shelf(view)
        curve = index(event, "curve", traces_of(shelf, view.label))
        element = elements_shown(shelf, view.label)[element_of(curve)]
        return self.desk.go(replace(view, element=element), TAB)

    def on_point(self, view: View, event: gr.EventData) -> tuple[str, Value]:
        """The patches behind a point."""
        shelf = self.desk.shelf(view)
        target = shelf.labels[index(event, "point", len(shelf.labels))]
        name = words.markdown(target)
        if view.element is None:
            patches = shelf.atlas.patches(target, count=24)
            text = texts.TOP_OF_POINT.format(label=name)
        else:
            patches = shelf.like_element(view.label, view.element, target)
            element = words.markdown(shelf.element_name(view.label, view.element))
            text = texts.TOP_NEAR_ELEMENT.format(label=name, element=element)
        empty = texts.NO_NEAREST
        return text, patch_wall(shelf, patches, selected=view.patch, empty=empty, size=56)

    def on_row(self, view: View, event: gr.EventData) -> Updates:
        """A patch or the source of a sequence: in the inspector and in the dating curve."""
        if payload(event, "key") is not None:
            event = gr.EventData(None, {"id": payload(event, "key")})
        updates = self.desk.select(view, picked(event, self.desk.shelf(view)))
        return updates | self.show(updates[self.desk.state])

    def on_side(self, view: View, side: Any) -> Value:
        """What is added, or what is removed."""
        return matrix(self.desk.shelf(view), view.label, SIDES[choice(side, SIDES)])

    def on_cell(self, view: View, side: Any, event: gr.EventData) -> tuple[str, Value]:
        """A cell of the counts: pairs of source and translation behind it."""
        shelf, place = self.desk.shelf(view), payload(event, "point")
        if not isinstance(place, list) or len(place) != 2:
            raise Refused(texts.NO_SUCH_CELL)
        rows = cells(shelf, view.label)
        at = checked_index(place[0], len(rows))
        row = rows[at][checked_index(place[1], len(shelf.labels))]
        return examples(shelf, row, SIDES[choice(side, SIDES)])

    def on_sequence(self, view: View, event: gr.EventData) -> tuple[str, Value]:
        """A sequence: its whole pictures."""
        name = payload(event, "key") or payload(event, "id")
        sequence = whole_sequence(self.desk.shelf(view), name) if isinstance(name, str) else None
        if sequence is None:
            raise Refused(texts.NO_SUCH_SEQUENCE)
        return sequence

    def on_date(self, view: View) -> Iterator[Updates]:
        """Score the selected patch under every label now."""
        shelf = self.desk.shelf(view)
        patch = shelf.known(view.patch)
        if patch is None or shelf.model is None:
            raise gr.Error(texts.NO_MODEL_TO_DATE, print_exception=False)
        yield {self.date: gr.Button(texts.COMPUTING, interactive=False)}
        ready = gr.Button(_compute(shelf), interactive=True)
        job = work.dating_curve(
            str(shelf.model),
            Image.fromarray(shelf.pixels(patch.image_id)),
            (patch.row, patch.col, patch.size),
            shelf.labels,
            shelf.atlas.scoring(shelf.atlas.configured(TrendsConfig).draws),
            patch.image_id,
        )
        try:
            for results in job:
                pairs = [(float(score.typicality), float(score.se)) for score in results]
                scores = dict(zip(shelf.labels, pairs, strict=True))
                self.dated[shelf.version, patch.patch_id] = scores
                self.dated = dict([*self.dated.items()][-MOST_DATED:])
                yield {self.news: object(), self.date: ready}
        except DiffmineError as error:
            yield {self.date: ready}
            raise gr.Error(str(error), print_exception=False) from error


def _curve_of(shelf: Shelf) -> str:
    """What a patch's scores under all labels are called: only times date it."""
    return texts.CURVES.get(shelf.atlas.manifest.kind, texts.CURVE)


def _compute(shelf: Shelf) -> str:
    return texts.COMPUTE_CURVE.format(curve=_curve_of(shelf))


def _picker(label: str, name: str, **more: Any) -> gr.Dropdown:
    return gr.Dropdown(label=label, elem_id=name, min_width=180, **more)


def _named(shelf: Shelf, label: str) -> list[tuple[str, str]]:
    """The elements of a label as choices."""
    numbers = [row["element"] for row in shelf.elements(label)]
    return [(shelf.element_name(label, number), str(number)) for number in numbers]
