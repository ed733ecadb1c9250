"""The patches in a visitor's basket, as a list that is never changed in place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import gradio as gr
from pydantic import TypeAdapter, ValidationError

from diffmine.app.inspector import texts
from diffmine.app.parts import Value
from diffmine.app.shelf import Shelf
from diffmine.app.view import Refused, View
from diffmine.atlas.reader import Atlas
from diffmine.atlas.records import Patch

MOST = 200
LONGEST_NOTE = 2000


@dataclass(frozen=True)
class Entry:
    """A patch in a visitor's basket, with a note. `patch` is its name in the lists of the atlas as
    they were written at the time `written`, empty when it is not in them; `chosen` is the patch as
    it was when it was chosen."""

    atlas: str
    patch: str
    note: str = ""
    chosen: Patch | None = field(default=None, compare=False)
    written: int = field(default=0, compare=False)


_CHECKED = TypeAdapter(list[Entry])


def value_of(entries: Sequence[Entry]) -> Value:
    """Entries as the visitor's page holds them."""
    return {"entries": [asdict(entry) for entry in entries]}


def entries_of(value: Value) -> list[Entry]:
    """The entries that a page holds; none if they cannot be read."""
    try:
        return _read(value.get("entries", []))
    except ValidationError:
        return []


def checked(value: Any) -> list[Entry]:
    """Entries that someone sent. Raises Refused for what is none: nothing is lost by it."""
    try:
        return _read(value)
    except ValidationError as error:
        raise Refused(texts.NO_BASKET) from error


def _read(value: Any) -> list[Entry]:
    entries = _CHECKED.validate_python(value)
    return [replace(entry, note=entry.note[:LONGEST_NOTE]) for entry in entries[:MOST]]


def followed(entries: Sequence[Entry], shelves: Mapping[str, Shelf]) -> list[Entry]:
    """The entries by the names that their patches have now: another mining names them anew."""
    return [
        _followed(entry, shelves[entry.atlas].atlas) if entry.atlas in shelves else entry
        for entry in entries
    ]


def _followed(entry: Entry, atlas: Atlas) -> Entry:
    written, before = atlas.lists.written, entry.chosen
    if entry.written == written and (not entry.patch or atlas.find(entry.patch)):
        return entry
    if before is None:
        patch = atlas.find(entry.patch)
    else:
        patch = atlas.same_patch(before) if before.label in atlas.labels else None
    return replace(entry, patch=patch.patch_id if patch else "", written=written)


def here(entries: Sequence[Entry], view: View) -> list[Entry]:
    """The entries of the atlas that is open whose patches it holds."""
    return [entry for entry in entries if entry.atlas == view.atlas and entry.patch]


def gone(entries: Sequence[Entry], view: View) -> int:
    """How many entries of the atlas that is open have a patch that it does not hold any more."""
    return sum(entry.atlas == view.atlas and not entry.patch for entry in entries)


def key(view: View) -> str:
    """The selected patch and its atlas in one text."""
    return f"{view.atlas}/{view.patch}"


def note_of(entries: Sequence[Entry], view: View) -> str:
    """The note on the selected patch."""
    return next((entry.note for entry in entries if _is(entry, view)), "")


def added(entries: Sequence[Entry], view: View, patch: Patch, written: int) -> list[Entry]:
    """The entries with the selected patch, of lists written at that time, at the end, unless it is
    there; gr.Error at MOST."""
    if any(_is(entry, view) for entry in entries):
        return list(entries)
    if len(entries) >= MOST:
        raise gr.Error(texts.BASKET_IS_FULL.format(most=MOST), print_exception=False)
    return [*entries, Entry(view.atlas, view.patch, chosen=patch, written=written)]


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
    own = [at for at, e in enumerate(entries) if e.atlas == view.atlas and e.patch]
    place = next((at for at, index in enumerate(own) if _is(entries[index], view)), None)
    order = list(entries)
    if place is not None and 0 <= place + step < len(own):
        a, b = own[place], own[place + step]
        order[a], order[b] = order[b], order[a]
    return order


def _is(entry: Entry, view: View) -> bool:
    return bool(entry.patch) and (entry.atlas, entry.patch) == (view.atlas, view.patch)
