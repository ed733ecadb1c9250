"""Baskets saved under a name, sent as a link or a file, and opened again with their view."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import gradio as gr

from diffmine.app import texts as shared
from diffmine.app import words
from diffmine.app.cache import digest
from diffmine.app.desk import Desk
from diffmine.app.downloads import FETCH
from diffmine.app.held import held, unseen
from diffmine.app.inspector import texts
from diffmine.app.inspector.entries import (
    LONGEST_NOTE,
    MOST,
    Entry,
    added,
    followed,
    here,
    note_of,
    with_note,
)
from diffmine.app.inspector.saved import (
    ENDING,
    LONGEST_NAME,
    Folder,
    Saved,
    Shelved,
    packed,
    read_saved,
    saved_now,
    text_of,
    unpacked,
)
from diffmine.app.parts import EACH, HIDDEN, LAST, MAKES, QUIET, Updates, Value
from diffmine.app.pointing import brought
from diffmine.app.texts import plurals
from diffmine.app.view import View, payload
from diffmine.data.pointers import read_annotations
from diffmine.errors import DiffmineError

Notes = dict[str, str]
"""The notes on whole baskets, by atlas."""
MOST_NOTES = 200
CHOOSE = "() => document.querySelector('#brought input')?.click()"
COPY = """text => {
  if (text) navigator.clipboard.writeText(`${location.href.split('#')[0]}#basket=${text}`);
  return [text];
}"""


@runtime_checkable
class Store(Protocol):
    """Where saved baskets are."""

    def every(self) -> list[Saved]:
        """All of them, newest first."""

    def put(self, saved: Saved) -> None:
        """Add one, or replace that of its name."""

    def remove(self, name: str) -> None:
        """Remove the one of that name."""


@runtime_checkable
class Refill(Protocol):
    """The basket, as far as it is needed here."""

    own: list[Any]

    def replaced(self, view: View, entries: list[Entry]) -> Updates:
        """Show another basket."""


class Keeping:
    """What stands below the basket's own buttons."""

    def __init__(self, desk: Desk, incoming: gr.HTML) -> None:
        self.desk, self.brought = desk, incoming
        self.saved = held(unseen(), "saved", lambda value: value, lambda value: value)
        self.about = held(unseen(), "about", _notes, lambda value: value)
        settings: dict[str, Any] = {"size": "sm", "min_width": 84}
        small: dict[str, Any] = {"size": "sm", "min_width": 60}
        with gr.Row(elem_classes="dm-actions"):
            self.link = gr.Button(texts.COPY_WITH_BASKET, elem_id="copy-basket", **settings)
        self.text = gr.Textbox(visible=False)
        with gr.Accordion(texts.KEEP, open=False, elem_id="keep"):
            self.note = gr.Textbox(label=texts.ABOUT_BASKET, max_length=LONGEST_NOTE, lines=2)
            with gr.Row(elem_classes="dm-rename"):
                self.name = gr.Textbox(
                    label=texts.BASKET_NAME, max_length=LONGEST_NAME, scale=3, min_width=140
                )
                self.save = gr.Button(texts.SAVE_BASKET, scale=2, **settings)
            with gr.Row(elem_classes="dm-rename"):
                self.choice = gr.Dropdown(
                    [], label=texts.SAVED_BASKETS, elem_id="saved", scale=3, min_width=140
                )
                self.open = gr.Button(texts.OPEN_SAVED, elem_id="open-saved", **small)
                self.delete = gr.Button(texts.DELETE_SAVED, elem_id="delete-saved", **small)
            with gr.Row(elem_classes="dm-actions"):
                self.download = gr.Button(texts.AS_FILE, elem_id="basket-file", **settings)
                self.upload = gr.Button(texts.OPEN_FILE, elem_id="open-file", **settings)
            self.where = gr.Markdown(elem_classes="dm-line")
        self.file = gr.DownloadButton(shared.FILE, **HIDDEN)
        self.own = [self.saved, self.about, self.note, self.choice, self.where]

    def wire(self, basket: Refill) -> None:
        """Connect the buttons to the basket that they are about."""
        self.basket, desk = basket, self.desk
        state, entries = desk.state, desk.basket
        self.past = desk.header.past
        lines = [*self.own, self.past.said]
        given = [state, entries, self.about]
        opened = list(dict.fromkeys([*lines, *desk.outputs, *basket.own]))
        self.link.click(
            self.on_link, [state, entries, self.note], [self.text], **{**QUIET, "queue": True}
        ).success(self.on_copied, [self.text], [self.text], js=COPY, **{**QUIET, "queue": True})
        inputs = [state, entries, self.saved, self.name, self.note]
        self.save.click(self.on_save, inputs, lines, **EACH)
        self.note.blur(self.on_note, [state, self.about, self.note], [self.about], **LAST)
        self.open.click(self.on_open, [*given, self.saved, self.choice], opened, **EACH)
        self.delete.click(self.on_delete, [self.saved, self.choice], lines, **EACH)
        written = self.download.click(
            self.on_download, [state, entries, self.name, self.note], [self.file], **MAKES
        )
        written.success(None, [self.file], None, js=FETCH)
        self.upload.click(None, js=CHOOSE, **QUIET)
        self.brought.brought(self.on_link_opened, given, opened, **EACH)
        self.brought.file(self.on_file, given, opened, **EACH)
        desk.state.arrive(self.show, [state, self.about, self.saved], self.own, **LAST)

    def show(self, view: View, about: Notes, saved: Value) -> Updates:
        """The note on the basket of the atlas that is open, and what is saved."""
        return {self.note: about.get(view.atlas, ""), **self._listed(self._store(saved))}

    def _store(self, saved: Value) -> Store:
        return Folder() if self.desk.owners else Shelved(saved)

    def _listed(self, store: Store, chosen: str | None = None) -> Updates:
        every = store.every()
        choices = [(_line(saved), saved.name) for saved in every]
        line = texts.KEPT_IN_BROWSER
        if isinstance(store, Folder):
            line = words.markdown(texts.KEPT_HERE.format(folder=_short(store.folder)))
        updates: Updates = {
            self.choice: gr.Dropdown(
                choices=choices, value=chosen or (every[0].name if every else None)
            ),
            self.where: line,
        }
        return updates | ({self.saved: store.value()} if isinstance(store, Shelved) else {})

    # What goes out

    def on_link(self, view: View, entries: list[Entry], note: str | None) -> str:
        """The basket of the open atlas for a link."""
        own = here(followed(entries, self.desk.shelves), view)
        if not own:
            raise gr.Error(shared.NOTHING_TO_KEEP, print_exception=False)
        return packed(own, (note or "")[:LONGEST_NOTE])

    def on_copied(self, text: str) -> str:
        """Say that the link is in the clipboard."""
        gr.Info(texts.BASKET_LINK_COPIED, duration=2)
        return ""

    def on_save(
        self, view: View, entries: list[Entry], saved: Value, name: str | None, note: str | None
    ) -> Updates:
        """Write basket and view down under a name."""
        store = self._store(saved)
        try:
            own = here(followed(entries, self.desk.shelves), view)
            one = saved_now(name or "", view.query(), own, note or "")
            store.put(one)
        except DiffmineError as error:
            return self.past.tell(str(error))
        patches = plurals(len(own), "patch")
        line = shared.BASKET_SAVED.format(name=one.name, patches=patches)
        return self._listed(store, one.name) | self.past.tell(line)

    def on_download(
        self, view: View, entries: list[Entry], name: str | None, note: str | None
    ) -> str:
        """The same as a file."""
        own = here(followed(entries, self.desk.shelves), view)
        try:
            one = saved_now(name or view.atlas, view.query(), own, note or "")
        except DiffmineError as error:
            raise gr.Error(str(error), print_exception=False) from error
        content = text_of(one).encode()
        file = f"{digest(content)}/diffmine{ENDING}"
        return str(self.desk.cache.file(file, lambda: content))

    def on_note(self, view: View, about: Notes, note: str | None) -> Updates:
        """Keep the note on the basket of the open atlas."""
        return {self.about: {"notes": about | {view.atlas: (note or "")[:LONGEST_NOTE]}}}

    def on_delete(self, saved: Value, choice: Any) -> Updates:
        """Remove a saved basket."""
        store = self._store(saved)
        if not isinstance(choice, str) or choice not in {one.name for one in store.every()}:
            return self.past.tell(shared.CHOOSE_SAVED)
        store.remove(choice)
        return self._listed(store) | self.past.tell(shared.BASKET_DELETED.format(name=choice))

    # What comes in

    def on_open(
        self, view: View, entries: list[Entry], about: Notes, saved: Value, choice: Any
    ) -> Updates:
        """A saved basket and its view."""
        every = {one.name: one for one in self._store(saved).every()}
        if not isinstance(choice, str) or choice not in every:
            return self.past.tell(shared.CHOOSE_SAVED)
        return self._opened(entries, about, every[choice])

    def on_file(
        self, view: View, entries: list[Entry], about: Notes, event: gr.EventData
    ) -> Updates:
        """The same out of a file."""
        text = payload(event, "text")
        text = text if isinstance(text, str) else ""
        try:
            saved = read_saved(text)
        except DiffmineError:
            return self._annotated(view, entries, text)
        return self._opened(entries, about, saved)

    def _annotated(self, view: View, entries: list[Entry], text: str) -> Updates:
        """The patches that annotations of the W3C mean, added with their notes."""
        try:
            came = brought(read_annotations(text), self.desk.shelves, view.atlas)
        except DiffmineError:
            return self.past.tell(shared.NO_FILE_OF_PATCHES)
        room = max(MOST - len(entries), 0)
        for (atlas, name), (patch, note) in [*came.patches.items()][:room]:
            of = replace(view, atlas=atlas, patch=name)
            written = self.desk.shelves[atlas].atlas.lists.written
            before = note_of(entries, of)
            entries = added(entries, of, patch, written)
            entries = with_note(entries, of, "; ".join(filter(None, dict.fromkeys([before, note]))))
        return self.basket.replaced(view, entries) | self.past.tell(came.line)

    def on_link_opened(
        self, view: View, entries: list[Entry], about: Notes, event: gr.EventData
    ) -> Updates:
        """A basket that came with the link of this view."""
        text = payload(event, "text")
        try:
            own, note = unpacked(text if isinstance(text, str) else "", view.atlas)
        except DiffmineError as error:
            return self.past.tell(str(error))
        brought = Saved(texts.OF_A_LINK, view.query(), own, note)
        return self._filled(view, entries, about, brought)

    def _opened(self, entries: list[Entry], about: Notes, saved: Saved) -> Updates:
        lacking = sorted(saved.atlases - self.desk.shelves.keys())
        if lacking:
            return self.past.tell(shared.NO_ATLAS_OF_IT.format(atlases=", ".join(lacking)))
        view = self.desk.read({"query": saved.view})
        updates = self.desk.arrive(view)
        view = updates[self.desk.state]
        return updates | self._filled(view, entries, about, saved)

    def _filled(self, view: View, entries: list[Entry], about: Notes, saved: Saved) -> Updates:
        """The basket of an atlas as it comes; those of others stay."""
        known = [self._known(entry) for entry in followed(saved.entries, self.desk.shelves)]
        there = [entry for entry in known if entry.patch]
        others = [entry for entry in entries if entry.atlas not in saved.atlases]
        what = f"{saved.name} ({plurals(len(there), 'patch')})"
        if lost := len(known) - len(there):
            what += texts.NOT_THERE.format(patches=plurals(lost, "patch"))
        return {
            **self.basket.replaced(view, [*others, *there]),
            **self.past.tell(shared.BASKET_OPENED.format(what=what)),
            self.note: saved.note,
            self.about: {"notes": about | {view.atlas: saved.note}},
        }

    def _known(self, entry: Entry) -> Entry:
        """An entry with its patch as it is here; without one where there is none."""
        atlas = self.desk.shelves[entry.atlas].atlas
        patch = atlas.find(entry.patch)
        name = patch.patch_id if patch else ""
        return replace(entry, patch=name, chosen=patch, written=atlas.lists.written)


def _notes(value: Value) -> Notes:
    """The notes on baskets by atlas, out of what a page holds."""
    notes = value.get("notes")
    pairs = [*notes.items()][:MOST_NOTES] if isinstance(notes, dict) else []
    return {name: note[:LONGEST_NOTE] for name, note in pairs if isinstance(note, str)}


def _line(saved: Saved) -> str:
    patches = plurals(len(saved.entries), "patch")
    return texts.SAVED_LINE.format(name=saved.name, patches=patches, day=saved.when[:10])


def _short(folder: Path) -> Path:
    with suppress(ValueError, RuntimeError):
        return Path("~") / folder.relative_to(Path.home())
    return folder
