"""The patches in a visitor's basket, as a list that is never changed in place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import gradio as gr

from diffmine.app.inspector import texts
from diffmine.app.view import View

MOST = 200
LONGEST_NOTE = 2000


@dataclass(frozen=True)
class Entry:
    """A patch in a visitor's basket, with a note."""

    atlas: str
    patch: str
    note: str = ""


def here(entries: Sequence[Entry], view: View) -> list[Entry]:
    """The entries of the atlas that is open."""
    return [entry for entry in entries if entry.atlas == view.atlas]


def key(view: View) -> str:
    """The selected patch and its atlas in one text."""
    return f"{view.atlas}/{view.patch}"


def note_of(entries: Sequence[Entry], view: View) -> str:
    """The note on the selected patch."""
    return next((entry.note for entry in entries if _is(entry, view)), "")


def added(entries: Sequence[Entry], view: View) -> list[Entry]:
    """The entries with the selected patch at the end, unless it is there; gr.Error at MOST."""
    if any(_is(entry, view) for entry in entries):
        return list(entries)
    if len(entries) >= MOST:
        raise gr.Error(texts.BASKET_IS_FULL.format(most=MOST), print_exception=False)
    return [*entries, Entry(view.atlas, view.patch)]


def with_note(entries: Sequence[Entry], view: View, note: str) -> list[Entry]:
    """The entries with a note on the selected patch, cut to LONGEST_NOTE."""
    text = note[:LONGEST_NOTE]
    return [replace(entry, note=text) if _is(entry, view) else entry for entry in entries]


def without(entries: Sequence[Entry], view: View) -> list[Entry]:
    """The entries without the selected patch."""
    return [entry for entry in entries if not _is(entry, view)]


def emptied(entries: Sequence[Entry], view: View) -> list[Entry]:
    """The entries without any patch of the atlas that is open."""
    return [entry for entry in entries if entry.atlas != view.atlas]


def moved(entries: Sequence[Entry], view: View, step: int) -> list[Entry]:
    """The entries with the selected patch `step` places later among those of its atlas (earlier if
    `step` is negative)."""
    own = [at for at, entry in enumerate(entries) if entry.atlas == view.atlas]
    place = next((at for at, index in enumerate(own) if _is(entries[index], view)), None)
    order = list(entries)
    if place is not None and 0 <= place + step < len(own):
        a, b = own[place], own[place + step]
        order[a], order[b] = order[b], order[a]
    return order


def _is(entry: Entry, view: View) -> bool:
    return (entry.atlas, entry.patch) == (view.atlas, view.patch)
