"""Naming, merging and splitting elements in the app, and one undo for all of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr

from diffmine.app import texts as shared
from diffmine.app import words
from diffmine.app.desk import Desk
from diffmine.app.held import held, unseen
from diffmine.app.parts import EACH, LAST, Updates
from diffmine.app.shelf import Shelf
from diffmine.app.tabs.elements import texts
from diffmine.app.tabs.elements.aside import Aside, waiting_words
from diffmine.app.texts import plurals
from diffmine.app.view import View, checked_index, payload
from diffmine.atlas.editing import discard, gather, merge, place, redo, rename, split, undo
from diffmine.atlas.edits import Edit
from diffmine.atlas.writer import Workspace
from diffmine.errors import DiffmineError

MOST = 10**6
TAB = "elements"


class Edits:
    """A picker of another element to merge with, a button to split; what was set aside; undo and
    redo of every edit."""

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
        self.aside = Aside(desk)
        self.note = own(gr.Markdown(elem_classes="dm-line"))
        with gr.Row(elem_classes="dm-actions"):
            self.undo = own(gr.Button(shared.UNDO, size="sm", elem_id="undo", visible=False))
            self.redo = own(gr.Button(shared.REDO, size="sm", elem_id="redo", visible=False))
        self.where = own(gr.Markdown(elem_classes="dm-line"))
        # What was done last, for the one Undo of the page (diffmine/app/past.py).
        self.edited = own(held(unseen(), "edited", dict, dict))

    def why_not(self) -> str:
        """Why elements cannot be changed here; empty when they can."""
        return "" if self.desk.editable else texts.NOT_HERE

    def show(self, view: View) -> Updates:
        """What can be done with the open element."""
        shelf = self.desk.shelf(view)
        editable = not self.why_not()
        shown = editable and shelf.has_element(view.label, view.element)
        others = [row["element"] for row in shelf.elements(view.label)]
        choices = [
            (shelf.element_name(view.label, element), str(element))
            for element in others
            if element != view.element
        ]
        edits = shelf.atlas.edits
        last = [*edits.in_force][-1:] if editable else []
        taken = [*edits.undone][-1:] if editable else []
        return {
            **self.aside.show(shelf, shown=shown),
            self.note: "",
            self.other: gr.Dropdown(choices=choices, value=None, visible=shown),
            self.merge: gr.Button(visible=shown, interactive=bool(choices)),
            self.split: gr.Button(visible=shown),
            self.undo: _button(texts.UNDO_OF, [in_words(shelf, edit) for edit in last]),
            self.redo: _button(texts.REDO_OF, [in_words(shelf, edit) for edit in taken]),
            self.where: kept_apart(shelf) if editable else "",
        }

    def wire(self, rows: gr.HTML) -> None:
        """Connect the buttons, and those in the rows."""
        outputs = self.desk.to(TAB)
        self.merge.click(self.on_merge, [self.desk.state, self.other], outputs, **LAST)
        rows.merge(self.on_proposal, [self.desk.state], outputs, **LAST)
        self.split.click(self.on_split, [self.desk.state], outputs, **LAST)
        every = self.desk.to(TAB, "header")
        self.undo.click(self.on_undo, [self.desk.state], every, **EACH)
        self.redo.click(self.on_redo, [self.desk.state], every, **EACH)
        aside = [self.desk.state, self.aside.choice]
        self.aside.put.click(self.on_place, aside, outputs, **LAST)
        self.aside.discard.click(self.on_discard, aside, outputs, **LAST)

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
        return self._done(replace(view, element=into), why)

    def on_split(self, view: View) -> Updates:
        """The open element becomes two."""
        shelf, element = self.desk.shelf(view), view.element
        if element is None:
            return self._say(texts.CHOOSE_TO_MERGE)
        new, why = self._try(view, lambda: split(shelf.atlas, view.label, element))
        if why:
            return self._refused(view, why)
        sizes = {row["element"]: row["size"] for row in shelf.elements(view.label)}
        names = [shelf.element_name(view.label, number) for number in (element, new)]
        text = texts.WAS_SPLIT.format(
            element=names[0], left=plurals(sizes[element], "patch"), new=names[1], moved=sizes[new]
        )
        return self._done(view) | {self.note: words.markdown(text)}

    def on_name(self, view: View, name: str) -> Updates:
        """The open element is called so."""
        shelf, element = self.desk.shelf(view), view.element
        if element is None:
            return self._say(texts.OPEN_AN_ELEMENT)
        _, why = self._try(view, lambda: rename(shelf.atlas, view.label, element, name))
        return self._done(view, why)

    def gathered(self, view: View, patch_ids: list[str], name: str) -> tuple[Updates, str]:
        """Some patches of a view's label as an element of a name, opened in the tab Elements; or
        why it could not be made."""
        atlas = self.desk.shelf(view).atlas
        new, why = self._try(view, lambda: gather(atlas, view.label, patch_ids, name))
        if why:
            return {}, why
        last = atlas.edits.in_force[-1]
        (first,) = atlas.element(view.label, new, 1)
        view = replace(view, element=new, patch=first.patch_id, page=0)
        opened = self.desk.turn(view, TAB) | self.desk.inspector.show(view)
        return opened | self._told(view, "done", last), ""

    def on_place(self, view: View, choice: Any) -> Updates:
        """The open element gets a name that was set aside."""
        number, element = numbered(choice), view.element
        if number is None or element is None:
            return self._say(texts.CHOOSE_WAITING)
        atlas = self.desk.shelf(view).atlas
        _, why = self._try(view, lambda: place(atlas, number, view.label, element))
        return self._done(view, why)

    def on_discard(self, view: View, choice: Any) -> Updates:
        """What was set aside is not offered any more."""
        number = numbered(choice)
        if number is None:
            return self._say(texts.CHOOSE_WAITING)
        _, why = self._try(view, lambda: discard(self.desk.shelf(view).atlas, number))
        return self._done(view, why)

    def _done(self, view: View, why: str = "") -> Updates:
        """The tab after an edit, or why there was none."""
        if why:
            return self._refused(view, why)
        last = self.desk.shelf(view).atlas.edits.in_force[-1]
        return self.desk.go(view, TAB) | self._told(view, "done", last)

    def _told(self, view: View, way: str, edit: Edit) -> Updates:
        return {self.edited: {"way": way, "atlas": view.atlas, "number": edit.number}}

    def on_undo(self, view: View) -> Updates:
        """The last edit is taken back."""
        return self._back(view, "undo")

    def on_redo(self, view: View) -> Updates:
        """What was taken back last is done again."""
        return self._back(view, "redo")

    def again(self, view: View, atlas: str, number: Any, way: str) -> tuple[str, str]:
        """Take an edit of an atlas back, or do it again, where it is the next to be: what it was in
        words, and why it could not be done."""
        shelf = self.desk.shelves[atlas]
        edits = shelf.atlas.edits
        there = edits.in_force if way == "undo" else edits.undone
        if not there or there[-1].number != number:
            return "", self.why_not() or shared.CHANGED_SINCE
        what = in_words(shelf, there[-1])
        _, why = self._try(replace(view, atlas=atlas, elements=""), lambda: _WAYS[way](shelf.atlas))
        return what, why

    def _back(self, view: View, way: str) -> Updates:
        shelf = self.desk.shelf(view)
        last, why = self._try(view, lambda: _WAYS[way](shelf.atlas))
        if why:
            return self._refused(view, why)
        there = [n for n in (last.element, last.into) if shelf.has_element(last.label, n)]
        if last.kind != "discard":
            view = replace(view, label=last.label, element=there[0] if there else None)
        updates = self.desk.go(view, TAB) | self._told(view, way, last)
        return updates | self.desk.header.show(updates[self.desk.state])

    def _try(self, view: View, change: Callable[[], Any]) -> tuple[Any, str]:
        """What a change returns, or why it cannot be made: gradio shows no errors from outside its
        queue, so they are shown beside the buttons."""
        why = self.why_not() or (texts.FOUND_ANEW if self._stale(view) else "")
        if why:
            return None, why
        try:
            return change(), ""
        except DiffmineError as error:
            return None, str(error)
        finally:
            self.desk.shelf(view).forget()

    def _stale(self, view: View) -> bool:
        """Whether a visitor was shown other elements than there are now."""
        return view.elements not in ("", self.desk.shelf(view).atlas.elements_digest)

    def _refused(self, view: View, why: str) -> Updates:
        if not self._stale(view):
            return self._say(why)
        self.desk.shelf(view).forget()
        return self.desk.go(replace(view, element=None), TAB) | self._say(why)

    def _say(self, why: str) -> Updates:
        return {self.note: f"⚠ {words.markdown(why)}"}


_WAYS: dict[str, Callable[[Workspace], Edit]] = {"undo": undo, "redo": redo}


def numbered(choice: Any) -> int | None:
    """The number that a choice of the browser stands for."""
    return int(choice[:7]) if isinstance(choice, str) and choice[:7].isdecimal() else None


def kept_apart(shelf: Shelf) -> str:
    """Where edits go when they do not go into the atlas."""
    if not shelf.atlas.apart:
        return ""
    folder = shelf.atlas.edits_folder
    with suppress(ValueError, RuntimeError):
        folder = "~" / folder.relative_to(Path.home())
    return words.markdown(texts.KEPT_APART.format(folder=folder))


def in_words(shelf: Shelf, edit: Edit) -> str:
    """`merging into Element 2 of 1900`."""
    label = edit.label
    if edit.kind == "name":
        return (
            texts.NAMING.format(name=edit.text, label=label)
            if edit.text
            else (texts.UNNAMING.format(label=label))
        )
    if edit.kind == "discard":
        gone = [other for other in shelf.atlas.edits.every if other.number in edit.of]
        return texts.DISCARDING.format(edit=" ".join(waiting_words(other) for other in gone))
    if edit.kind == "gather":
        return texts.GATHERING.format(name=edit.text, label=label)
    if edit.kind == "merge":
        into = shelf.element_name(label, edit.target)
        return texts.MERGING.format(element=into, label=label)
    return texts.SPLITTING.format(element=shelf.element_name(label, edit.element), label=label)


def _button(text: str, edits: list[str]) -> gr.Button:
    return gr.Button(text.format(edit=edits[0]) if edits else "", visible=bool(edits))
