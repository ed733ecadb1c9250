"""Table: the images as rows with their records, found by words, filtered, sorted on the server."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import gradio as gr
import numpy as np

from diffmine.app import texts as shared
from diffmine.app import words
from diffmine.app.components.records.records import records, records_value
from diffmine.app.desk import Desk
from diffmine.app.parts import EACH, LAST, Updates, Value
from diffmine.app.shelf import Shelf
from diffmine.app.tabs.table import texts
from diffmine.app.texts import plurals
from diffmine.app.view import LONGEST_FIND, View, choice, payload, words_of
from diffmine.atlas.listing import COLUMNS_SORTED
from diffmine.atlas.records import Patch

TAB = "table"
PAGE = 25
_DOWN_FIRST = ("typicality",)
"""What is sorted from the highest when its head is pressed first."""
_ALWAYS = ("image", "label", "typicality")
_DATED = ("date", "date_first", "date_last", "year")


class Table:
    """The tab of the records."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        own = desk.own
        with gr.Row(elem_classes=["dm-controls", "dm-after"]):
            self.find = own(
                gr.Textbox(
                    label=texts.FIND, max_length=LONGEST_FIND, elem_id="table-find", min_width=220
                )
            )
            scopes = [(text, scope) for scope, text in shared.SCOPES.items()]
            self.scope = own(
                gr.Radio(
                    scopes,
                    value="one",
                    label=texts.IMAGES_OF,
                    elem_id="table-scope",
                    min_width=220,
                )
            )
            self.back = own(gr.Button(shared.PREVIOUS, size="sm", scale=0, min_width=96))
            self.on = own(gr.Button(shared.NEXT, size="sm", scale=0, min_width=96))
        self.records = own(records(elem_id="records"))
        self.line = own(gr.Markdown(elem_classes="dm-line"))

    def show(self, view: View) -> Updates:
        """A page of the table."""
        order = self._order(view)
        last = max(-(-len(order) // PAGE), 1) - 1
        view = replace(view, leaf=min(view.leaf, last))
        page = order[view.leaf * PAGE : (view.leaf + 1) * PAGE]
        unmined = int((self.desk.shelf(view).listing.patches[page] < 0).sum())
        return {
            self.desk.state: view,
            self.find: view.find,
            self.scope: view.scope,
            self.back: gr.Button(interactive=view.leaf > 0),
            self.on: gr.Button(interactive=view.leaf < last),
            self.records: self._page(view, order, page),
            self.line: texts.UNMINED.format(images=plurals(unmined, "image")) if unmined else "",
        }

    def _order(self, view: View) -> np.ndarray:
        label = None if view.scope == "all" else view.label
        column = view.sort.removeprefix("-") or "typicality"
        down = view.sort.startswith("-") or not view.sort
        listing = self.desk.shelf(view).listing
        return listing.order(label, view.find, view.filter, column, down)

    def _page(self, view: View, order: np.ndarray, page: np.ndarray) -> Value:
        shelf = self.desk.shelf(view)
        rows = shelf.atlas.table("images").take(page).to_pylist()
        best = shelf.listing.patches[page]
        patches = iter(shelf.atlas.patches_at(best[best >= 0]))
        every: list[Patch] = []
        shown: list[Value] = []
        columns = _columns(shelf)
        for row, place in zip(rows, best.tolist(), strict=True):
            patch = next(patches) if place >= 0 else None
            cells = [_cell(column, row, patch) for column in columns]
            named: Value = {"id": "", "alt": "", "cells": cells}
            if patch is not None:
                named |= {"id": patch.patch_id, "alt": words.alt(patch), "at": len(every)}
                every.append(patch)
            shown.append(named)
        selected = shelf.known(view.patch)
        image = selected.image_id if selected else ""
        open_row = next((patch.patch_id for patch in every if patch.image_id == image), "")
        where = texts.ALL if view.scope == "all" else view.label
        return records_value(
            shelf.sheet(every) if every else None,
            [self._head(view, column) for column in columns],
            shown,
            caption=_caption(len(order), view.leaf, len(page)),
            empty=texts.NONE_HERE.format(where=where),
            selected=open_row,
        )

    def _head(self, view: View, column: str) -> Value:
        sort = view.sort or "-typicality"
        way = "" if sort.removeprefix("-") != column else "down" if sort[0] == "-" else "up"
        return {"key": column, "title": texts.HEADS[column], "sort": way}

    def wire(self) -> None:
        """Connect the words, the scope, the heads, the rows and the pages."""
        desk = self.desk
        self.find.submit(self.on_find, [desk.state, self.find], desk.to(TAB), **LAST)
        self.scope.input(self.on_scope, [desk.state, self.scope], desk.to(TAB), **LAST)
        self.records.sort(self.on_sort, [desk.state], desk.to(TAB), **EACH)
        outputs = [*desk.to("inspector", TAB), desk.labels]
        self.records.pick(self.on_pick, [desk.state], outputs, **EACH)
        self.back.click(self.on_back, [desk.state], desk.to(TAB), **EACH)
        self.on.click(self.on_next, [desk.state], desk.to(TAB), **EACH)

    def on_find(self, view: View, text: Any) -> Updates:
        """Other words, from the first page."""
        return self.desk.go(replace(view, find=words_of(text), leaf=0), TAB)

    def on_scope(self, view: View, scope: Any) -> Updates:
        """The images of one label or of all."""
        return self.desk.go(replace(view, scope=choice(scope, shared.SCOPES), leaf=0), TAB)

    def on_sort(self, view: View, event: gr.EventData) -> Updates:
        """A head was pressed: sorted by it, or the other way round."""
        key = choice(payload(event, "key"), COLUMNS_SORTED)
        now = view.sort or "-typicality"
        ways = [f"-{key}", key] if key in _DOWN_FIRST else [key, f"-{key}"]
        sort = ways[1] if now == ways[0] else ways[0]
        return self.desk.go(replace(view, sort=sort, leaf=0), TAB)

    def on_pick(self, view: View, event: gr.EventData) -> Updates:
        """A row: its image in the inspector, at its best patch; the table stays as it is."""
        return self.desk.on_pick(view, event)

    def on_back(self, view: View) -> Updates:
        """The page before."""
        return self.desk.go(replace(view, leaf=max(view.leaf - 1, 0)), TAB)

    def on_next(self, view: View) -> Updates:
        """The next page."""
        return self.desk.go(replace(view, leaf=view.leaf + 1), TAB)


def _columns(shelf: Shelf) -> list[str]:
    """The columns in which the atlas says anything."""
    table = shelf.atlas.table("images")
    fields = {name: _DATED if name == "date" else (name,) for name in COLUMNS_SORTED}
    return [
        name
        for name, known in fields.items()
        if name in _ALWAYS or any(_told(table[one]) for one in known)
    ]


def _told(column: Any) -> bool:
    return any(text for text in column.unique().to_pylist())


def _cell(column: str, row: dict[str, Any], patch: Patch | None) -> str:
    if column == "image":
        return str(row["title"] or row["image_id"])
    if column == "label":
        return ", ".join(row["labels"] or [row["label"]])
    if column == "date":
        return words.date(row)
    if column == "typicality":
        return words.score(patch.typicality, patch.se) if patch else ""
    return str(row[column] or "")


def _caption(count: int, leaf: int, here: int) -> str:
    if not count:
        return texts.CAPTION_NONE
    start = leaf * PAGE
    return texts.CAPTION.format(images=plurals(count, "image"), start=start + 1, end=start + here)
