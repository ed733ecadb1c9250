"""What stands at the entrance: a card for each atlas, and for the open one what to see first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from diffmine.app import texts, words
from diffmine.app.cache import Cache
from diffmine.app.components.cards.cards import cards_value
from diffmine.app.door import sentence
from diffmine.app.parts import Value
from diffmine.app.shelf import Shelf
from diffmine.app.sprites import sheet_of
from diffmine.app.texts import plurals
from diffmine.app.view import View, first_view
from diffmine.atlas.findings import changes, doubt
from diffmine.atlas.records import Patch
from diffmine.words import findings as said


def atlas_cards(shelves: Mapping[str, Shelf], cache: Cache, current: str) -> Value:
    """A card for each atlas: the image of its first patch, its title, what it says of itself and
    how much it holds."""
    cards: list[Value] = []
    tiles: list[np.ndarray] = []
    for key, shelf in shelves.items():
        patch = shelf.known(first_view(shelf).patch)
        if patch is None:
            continue
        images = shelf.atlas.table("images", ["image_id"]).num_rows
        facts = f"{plurals(images, 'image')}, {plurals(len(shelf.labels), 'label')}"
        card = {"key": key, "title": shelf.title, "text": shelf.atlas.manifest.description}
        cards.append(card | {"facts": facts, "alt": words.alt(patch), "at": len(tiles)})
        tiles.append(_middle(shelf.pixels(patch.image_id)))
    sheet = sheet_of(cache, tiles) if tiles else None
    return cards_value(sheet, texts.ATLASES, cards, current=current)


def _middle(pixels: np.ndarray) -> np.ndarray:
    """The square in the middle of a picture, uint8 (side, side, 3)."""
    high, wide = pixels.shape[:2]
    side = min(high, wide)
    top, left = (high - side) // 2, (wide - side) // 2
    return pixels[top : top + side, left : left + side]


def finding_cards(shelf: Shelf) -> Value:
    """What to see first in an atlas, computed from it: each card is a link to the view behind it.
    None where a file of it cannot be read: who opens the view that needs it is told."""
    try:
        leads = _leads(shelf)
    except Exception as error:
        sentence(error)
        leads = []
    cards = [card | {"at": at} for at, (card, _) in enumerate(leads)]
    sheet = shelf.sheet([patch for _, patch in leads]) if leads else None
    return cards_value(sheet, texts.FINDINGS, cards, closes=shelf.key)


def _leads(shelf: Shelf) -> list[tuple[Value, Patch]]:
    begin = first_view(shelf)
    leads: list[tuple[Value, Patch]] = []
    for change in changes(shelf.atlas):
        view = replace(begin, label=change.label, tab="trends", patch=change.patch_id)
        view = replace(view, element=change.element)
        name = shelf.element_name(change.label, change.element)
        leads.append(_lead(shelf, view, said.change_title(change, name), said.change(change)))
    if (one := doubt(shelf.atlas)) is not None:
        view = replace(begin, label=one.warning.label, patch=one.patch_id)
        leads.append(_lead(shelf, view, said.doubt_title(one), said.doubt(one)))
    return leads


def _lead(shelf: Shelf, view: View, title: str, text: str) -> tuple[Value, Patch]:
    patch = shelf.atlas.patch(view.patch)
    return {"key": view.query(), "title": title, "text": text, "alt": words.alt(patch)}, patch
