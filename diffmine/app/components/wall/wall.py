"""A wall: pictures side by side, each one a button."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

import gradio as gr

from diffmine.app import texts, words
from diffmine.app.cache import digest
from diffmine.app.parts import Value, component
from diffmine.app.sprites import Sheet
from diffmine.atlas.records import Patch


@runtime_checkable
class Sheets(Protocol):
    """Whatever holds the pictures of patches: a shelf."""

    def sheet(self, patches: Sequence[Patch]) -> Sheet:
        """The sprite sheet of some patches, in their order."""

    def made(self, image_id: str) -> bool:
        """Whether an image was made by a model."""


def wall(
    value: Value | None = None, *, sized: bool = False, follows: bool = False, **settings: Any
) -> gr.HTML:
    """Pictures side by side; how large they are can be chosen where `sized`, and holds for those
    that are and those that follow (`follows`). Event: pick(id)."""
    name, size = html.escape(texts.PATCHES_SHOWN), html.escape(texts.WALL_SIZE)
    slider = (
        f'<label class="dm-size">{size}'
        '<input type="range" min="40" max="240" step="4" value="64"></label>'
    )
    chosen = " data-sized" if sized or follows else ""
    template = f'<div class="dm-wall" role="group" aria-label="{name}"{chosen}></div>'
    template = f"{slider}{template}" if sized else template
    return component("wall", template, value, settings)


def item(sheets: Sheets, patch: Patch, *, caption: str = "", **more: Any) -> Value:
    """A patch as a picture button; one of an image that a model made is marked."""
    picture: Value = {"id": patch.patch_id, "alt": words.alt(patch)}
    if sheets.made(patch.image_id):
        picture |= {"made": True, "alt": texts.MADE.format(patch=picture["alt"])}
    if words.noise(patch):
        picture["noise"] = True
        picture["alt"] += texts.INSIDE_NOISE
    if caption:
        picture["caption"] = caption
    return picture | more


def wall_value(
    sheet: Sheet | None,
    items: Sequence[Value],
    *,
    selected: str = "",
    empty: str = "",
    size: int = 64,
    strip: bool = False,
) -> Value:
    """The value of a wall."""
    shown = sheet.value() if sheet and items else None
    rev = digest(shown, list(items), size, strip, empty)
    return {
        "rev": rev,
        "sheet": shown,
        "items": list(items),
        "selected": selected,
        "empty": empty,
        "size": size,
        "strip": strip,
    }


def of_atlas(value: Value, key: str) -> Value:
    """A wall whose patches are of another atlas than the open one: their names begin with its
    key."""
    items = [picture | {"id": f"{key}/{picture['id']}"} for picture in value["items"]]
    return value | {"items": items, "rev": digest(value["rev"], key)}


def patch_wall(
    sheets: Sheets,
    patches: Sequence[Patch],
    *,
    selected: str = "",
    empty: str = "",
    size: int = 64,
    labelled: bool = False,
) -> Value:
    """A wall of patches; `labelled` writes each one's label under it."""
    items = [item(sheets, patch, caption=patch.label if labelled else "") for patch in patches]
    sheet = sheets.sheet(patches) if patches else None
    return wall_value(sheet, items, selected=selected, empty=empty, size=size)
