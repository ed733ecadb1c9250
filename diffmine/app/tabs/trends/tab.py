"""Trends: how elements come and go from label to label (section 5.1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

import gradio as gr
import numpy as np
from PIL import Image

from diffmine.app import jobs, words, work
from diffmine.app import texts as shared
from diffmine.app.cache import digest
from diffmine.app.components.chart.chart import chart
from diffmine.app.components.chart.figures import number, over_labels
from diffmine.app.components.rows.rows import rows
from diffmine.app.components.wall.wall import patch_wall, wall
from diffmine.app.desk import Desk
from diffmine.app.parts import EACH, LAST, NOTHING, Updates, Value
from diffmine.app.shelf import Row, Shelf
from diffmine.app.sprites import sheet_of
from diffmine.app.strip import stored, window
from diffmine.app.tabs.trends import texts
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
from diffmine.app.texts import plurals
from diffmine.app.view import Refused, View, checked_index, choice, index, payload, picked
from diffmine.atlas.records import Patch
from diffmine.config import TrendsConfig
from diffmine.errors import DiffmineError

WHOLE = "all"
SEQUENCES = 20
MOST_DATED = 256
NOTHING_DRAWN: Value = {"rev": "none", "title": "", "data": [], "layout": {}, "empty": ""}
TAB = "trends"


class Trends:
    """The tab of the stage `trends`."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.sequences = lru_cache(maxsize=32)(self._sequences)
        self.all_changes = lru_cache(maxsize=4)(self._changes)
        own = desk.own
        self.element = own(
            gr.Dropdown(
                [(texts.WHOLE_LABEL, WHOLE)], value=WHOLE, label=texts.TREND_OF, elem_id="trend-of"
            )
        )
        with gr.Row():
            with gr.Column(min_width=300):
                self.share = own(chart(elem_id="share"))
            with gr.Column(min_width=300):
                self.typicality = own(chart(elem_id="trend"))
        self.line = own(gr.Markdown(elem_classes="dm-line"))
        self.wall = own(wall(elem_id="trend-wall"))
        self.multiples = own(chart(elem_id="multiples"))
        self.dating = own(chart(elem_id="dating"))
        self.date = own(gr.Button(texts.COMPUTE_DATING, size="sm", elem_id="date"))
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
        choices = [(texts.WHOLE_LABEL, WHOLE)]
        choices += [
            (shelf.element_name(view.label, row["element"]), str(row["element"]))
            for row in shelf.elements(view.label)
        ]
        value = WHOLE if view.element is None else str(view.element)
        rows = self.sequences(shelf.key, shelf.version, view.label, view.element)
        return {
            self.element: gr.Dropdown(choices=choices, value=value),
            **self._charts(view),
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
        known = view.element is None or not shelf.atlas.has("trends")
        if known or shelf.trends("element", label=view.label, element=view.element):
            return texts.PRESS_A_POINT
        return texts.TRENDS_GO

    def _charts(self, view: View) -> Updates:
        shelf = self.desk.shelf(view)
        ordered = shelf.atlas.manifest.kind == "time"
        common: dict[str, Any] = {"ordered": ordered, "marked": view.label}
        if view.element is None:
            rows = _by_target(shelf, shelf.trends("label", label=view.label))
            values = [number(row.get("typicality")) for row in rows]
            title = texts.TREND_OF_LABEL.format(label=view.label)
            notes = [
                texts.LABEL_NOTE.format(score=words.score(row.get("typicality")), n=row.get("n", 0))
                for row in rows
            ]
            chart = over_labels(
                shelf.cache, shelf.labels, values, title=title, notes=notes, zero=True, **common
            )
            near = likeness(
                shelf.cache,
                shelf.labels,
                shelf.places,
                ordered=ordered,
                marked=view.label,
            )
            curves = multiples(shelf, view.label, ordered=ordered)
            return {self.typicality: chart, self.share: near, self.multiples: curves}
        trends = shelf.trends("element", label=view.label, element=view.element)
        rows = _by_target(shelf, trends)
        shares = [number(row.get("share")) for row in rows]
        notes = [
            texts.SHARE_NOTE.format(share=share or 0, images=plurals(row.get("n", 0), "image"))
            for share, row in zip(shares, rows, strict=True)
        ]
        values = [number(row.get("typicality")) for row in rows]
        scores = [words.score(value) for value in values]
        return {
            self.multiples: NOTHING_DRAWN,
            self.share: over_labels(
                shelf.cache,
                shelf.labels,
                shares,
                title=texts.SHARE_OF_IMAGES,
                notes=notes,
                low=[number(row.get("low")) for row in rows],
                high=[number(row.get("high")) for row in rows],
                percent=True,
                **common,
            ),
            self.typicality: over_labels(
                shelf.cache,
                shelf.labels,
                values,
                title=texts.TREND_OF_MATCHES,
                notes=scores,
                zero=True,
                **common,
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
            self.date: gr.Button(visible=live),
        }

    def _curve(
        self, shelf: Shelf, patch: Patch | None, scores: dict[str, tuple[float, float]]
    ) -> Value:
        pairs = [scores.get(name, (None, None)) for name in shelf.labels]
        name = words.place(patch) if patch else texts.NO_PATCH
        return over_labels(
            shelf.cache,
            shelf.labels,
            [number(pair[0]) for pair in pairs],
            title=texts.DATING_CURVE.format(patch=name),
            notes=[words.score(*pair) for pair in pairs],
            errors=[number(pair[1]) for pair in pairs],
            ordered=shelf.atlas.manifest.kind == "time",
            marked=patch.label if patch else "",
            zero=True,
            empty=texts.DATING_NOT_STORED if patch else texts.DATING_OF_WHAT,
        )

    def _sequences(self, key: str, version: str, label: str, element: int | None) -> Value:
        shelf = self.desk.shelves[key]
        equal: dict[str, Any] = {"label": label}
        if element is not None:
            equal["element"] = element
        sequences = sorted(shelf.trends("sequence", **equal), key=lambda row: -row["typicality"])
        tiles: list[np.ndarray] = []
        rows: list[Value] = []
        for row in sequences[:SEQUENCES]:
            patch = shelf.known(row["patch_id"])
            if patch is not None:
                items = _sequence(shelf, patch, tiles, captions=not rows)
                rows.append(_row(shelf, patch, row, items))
        sheet = sheet_of(shelf.cache, tiles, generated=True).value() if tiles else None
        empty = texts.NO_SEQUENCES
        return {"rev": digest(rows, sheet), "sheet": sheet, "rows": rows, "empty": empty}

    def _changes(self, key: str, version: str) -> Value:
        return rows_of_changes(self.desk.shelves[key])

    def wire(self) -> None:
        """Connect the picker, charts, curve and rows."""
        desk = self.desk
        self.element.input(self.on_element, [desk.state, self.element], desk.to(TAB), **LAST)
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
        ready = gr.Button(texts.COMPUTE_DATING, interactive=True)
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


def _by_target(shelf: Shelf, rows: list[Row]) -> list[Row]:
    by_target = {row["target"]: row for row in rows}
    return [by_target.get(name, {}) for name in shelf.labels]


def _sequence(
    shelf: Shelf, patch: Patch, tiles: list[np.ndarray], *, captions: bool
) -> list[Value]:
    strip = stored(shelf, patch)
    items: list[Value] = []
    for label in shelf.labels:
        translation = strip.translations.get(label)
        one: Value = {"id": patch.patch_id, "caption": label if captions else ""}
        if label == patch.label:
            one |= {
                "frame": True,
                "alt": texts.SOURCE_PATCH.format(patch=words.alt(patch)),
                "at": len(tiles),
            }
            tiles.append(shelf.crop(patch))
        elif translation is not None:
            one |= {"made": True, "alt": shared.GENERATED.format(label=label), "at": len(tiles)}
            tiles.append(window(patch, translation.picture))
        else:
            one |= {"blank": True, "alt": shared.NOT_TRANSLATED.format(label=label)}
        items.append(one)
    return items


def _row(shelf: Shelf, patch: Patch, row: Row, items: list[Value]) -> Value:
    element = patch.element
    known = element is not None and shelf.has_element(patch.label, element)
    title = texts.PATCH
    if known and element is not None:
        title = shelf.element_name(patch.label, element)
    return {
        "key": patch.patch_id,
        "title": title,
        "flag": "",
        "why": "",
        "facts": [
            texts.CO_TYPICALITY.format(score=words.score(row["typicality"])),
            words.place(patch),
        ],
        "items": items,
    }
