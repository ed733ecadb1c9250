"""The patches a visitor keeps, as a list that is never changed in place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import gradio as gr

from diffmine.app.inspector import texts
from diffmine.app.view import View

MOST = 200
LONGEST_NOTE = 2000


@dataclass(frozen=True)
class Kept:
    """A patch in the basket of a visitor."""

    atlas: str
    patch: str
    note: str = ""


def here(kept: Sequence[Kept], view: View) -> list[Kept]:
    """Those of the atlas that is open."""
    return [each for each in kept if each.atlas == view.atlas]


def key(view: View) -> str:
    """The selected patch and its atlas in one text."""
    return f"{view.atlas}/{view.patch}"


def note_of(kept: Sequence[Kept], view: View) -> str:
    """The note on the selected patch."""
    return next((each.note for each in kept if _is(each, view)), "")


def added(kept: Sequence[Kept], view: View) -> list[Kept]:
    """With the selected patch at the end, if it is not there yet; gr.Error when there are MOST."""
    if any(_is(each, view) for each in kept):
        return list(kept)
    if len(kept) >= MOST:
        raise gr.Error(texts.BASKET_IS_FULL.format(most=MOST), print_exception=False)
    return [*kept, Kept(view.atlas, view.patch)]


def noted(kept: Sequence[Kept], view: View, note: str) -> list[Kept]:
    """With a note on the selected patch, cut to LONGEST_NOTE."""
    text = note[:LONGEST_NOTE]
    return [replace(each, note=text) if _is(each, view) else each for each in kept]


def without(kept: Sequence[Kept], view: View) -> list[Kept]:
    """Without the selected patch."""
    return [each for each in kept if not _is(each, view)]


def emptied(kept: Sequence[Kept], view: View) -> list[Kept]:
    """Without any patch of the atlas that is open."""
    return [each for each in kept if each.atlas != view.atlas]


def moved(kept: Sequence[Kept], view: View, step: int) -> list[Kept]:
    """With the selected patch `step` places later among those of its atlas, earlier below zero."""
    own = [at for at, each in enumerate(kept) if each.atlas == view.atlas]
    place = next((at for at, index in enumerate(own) if _is(kept[index], view)), None)
    found = list(kept)
    if place is not None and 0 <= place + step < len(own):
        a, b = own[place], own[place + step]
        found[a], found[b] = found[b], found[a]
    return found


def _is(kept: Kept, view: View) -> bool:
    return (kept.atlas, kept.patch) == (view.atlas, view.patch)
