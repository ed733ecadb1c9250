"""Elements: what a label's typical patches show again and again (section 3.3)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import gradio as gr
import numpy as np

from diffmine.app import texts as shared
from diffmine.app import words
from diffmine.app.bins import passing
from diffmine.app.cache import digest
from diffmine.app.components.rows.rows import rows, rows_value
from diffmine.app.components.wall.wall import item, patch_wall, wall, wall_value
from diffmine.app.desk import Desk
from diffmine.app.parts import EACH, LAST, NOTHING, Updates, Value
from diffmine.app.shelf import Row, Shelf
from diffmine.app.tabs.elements import texts
from diffmine.app.tabs.elements.edits import Edits
from diffmine.app.texts import plurals
from diffmine.app.view import View, checked_index, choice, payload, picked
from diffmine.atlas.edits import LONGEST_NAME
from diffmine.atlas.filters import EVERYTHING
from diffmine.atlas.records import Patch
from diffmine.errors import AtlasError
from diffmine.words.elements import NO_SUPPORT, THIN, why_thin

CENTRAL = 6
MOST_SHOWN = 200
TAB = "elements"
OWN, IMAGES = "patches", "images"
SHOWS = [(texts.OWN_PATCHES, OWN), (texts.ALL_IMAGES, IMAGES)]
MOST_IMAGES, MOST_ALIKE, PER_ALIKE = 120, 6, 5


def flagged(shelf: Shelf, row: Row, *, editable: bool) -> Value:
    """What to doubt about an element, in words, and why; the one to merge it with."""
    doubts = [(texts.MIXED, texts.MIXED_WHY)] if row["mixed"] else []
    support = shelf.supports.of(row["label"]).get(row["element"], NO_SUPPORT)
    if support.thin:
        doubts.append((THIN, why_thin(support)))
    if row["like_element"] is not None:
        other = shelf.element_name(row["like_label"], row["like_element"])
        doubts.append((texts.SAME.format(element=other), texts.SAME_WHY))
    flags, reasons = zip(*doubts, strict=True) if doubts else ((), ())
    value: Value = {"flag": ", ".join(flags), "why": " ".join(reasons)}
    if editable and row["like_label"] == row["label"]:
        own = shelf.element_name(row["label"], row["element"])
        value |= {
            "into": row["like_element"],
            "merge": texts.MERGE_BOTH.format(own=own, other=other),
        }
    return value


class Elements:
    """The tab of the stage `cluster`."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        own = desk.own
        self.line = own(gr.Markdown(elem_classes="dm-line"))
        with gr.Row():
            with gr.Column(scale=3, min_width=320):
                self.rows = own(rows(elem_id="elements"))
            with gr.Column(scale=2, min_width=280, elem_classes="dm-aside"):
                self.title = own(gr.Markdown())
                with gr.Row(elem_classes="dm-actions"):
                    settings: dict[str, Any] = {"size": "sm", "min_width": 100}
                    self.to_map = own(gr.Button(texts.SHOW_ON_MAP, elem_id="to-map", **settings))
                    self.to_trend = own(gr.Button(texts.TREND, elem_id="to-trend", **settings))
                with gr.Row(elem_classes="dm-rename"):
                    self.name = own(
                        gr.Textbox(
                            label=texts.NAME, max_length=LONGEST_NAME, scale=3, min_width=140
                        )
                    )
                    self.save = own(gr.Button(texts.RENAME, size="sm", scale=1, min_width=84))
                self.edits = Edits(desk)
                self.shows = own(
                    gr.Radio(SHOWS, value=OWN, show_label=False, label=texts.SHOWS, elem_id="shows")
                )
                self.seen = own(gr.Markdown(elem_classes="dm-line"))
                self.wall = own(wall(elem_id="element-wall"))
                self.alike_line = own(gr.Markdown(elem_classes="dm-line"))
                self.alike = own(rows(elem_id="alike"))

    def show(self, view: View) -> Updates:
        """All elements of the label, and the one that is open."""
        shelf = self.desk.shelf(view)
        elements = shelf.elements(view.label)
        if view.element is None and elements:
            view = replace(view, element=elements[0]["element"])
        view = replace(view, elements=shelf.atlas.elements_digest)
        count = plurals(len(elements), "element")
        text = texts.ELEMENTS_LINE.format(label=words.markdown(view.label), count=count)
        return {
            self.desk.state: view,
            self.line: text if elements else "",
            self.rows: self._rows(view),
            **self._opened(view),
            **self.edits.show(view),
        }

    def _rows(self, view: View) -> Value:
        shelf, editable = self.desk.shelf(view), not self.edits.why_not()
        central: list[Patch] = []
        rows = []
        for row in shelf.elements(view.label):
            patches = shelf.sieve.element(view.label, row["element"], view.filter, CENTRAL)
            start = len(central)
            central.extend(patches)
            rows.append(
                {
                    "key": row["element"],
                    "title": shelf.element_name(view.label, row["element"]),
                    **flagged(shelf, row, editable=editable),
                    "facts": [
                        texts.ELEMENT_RANK.format(
                            rank=row["rank"], median=words.score(row["median"])
                        ),
                        texts.ELEMENT_SIZE.format(
                            patches=plurals(row["size"], "patch"), spread=row["spread"]
                        ),
                    ],
                    "items": [item(shelf, p, at=start + at) for at, p in enumerate(patches)],
                }
            )
        sheet = shelf.sheet(central).value() if central else None
        empty = texts.NO_ELEMENTS.format(label=view.label)
        return {
            "rev": digest(rows, sheet),
            "sheet": sheet,
            "rows": rows,
            "selected": view.element,
            "empty": empty,
        }

    def _opened(self, view: View) -> Updates:
        shelf, element = self.desk.shelf(view), view.element
        is_open = element is not None and shelf.has_element(view.label, element)
        updates: Updates = {
            self.to_map: gr.Button(visible=is_open),
            self.to_trend: gr.Button(visible=is_open),
            self.name: gr.Textbox(visible=is_open),
            self.save: gr.Button(visible=is_open),
            self.title: texts.PRESS_AN_ELEMENT,
            self.shows: gr.Radio(visible=is_open, value=IMAGES if view.images else OWN),
            self.seen: "",
            self.wall: NOTHING,
            self.alike_line: "",
            self.alike: NOTHING,
        }
        if not is_open or element is None:
            return updates if shelf.elements(view.label) else updates | {self.title: ""}
        name = shelf.element_name(view.label, element)
        if view.images:
            updates |= self._images(view, element)
        else:
            updates[self.wall] = self._patches(view, element)
        try:
            updates |= self._alike(view, element)
        except AtlasError as error:  # features that are broken cost this line alone
            updates[self.alike_line] = words.markdown(str(error))
        why = self.edits.why_not()
        updates[self.title] = texts.FROM_THE_CENTRE.format(element=words.markdown(name))
        updates[self.name] = gr.Textbox(visible=True, value=name, interactive=not why, info=why)
        updates[self.save] = gr.Button(visible=True, interactive=not why)
        return updates

    def _patches(self, view: View, element: int) -> Value:
        """Its own patches that pass the filters, from its centre outwards."""
        shelf = self.desk.shelf(view)
        patches = shelf.sieve.element(view.label, element, view.filter, MOST_SHOWN)
        empty = texts.NONE_PASS
        return patch_wall(shelf, patches, selected=view.patch, empty=empty, size=56)

    def _images(self, view: View, element: int) -> Updates:
        """All images that show it, of each the patch nearest to its centre, by label and date."""
        shelf = self.desk.shelf(view)
        known = shelf.looker.of(view.label, element)
        passes = passing(shelf, view.filter)[known.images]
        rows = known.patches[passes]
        near = rows[rows >= 0][np.argsort(known.distances[passes][rows >= 0], kind="stable")]
        patches = shelf.atlas.patches_at(near[:MOST_IMAGES])
        text = texts.SHOWN_IN if known.whole else texts.SHOWN_IN_MINED
        text = text.format(images=plurals(int(passes.sum()), "image"))
        if len(patches) < int(passes.sum()):
            text += texts.SHOWN_HERE.format(count=len(patches))
        items = [
            item(shelf, p, caption=f"{p.label} · {words.date(shelf.atlas.image(p.image_id))}")
            for p in patches
        ]
        sheet = shelf.sheet(patches) if patches else None
        empty = texts.NONE_PASS
        return {
            self.seen: text,
            self.wall: wall_value(sheet, items, selected=view.patch, empty=empty, size=76),
        }

    def _alike(self, view: View, element: int) -> Updates:
        """Whole elements of all labels that look like it."""
        shelf = self.desk.shelf(view)
        tiles: list[Patch] = []
        listed: list[Value] = []
        for (label, number), cosine in shelf.alike.to(view.label, element, MOST_ALIKE):
            patches = shelf.sieve.element(label, number, EVERYTHING, PER_ALIKE)
            name = shelf.element_name(label, number)
            listed.append(
                {
                    "key": patches[0].patch_id,
                    "title": texts.OF_LABEL.format(element=name, label=label),
                    "facts": [texts.LIKENESS.format(cosine=cosine)],
                    "items": [item(shelf, p, at=len(tiles) + at) for at, p in enumerate(patches)],
                }
            )
            tiles += patches
        return {
            self.alike_line: texts.ALIKE if listed else "",
            self.alike: rows_value(shelf.sheet(tiles) if tiles else None, listed),
        }

    def wire(self) -> None:
        """Connect rows, wall and buttons."""
        desk = self.desk
        self.rows.open(self.on_open, [desk.state], desk.to(TAB), **LAST)
        self.rows.pick(self.on_tile, [desk.state], desk.to(TAB, "inspector"), **EACH)
        self.shows.input(self.on_shows, [desk.state, self.shows], desk.to(TAB), **LAST)
        outputs = [desk.labels, *desk.to(TAB, "inspector")]
        self.alike.pick(self.on_alike, [desk.state], outputs, **EACH)
        self.alike.open(self.on_alike, [desk.state], outputs, **EACH)
        self.wall.pick(desk.on_pick, [desk.state], desk.to("inspector"), **EACH)
        self.to_map.click(self.on_map, [desk.state], desk.outputs, **LAST)
        self.to_trend.click(self.on_trend, [desk.state], desk.outputs, **LAST)
        inputs = [desk.state, self.name]
        self.save.click(self.on_rename, inputs, desk.to(TAB), **LAST)
        self.name.submit(self.on_rename, inputs, desk.to(TAB), **LAST)
        self.edits.wire(self.rows)

    def on_open(self, view: View, event: gr.EventData) -> Updates:
        """Open an element at the side."""
        element = checked_index(payload(event, "key"), 10**6)
        if not self.desk.shelf(view).has_element(view.label, element):
            raise gr.Error(shared.NO_SUCH_ELEMENT, print_exception=False)
        return self.desk.go(replace(view, element=element), TAB)

    def on_shows(self, view: View, shows: Any) -> Updates:
        """Its own patches, or all images that show it."""
        chosen = choice(shows, [OWN, IMAGES])
        return self.desk.go(replace(view, images=chosen == IMAGES), TAB)

    def on_alike(self, view: View, event: gr.EventData) -> Updates:
        """An element that looks like the open one: that one is opened, with the patch pressed."""
        name = payload(event, "key") or payload(event, "id")
        patch = picked(gr.EventData(None, {"id": name}), self.desk.shelf(view))
        there = replace(
            view, label=patch.label, element=patch.element, patch=patch.patch_id, page=0
        )
        return self.desk.go(there, TAB) | self.desk.inspector.show(there)

    def on_tile(self, view: View, event: gr.EventData) -> Updates:
        """A patch of a row: inspect it and open its element."""
        patch = picked(event, self.desk.shelf(view))
        opened = replace(view, patch=patch.patch_id, element=patch.element)
        return self.desk.go(opened, TAB) | self.desk.inspector.show(opened)

    def on_map(self, view: View) -> Updates:
        """The open element on the map of its label."""
        return self.desk.turn(replace(view, scope="one", colour="elements"), "map")

    def on_trend(self, view: View) -> Updates:
        """How the open element comes and goes."""
        return self.desk.turn(view, "trends")

    def on_rename(self, view: View, name: str | None) -> Updates:
        """Keep a name of the open element."""
        return self.edits.on_name(view, name or "")
