"""What a change of the basket was, in words."""

from __future__ import annotations

from collections.abc import Sequence

from diffmine.app.inspector import texts
from diffmine.app.inspector.entries import Entry
from diffmine.app.texts import plurals
from diffmine.words.records import place


def change(before: Sequence[Entry], after: Sequence[Entry]) -> str:
    """`adding 3 patches to the basket`: what was done between two baskets."""
    was, becomes = ({_key(entry): entry for entry in entries} for entries in (before, after))
    added = [entry for key, entry in becomes.items() if key not in was]
    taken = [entry for key, entry in was.items() if key not in becomes]
    noted = [entry for key, entry in becomes.items() if key in was and entry.note != was[key].note]
    parts = [
        texts.ADDING.format(patches=_named(added)) if added else "",
        texts.TAKING_OUT.format(patches=_named(taken)) if taken else "",
        texts.NOTING.format(patches=_named(noted)) if noted else "",
    ]
    return ", ".join(part for part in parts if part) or texts.ANOTHER_ORDER


def _key(entry: Entry) -> tuple[str, str]:
    return entry.atlas, entry.patch


def _named(entries: Sequence[Entry]) -> str:
    """A patch by its place, several by their number."""
    (first, *more) = entries
    if more or first.chosen is None:
        return plurals(len(entries), "patch")
    return place(first.chosen)
