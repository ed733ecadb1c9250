"""The part of About on the same mining in other ways: figures, patches side by side, a CSV."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import gradio as gr
import numpy as np

from diffmine.app import words
from diffmine.app.cache import digest
from diffmine.app.components.rows.rows import rows, rows_value
from diffmine.app.components.table.table import table, table_value
from diffmine.app.desk import Desk
from diffmine.app.downloads import FETCH
from diffmine.app.parts import EACH, HIDDEN, MAKES, NOTHING, Updates, Value
from diffmine.app.shelf import Shelf
from diffmine.app.sprites import sheet_of
from diffmine.app.tabs.about import texts
from diffmine.app.view import View, payload
from diffmine.atlas.records import Patch
from diffmine.atlas.sensitivity import OWN
from diffmine.words import sensitivity as said

Row = Mapping[str, Any]
WALL = 8
"""Patches of each way of mining that stand side by side."""


class Again:
    """What an atlas holds of `diffmine sensitivity`; nothing where it holds nothing."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        own = desk.own
        with gr.Column(visible=False) as column:
            self.line = own(gr.Markdown())
            self.table = own(table(elem_id="again-figures"))
            self.wall = own(rows(elem_id="again"))
            self.make = gr.Button(texts.AGAIN_CSV, elem_id="again-csv", size="sm", min_width=84)
            self.file = gr.DownloadButton(texts.AGAIN_CSV, **HIDDEN)
        self.column = own(column)

    def show(self, view: View) -> Updates:
        """The figures of all labels, the patches of the view's."""
        shelf = self.desk.shelf(view)
        if shelf.sensitivity is None:
            empty = {self.line: "", self.table: NOTHING, self.wall: NOTHING}
            return {self.column: gr.Column(visible=False), **empty}
        return {
            self.column: gr.Column(visible=True),
            self.line: line(shelf),
            self.table: figures(shelf, view.label),
            self.wall: walls(shelf, view.label),
        }

    def wire(self) -> None:
        """Connect the pictures and the button."""
        desk = self.desk
        self.wall.pick(self.on_pick, [desk.state], desk.to("inspector"), **EACH)
        pressed = self.make.click(self.on_make, [desk.state], [self.file], **MAKES)
        pressed.success(None, [self.file], None, js=FETCH)

    def on_pick(self, view: View, event: gr.EventData) -> Updates:
        """A patch was pressed; one that the atlas's lists do not hold cannot be inspected."""
        if payload(event, "id") == "":
            raise gr.Error(texts.AGAIN_ELSEWHERE, print_exception=False)
        return self.desk.on_pick(view, event)

    def on_make(self, view: View) -> str:
        """All figures as a file."""
        shelf = self.desk.shelf(view)
        if shelf.sensitivity is None:
            raise gr.Error(texts.AGAIN_GONE, print_exception=False)
        content = said.as_csv(shelf.sensitivity)
        name = f"{digest(content)}/diffmine-sensitivity.csv"
        return str(shelf.cache.file(name, lambda: content))


def line(shelf: Shelf) -> str:
    """Title, what it tells and how to read it, as Markdown."""
    result = shelf.sensitivity
    assert result is not None
    told = "\n".join(f"- {words.markdown(text)}" for text in said.summary(result))
    notes = " ".join(map(words.markdown, said.notes(result)))
    return f"### {texts.AGAIN}\n{words.markdown(said.title(result))}.\n\n{told}\n\n{notes}"


def figures(shelf: Shelf, label: str) -> Value:
    """Overlaps and correlations: the means of the labels, then the label's."""
    result = shelf.sensitivity
    assert result is not None
    ordered = sorted(result.rows, key=lambda row: bool(row["label"]))
    cells = [said.cells(result, row) for row in ordered if row["label"] in ("", label)]
    return table_value(said.HEADS, cells, caption=texts.AGAIN_FIGURES.format(label=label))


def walls(shelf: Shelf, label: str) -> Value:
    """The first patches of a label, a row for each way of mining."""
    shown = said.walls(shelf.rows_of("sensitivity"), label, WALL)
    tiles: list[np.ndarray] = []
    listed: list[Value] = []
    for name, own in shown.items():
        items = []
        for row in own:
            patch = _patch(row)
            known = shelf.atlas.same_patch(patch)
            caption = "" if row["matched"] else texts.AGAIN_OTHER
            item: Value = {"id": known.patch_id if known else "", "alt": words.alt(patch)}
            mark = {"made": True} if shelf.made(row["image_id"]) else {}
            items.append(item | mark | {"at": len(tiles), "caption": caption})
            tiles.append(shelf.crop(patch))
        if own:
            facts = [] if name == OWN else _facts(own)
            listed.append({"key": name, "title": name, "facts": facts, "items": items})
    return rows_value(sheet_of(shelf.cache, tiles) if tiles else None, listed)


def _facts(own: Sequence[Row]) -> list[str]:
    same = sum(row["matched"] for row in own)
    return [texts.AGAIN_SAME.format(same=same, count=len(own))]


def _patch(row: Row) -> Patch:
    names = ("patch_id", "label", "rank", "image_id", "row", "col", "size", "typicality", "se")
    return Patch(**{name: row[name] for name in names}, kind="top")
