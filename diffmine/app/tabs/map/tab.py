"""Map: the patches laid out by likeness (UMAP of their features)."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

import gradio as gr
import numpy as np

from diffmine.app import texts as shared
from diffmine.app import words
from diffmine.app.bins import time_of
from diffmine.app.components.filters.filters import Mistyped, from_query
from diffmine.app.components.map.map import scatter_map
from diffmine.app.components.table.table import table, table_value
from diffmine.app.components.wall.wall import patch_wall, wall
from diffmine.app.desk import Desk
from diffmine.app.downloads import Downloads
from diffmine.app.held import held, unseen
from diffmine.app.inspector.entries import MOST
from diffmine.app.parts import EACH, LAST, NOTHING, Updates, Value
from diffmine.app.shelf import Shelf
from diffmine.app.tabs.map import texts
from diffmine.app.tabs.map.gather import Gather
from diffmine.app.tabs.map.points import MOST_CROPS, Points, crops, inside, map_value, points
from diffmine.app.view import COLOURS, View, choice, index, polygon
from diffmine.atlas.filters import Filter
from diffmine.atlas.records import Patch
from diffmine.export.chosen import Chosen

SCOPES = [(text, scope) for scope, text in shared.SCOPES.items()]
SHOWN = 60
MOST_OUT = 400
LISTED = 50
TAB = "map"


def colours_for(shelf: Shelf, view: View) -> list[tuple[str, str]]:
    """What points can be coloured by; by years where they differ."""
    names = {
        "labels": texts.COLOUR_LABEL,
        "years": texts.COLOUR_YEARS,
        "elements": shared.ELEMENT,
        "typicality": shared.TYPICALITY,
    }
    dated = time_of(shelf, 0) is not None
    return [(names[one], one) for one in COLOURS[view.scope] if one != "years" or dated]


class Map:
    """The tab of the map."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.points = lru_cache(maxsize=16)(self._points)
        own = desk.own
        with gr.Row(elem_classes=["dm-controls", "dm-after"]):
            self.scope = own(
                gr.Radio(SCOPES, value="one", label=texts.SCOPE, elem_id="scope", min_width=220)
            )
            self.colour = own(
                gr.Radio(
                    colours_for(desk.shelf(desk.first), desk.first),
                    value="elements",
                    label=texts.COLOUR,
                    elem_id="colour",
                    min_width=220,
                )
            )
        with gr.Row():
            with gr.Column(scale=3, min_width=320):
                self.map = own(scatter_map(self.crops, elem_id="map"))
                self.hint = own(gr.Markdown(texts.MAP_HINT, elem_classes="dm-line"))
            with gr.Column(scale=2, min_width=280, visible=False, elem_id="outlined") as side:
                self.line = own(gr.Markdown(elem_classes="dm-line"))
                self.add = own(gr.Button(texts.ADD_ALL, size="sm", elem_id="add-outlined"))
                self.gather = Gather(desk, self.outlined)
                self.wall = own(wall(sized=True, elem_id="map-wall"))
                with gr.Accordion(texts.EXPORT_OUTLINED, open=False, elem_id="map-export"):
                    self.downloads = Downloads(desk, "map")
            self.side = own(side)
            self.outline = own(held(unseen(), "outline", _corners, _outlined))
        with gr.Accordion(texts.AS_A_TABLE, open=False, elem_id="map-table"):
            self.table = own(table())

    def _points(self, key: str, version: str, label: str | None, filter: Filter) -> Points:
        shelf = self.desk.shelves[key]
        every = points(shelf, label)
        return every.only(shelf.sieve.everywhere(filter)[every.rows]) if filter else every

    def _points_of(self, view: View) -> Points:
        shelf = self.desk.shelf(view)
        return self.points(view.atlas, shelf.version, _label(view), view.filter)

    def crops(self, data: Any) -> dict[str, Any] | None:
        """Crops of a few points, for the pointer and for thumbnails; reads only."""
        if not isinstance(data, dict):
            return None
        key, label, wanted = data.get("atlas"), data.get("label"), data.get("points")
        shelf = self.desk.shelves.get(key) if isinstance(key, str) else None
        if shelf is None or not isinstance(wanted, list):
            return None
        if label is not None and label not in shelf.labels:
            return None
        try:
            filter = from_query(_texts(data.get("filter")), shelf.sieve)
        except Mistyped:
            return None
        points = self.points(shelf.key, shelf.version, label, filter)
        fits = 0 < len(wanted) <= MOST_CROPS and all(
            type(at) is int and 0 <= at < len(points) for at in wanted
        )
        return crops(shelf, points, wanted) if fits else None

    def show(self, view: View) -> Updates:
        """The map of a view, with the open element in focus."""
        shelf, points = self.desk.shelf(view), self._points_of(view)
        focus: list[int] = []
        if view.scope == "one" and view.element is not None:
            focus = np.flatnonzero(points.element == view.element).tolist()
        return {
            self.scope: view.scope,
            self.colour: gr.Radio(choices=colours_for(shelf, view), value=view.colour),
            self.map: map_value(shelf, points, _label(view), view.colour, focus, view.filter),
            **self._nothing(texts.MAP_HINT),
            self.table: self._table(view, points),
        }

    def _table(self, view: View, points: Points) -> Value:
        shelf = self.desk.shelf(view)
        start = points.at(shelf.atlas.lists.names.row(view.patch))
        order = np.arange(min(len(points), LISTED))
        if start is not None:
            order = nearest(points.xy, start, LISTED)
        chosen = points.patches(shelf, order)
        places = [f"{x:.2f}, {y:.2f}" for x, y in points.xy[order]]
        rows = [
            [
                texts.MAP_PATCH.format(label=patch.label, rank=patch.rank),
                words.score(patch.typicality, patch.se),
                "" if patch.element is None else shelf.element_name(patch.label, patch.element),
                place,
            ]
            for patch, place in zip(chosen, places, strict=True)
        ]
        caption = texts.MAP_CAPTION_FIRST if start is None else texts.MAP_CAPTION_NEAR
        return table_value(
            texts.MAP_HEADS,
            rows,
            ids=[patch.patch_id for patch in chosen],
            caption=caption.format(shown=len(rows), count=len(points)),
        )

    def wire(self) -> None:
        """Connect switches, map, wall and table."""
        desk = self.desk
        self.scope.input(self.on_scope, [desk.state, self.scope], desk.to(TAB), **LAST)
        self.colour.input(self.on_colour, [desk.state, self.colour], desk.to(TAB), **LAST)
        self.map.point(self.on_point, [desk.state], [*desk.to("inspector"), self.table], **LAST)
        beside = [self.hint, self.side, self.line, self.add, self.wall, self.outline]
        beside += self.gather.parts
        self.gather.wire(self.outline)
        self.map.outline(self.on_outline, [desk.state], beside, **LAST)
        self.map.cleared(self.on_cleared, None, beside, **LAST)
        self.downloads.wire(self.chosen, [self.outline])
        inputs = [desk.state, desk.basket, self.outline]
        self.add.click(self.on_add, inputs, desk.added, **EACH)
        self.wall.pick(desk.on_pick, [desk.state], desk.to("inspector"), **EACH)
        self.table.pick(desk.on_pick, [desk.state], desk.to("inspector"), **EACH)

    def on_scope(self, view: View, scope: Any) -> Updates:
        """One label or all."""
        scope = choice(scope, COLOURS)
        view = replace(view, scope=scope, colour=COLOURS[scope][0], element=None)
        return self.desk.go(view, TAB)

    def on_colour(self, view: View, colour: Any) -> Updates:
        """Other colours for the same points."""
        return self.desk.go(replace(view, colour=choice(colour, COLOURS[view.scope])), TAB)

    def on_point(self, view: View, event: gr.EventData) -> Updates:
        """A point was pressed."""
        points = self._points_of(view)
        (patch,) = points.patches(self.desk.shelf(view), [index(event, "point", len(points))])
        chosen = self.desk.select(view, patch)
        chosen[self.table] = self._table(replace(view, patch=patch.patch_id), points)
        return chosen

    def inside(self, view: View, corners: np.ndarray) -> np.ndarray:
        """The points inside an outline, float (n, 2), the most typical first."""
        points = self._points_of(view)
        chosen = np.flatnonzero(inside(points.xy, corners))
        return chosen[np.argsort(-points.typicality[chosen], kind="stable")]

    def outlined(self, view: View, corners: np.ndarray, most: int) -> list[Patch]:
        """The most typical patches inside an outline."""
        if len(corners) < 3:
            return []
        chosen = self.inside(view, corners)[:most]
        return self._points_of(view).patches(self.desk.shelf(view), chosen)

    def chosen(self, view: View, corners: np.ndarray) -> list[Chosen]:
        """What is handed out: the patches inside the outline, the most typical ones."""
        return [Chosen(patch.patch_id) for patch in self.outlined(view, corners, MOST_OUT)]

    def on_outline(self, view: View, event: gr.EventData) -> Updates:
        """An outline was drawn: how many, of which labels, and the most typical of them."""
        points, shelf, corners = self._points_of(view), self.desk.shelf(view), polygon(event)
        chosen = self.inside(view, corners)
        if not len(chosen):
            return self._nothing(texts.NOTHING_OUTLINED)
        patches = points.patches(shelf, chosen[:SHOWN])
        counts = np.bincount(points.label[chosen], minlength=len(shelf.labels))
        labels = mix(shelf.labels, counts)
        text = texts.INSIDE_OUTLINE.format(count=len(chosen), every=len(points), labels=labels)
        if len(chosen) > SHOWN:
            text += texts.ONLY_SHOWN.format(shown=SHOWN)
        several = view.scope == "all"
        most = min(len(chosen), MOST)
        add = texts.ADD_ALL if most == len(chosen) else texts.ADD_FIRST.format(count=most)
        return {
            self.hint: texts.MAP_HINT,
            self.side: gr.Column(visible=True),
            self.line: text,
            self.add: gr.Button(add),
            self.wall: patch_wall(shelf, patches, selected=view.patch, labelled=several, size=64),
            self.outline: corners,
            **self.gather.show(view, int(counts[shelf.labels.index(view.label)])),
        }

    def on_add(self, view: View, entries: Any, corners: np.ndarray) -> Updates:
        """All patches inside the outline, as many as there is room for, into the basket."""
        return self.desk.add_all(view, entries, self.outlined(view, corners, MOST))

    def on_cleared(self) -> Updates:
        """The outline was taken away."""
        return self._nothing(texts.MAP_HINT)

    def _nothing(self, hint: str) -> Updates:
        return {
            self.hint: hint,
            self.side: gr.Column(visible=False),
            self.line: "",
            self.wall: NOTHING,
            self.outline: np.zeros((0, 2)),
        }


def nearest(xy: np.ndarray, start: int, count: int) -> np.ndarray:
    """The `count` points (n, 2) that lie nearest to one, the nearest first: that one itself."""
    away = ((xy - xy[start]) ** 2).sum(1)
    near = np.arange(len(xy))
    if count < len(xy):
        near = np.flatnonzero(away <= np.partition(away, count)[count])
    return near[np.argsort(away[near], kind="stable")][:count]


def mix(labels: list[str], counts: np.ndarray) -> str:
    """`1920s 60 %, 1930s 40 %`: the labels of a selection, the most frequent first."""
    order = np.argsort(-counts, kind="stable")[: np.count_nonzero(counts)].tolist()
    shares = [f"{words.markdown(labels[at])} {counts[at] / counts.sum():.0%}" for at in order[:8]]
    more = texts.MORE_LABELS.format(count=len(order) - 8) if len(order) > 8 else ""
    return ", ".join(shares) + more


def _corners(value: Value) -> np.ndarray:
    """The outline that a page holds, float64 (corners, 2); none where it cannot be read."""
    try:
        return polygon(gr.EventData(None, value))
    except gr.Error:
        return np.zeros((0, 2))


def _outlined(corners: np.ndarray) -> Value:
    """An outline as a page holds it."""
    return {"outline": corners.tolist()}


def _texts(value: Any) -> dict[str, str]:
    """What a page says of the filters; what is no text is as nothing."""
    given = value.items() if isinstance(value, dict) else ()
    return {str(key): text for key, text in given if isinstance(text, str)}


def _label(view: View) -> str | None:
    return None if view.scope == "all" else view.label
