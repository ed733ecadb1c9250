"""Merging and splitting elements in the app, and undoing it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import gradio as gr

from diffmine.app import texts as shared
from diffmine.app import words
from diffmine.app.desk import Desk
from diffmine.app.parts import LAST, Updates
from diffmine.app.shelf import Shelf
from diffmine.app.tabs.elements import texts
from diffmine.app.texts import plurals
from diffmine.app.view import View, checked_index, payload
from diffmine.atlas.editing import merge, split, undo
from diffmine.atlas.edits import Edit
from diffmine.errors import DiffmineError

MOST = 10**6
TAB = "elements"


class Edits:
    """A picker of another element to merge with, a button to split, one to undo the last edit."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        own = desk.own
        with gr.Row(elem_classes="dm-rename"):
            self.other = own(
                gr.Dropdown(
                    [],
                    label=texts.MERGE_WITH,
                    elem_id="merge-with",
                    scale=3,
                    min_width=140,
                    filterable=True,
                )
            )
            settings: dict[str, Any] = {"size": "sm", "scale": 1, "min_width": 84}
            self.merge = own(gr.Button(texts.MERGE, elem_id="merge", **settings))
            self.split = own(gr.Button(texts.SPLIT, elem_id="split", **settings))
        self.note = own(gr.Markdown(elem_classes="dm-line"))
        self.undo = own(gr.Button(shared.UNDO, size="sm", elem_id="undo", visible=False))

    def why_not(self, view: View) -> str:
        """Why elements cannot be changed here; empty when they can."""
        if not self.desk.editable:
            return texts.NOT_HERE
        if not os.access(self.desk.shelf(view).atlas.path, os.W_OK):
            return texts.NOT_WRITABLE
        return ""

    def show(self, view: View) -> Updates:
        """What can be done with the open element."""
        shelf = self.desk.shelf(view)
        shown = shelf.has_element(view.label, view.element) and not self.why_not(view)
        others = [row["element"] for row in shelf.elements(view.label)]
        choices = [
            (shelf.element_name(view.label, element), str(element))
            for element in others
            if element != view.element
        ]
        last = None if self.why_not(view) else last_edit(shelf)
        return {
            self.note: "",
            self.other: gr.Dropdown(choices=choices, value=None, visible=shown),
            self.merge: gr.Button(visible=shown, interactive=bool(choices)),
            self.split: gr.Button(visible=shown),
            self.undo: gr.Button(
                texts.UNDO_OF.format(edit=in_words(shelf, last)) if last else "", visible=bool(last)
            ),
        }

    def wire(self, rows: gr.HTML) -> None:
        """Connect the buttons, and those in the rows."""
        outputs = self.desk.to(TAB)
        self.merge.click(self.on_merge, [self.desk.state, self.other], outputs, **LAST)
        rows.merge(self.on_proposal, [self.desk.state], outputs, **LAST)
        self.split.click(self.on_split, [self.desk.state], outputs, **LAST)
        every = self.desk.to(TAB, "header")
        self.undo.click(self.on_undo, [self.desk.state], every, **LAST)

    def on_merge(self, view: View, other: Any) -> Updates:
        """The open element takes another's patches."""
        if not isinstance(other, str) or not other.isdigit() or view.element is None:
            return self._say(texts.CHOOSE_TO_MERGE)
        return self._merged(view, int(other[:7]), view.element)

    def on_proposal(self, view: View, event: gr.EventData) -> Updates:
        """Two that may be the same become one, under the name of the more typical."""
        shelf = self.desk.shelf(view)
        pair = [checked_index(payload(event, name), MOST) for name in ("key", "into")]
        ranks = {row["element"]: row["rank"] for row in shelf.elements(view.label)}
        into, element = sorted(pair, key=lambda number: ranks.get(number, MOST))
        return self._merged(view, element, into)

    def _merged(self, view: View, element: int, into: int) -> Updates:
        atlas = self.desk.shelf(view).atlas
        _, why = self._try(view, lambda: merge(atlas, view.label, element, into))
        return self._say(why) if why else self.desk.go(replace(view, element=into), TAB)

    def on_split(self, view: View) -> Updates:
        """The open element becomes two."""
        shelf, element = self.desk.shelf(view), view.element
        if element is None:
            return self._say(texts.CHOOSE_TO_MERGE)
        new, why = self._try(view, lambda: split(shelf.atlas, view.label, element))
        if why:
            return self._say(why)
        sizes = {row["element"]: row["size"] for row in shelf.elements(view.label)}
        names = [shelf.element_name(view.label, number) for number in (element, new)]
        text = texts.WAS_SPLIT.format(
            element=names[0], left=plurals(sizes[element], "patch"), new=names[1], moved=sizes[new]
        )
        return self.desk.go(view, TAB) | {self.note: words.markdown(text)}

    def on_undo(self, view: View) -> Updates:
        """The last merge or split is taken back."""
        last, why = self._try(view, lambda: undo(self.desk.shelf(view).atlas))
        if why:
            return self._say(why)
        updates = self.desk.go(replace(view, label=last.label, element=last.element), TAB)
        return updates | self.desk.header.show(updates[self.desk.state])

    def _try(self, view: View, change: Callable[[], Any]) -> tuple[Any, str]:
        """What a change returns, or why it cannot be made: gradio shows no errors from outside its
        queue, so they are shown beside the buttons."""
        why = self.why_not(view)
        if why:
            return None, why
        try:
            return change(), ""
        except DiffmineError as error:
            return None, str(error)
        finally:
            self.desk.shelf(view).forget()

    def _say(self, why: str) -> Updates:
        return {self.note: f"⚠ {words.markdown(why)}"}


def last_edit(shelf: Shelf) -> Edit | None:
    """The edit that an undo would take back."""
    edits = shelf.atlas.edits.edits
    return edits[-1] if edits else None


def in_words(shelf: Shelf, edit: Edit) -> str:
    """`merging into Element 2 of 1900`."""
    if edit.kind == "merge":
        into = shelf.element_name(edit.label, edit.into)
        return texts.MERGING.format(element=into, label=edit.label)
    element = shelf.element_name(edit.label, edit.element)
    return texts.SPLITTING.format(element=element, label=edit.label)
