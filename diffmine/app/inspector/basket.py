"""The basket: chosen patches with notes, in the visitor's own order, and their export."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import gradio as gr

from diffmine.app import texts as shared
from diffmine.app.components.brought.brought import brought
from diffmine.app.components.put.put import put
from diffmine.app.components.wall.wall import item, wall, wall_value
from diffmine.app.desk import Desk
from diffmine.app.downloads import Downloads
from diffmine.app.held import held, unseen
from diffmine.app.inspector import texts
from diffmine.app.inspector.entries import (
    LONGEST_NOTE,
    MOST,
    Entry,
    added,
    emptied,
    entries_of,
    followed,
    gone,
    here,
    key,
    moved,
    note_of,
    value_of,
    with_note,
    without,
)
from diffmine.app.inspector.keeping import Keeping
from diffmine.app.parts import EACH, LAST, QUIET, Updates
from diffmine.app.texts import plurals
from diffmine.app.view import View, choice, picked, view_beside
from diffmine.atlas.records import Patch
from diffmine.export.chosen import Chosen
from diffmine.words import records as written

UNDO = "() => document.querySelector('#past .dm-undo')?.click()"


class Basket:
    """The part of the inspector below its buttons."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.entries = desk.basket = held(unseen(), "basket", entries_of, value_of)
        incoming = brought(elem_id="brought")  # what is folded away would not run
        with gr.Accordion(texts.EMPTY_BASKET, open=False, elem_id="basket") as accordion:
            self.wall = wall(elem_id="basket-wall")
            self.note = gr.Textbox(label=texts.NOTE, max_length=LONGEST_NOTE, lines=2)
            # Whose note it is, sent along with it: the state may be a patch ahead.
            self.noted = gr.Textbox(visible=False)
            settings: dict[str, Any] = {"size": "sm", "min_width": 84}
            with gr.Row(elem_classes="dm-actions"):
                self.save = gr.Button(texts.SAVE_NOTE, **settings)
                self.earlier = gr.Button(texts.EARLIER, elem_id="earlier", **settings)
                self.later = gr.Button(texts.LATER, elem_id="later", **settings)
                self.drop = gr.Button(texts.REMOVE, **settings)
                self.clear = gr.Button(texts.CLEAR_ALL, **settings)
                self.undo = gr.Button(shared.UNDO, **settings)
            self.downloads = Downloads(desk, "basket")
            self.keeping = Keeping(desk, incoming)
        self.put = put(elem_id="put")
        self.accordion = accordion
        self.own: list[Any] = [
            self.entries, self.accordion, self.wall, self.note, self.noted,
        ]  # fmt: skip
        desk.add_all, desk.added = self.on_add_all, self.own

    def wire(self, add: gr.Button, viewer: gr.HTML) -> None:
        """Connect its buttons, the inspector's that adds, and the patch that is shown."""
        state, entries = self.desk.state, self.entries
        written = [state, entries, self.note, self.noted]
        add.click(self.on_add, [state, entries], self.own, **EACH)
        self.put.put(self.on_put, [state, entries], [*self.own, self.desk.header.past.said], **EACH)
        self.save.click(self.on_save, written, self.own, **EACH)
        viewer.turned(self.on_turn, written, self.own, **LAST)
        self.earlier.click(self.on_earlier, [state, entries], self.own, **EACH)
        self.later.click(self.on_later, [state, entries], self.own, **EACH)
        self.drop.click(self.on_drop, [state, entries], self.own, **EACH)
        self.clear.click(self.on_clear, [state, entries], self.own, **EACH)
        self.undo.click(None, js=UNDO, **QUIET)
        self.wall.pick(self.desk.on_pick_anywhere, [state], self.desk.outputs, **EACH)
        self.desk.state.arrive(self.show, [state, entries], self.own, **LAST)
        self.downloads.wire(self.chosen, [entries])
        self.keeping.wire(self)

    def show(self, view: View, entries: list[Entry]) -> Updates:
        """The basket of the atlas that is open."""
        shelf = self.desk.shelf(view)
        entries = self._now(entries)
        own, lost = here(entries, view), gone(entries, view)
        patches = [shelf.atlas.patch(entry.patch) for entry in own]
        items = [
            item(shelf, patch, caption=f"{patch.label} ✎" if entry.note else patch.label)
            for patch, entry in zip(patches, own, strict=True)
        ]
        sheet = shelf.sheet(patches) if patches else None
        title = texts.BASKET.format(count=len(patches)) if patches else texts.EMPTY_BASKET
        title += texts.NOT_THERE.format(patches=plurals(lost, "patch")) if lost else ""
        return {
            self.accordion: gr.Accordion(label=title),
            self.wall: wall_value(
                sheet, items, selected=view.patch, empty=texts.NOTHING_CHOSEN, size=56
            ),
        }

    def begun(self, view: View, entries: list[Entry]) -> Updates:
        """The basket of an earlier visit, and the note on the patch that is shown first."""
        entries = self._now(entries)
        return (self.show(view, entries) if entries else {}) | self._note(view, entries)

    def _now(self, entries: list[Entry]) -> list[Entry]:
        return followed(entries, self.desk.shelves)

    def _changed(self, view: View, entries: list[Entry]) -> Updates:
        return self.show(view, entries) | {self.entries: entries}

    def replaced(self, view: View, entries: list[Entry]) -> Updates:
        """Another basket, and the note in it on the selected patch."""
        entries = self._now(entries)
        return self._changed(view, entries) | self._note(view, entries)

    def _note(self, view: View, entries: list[Entry]) -> Updates:
        return {self.note: note_of(entries, view), self.noted: key(view)}

    def chosen(self, view: View, entries: list[Entry]) -> list[Chosen]:
        """What is handed out: the patches of the open atlas with their notes."""
        return [Chosen(entry.patch, entry.note) for entry in here(self._now(entries), view)]

    def on_add(self, view: View, entries: list[Entry]) -> Updates:
        """Add the selected patch; what is being typed stays."""
        return self._changed(view, self._with(view, entries))

    def on_put(self, view: View, entries: list[Entry], event: gr.EventData) -> Updates:
        """Add a patch as it is seen on a wall, without selecting it."""
        if name := self.desk.foreign(view, event):
            of = replace(view_beside(view), patch=name)
        else:
            of = replace(view, patch=picked(event, self.desk.shelf(view)).patch_id)
        entries = self._with(of, entries)
        patch = self.desk.shelf(of).atlas.patch(of.patch)
        patches = plurals(len(here(entries, of)), "patch")
        line = texts.PUT_IN.format(patch=written.place(patch), patches=patches)
        return self._changed(view, entries) | self.desk.header.past.tell(line)

    def _with(self, view: View, entries: list[Entry]) -> list[Entry]:
        shelf = self.desk.shelf(view)
        patch = shelf.known(view.patch)
        if patch is None:
            raise gr.Error(shared.SELECT_FIRST, print_exception=False)
        return added(self._now(entries), view, patch, shelf.atlas.lists.written)

    def on_add_all(self, view: View, entries: list[Entry], patches: Sequence[Patch]) -> Updates:
        """Add some patches in their order, as many as there is room for; gr.Error without any."""
        entries, written = self._now(entries), self.desk.shelf(view).atlas.lists.written
        room = max(MOST - len(entries), 1)
        for patch in patches[:room]:
            entries = added(entries, replace(view, patch=patch.patch_id), patch, written)
        return self._changed(view, entries)

    def on_save(
        self, view: View, entries: list[Entry], note: str | None, noted: str | None
    ) -> Updates:
        """Save a note with its patch, which is put into the basket if need be."""
        of = self._of(noted)
        return self._changed(view, with_note(self._with(of, entries), of, note or ""))

    def on_turn(
        self, view: View, entries: list[Entry], note: str | None, noted: str | None
    ) -> Updates:
        """Another patch is shown, with its note; a note begun on the one before is saved."""
        of, entries = self._of(noted), self._now(entries)
        if (note or "") == note_of(entries, of):
            shown = self._note(view, entries)
            if shown[self.note] == (note or ""):
                del shown[self.note]  # the same text again would undo what is typed meanwhile
            return shown
        if not of.patch:
            return {self.noted: key(view)}
        entries = with_note(self._with(of, entries), of, note or "")
        return self._changed(view, entries) | self._note(view, entries)

    def _of(self, noted: str | None) -> View:
        """Where a note was begun, from what the browser says about it."""
        atlas, _, patch = (noted or "").partition("/")
        view = replace(self.desk.first, atlas=choice(atlas, self.desk.shelves))
        return replace(view, patch=patch if self.desk.shelf(view).known(patch) else "")

    def on_earlier(self, view: View, entries: list[Entry]) -> Updates:
        """The selected patch one place earlier."""
        return self._changed(view, moved(self._now(entries), view, -1))

    def on_later(self, view: View, entries: list[Entry]) -> Updates:
        """The selected patch one place later."""
        return self._changed(view, moved(self._now(entries), view, 1))

    def on_drop(self, view: View, entries: list[Entry]) -> Updates:
        """Take the selected patch out; Undo brings it back."""
        return self.replaced(view, without(self._now(entries), view))

    def on_clear(self, view: View, entries: list[Entry]) -> Updates:
        """Take all patches of the open atlas out; Undo brings them back with their notes."""
        return self.replaced(view, emptied(self._now(entries), view))
