"""Sequences: a patch and its translations into every label, in a row."""

from __future__ import annotations

from typing import Any

import numpy as np

from diffmine.app import texts as shared
from diffmine.app import words
from diffmine.app.cache import digest
from diffmine.app.parts import Value
from diffmine.app.shelf import Row, Shelf
from diffmine.app.sprites import sheet_of
from diffmine.app.strip import spread, stored, window
from diffmine.app.tabs.trends import texts
from diffmine.atlas.records import Patch

SEQUENCES = 20


def rows_of_sequences(shelf: Shelf, label: str, element: int | None) -> Value:
    """The sequences of a label, or of an element of it, the most co-typical first."""
    equal: dict[str, Any] = {"label": label}
    if element is not None:
        equal["element"] = element
    sequences = sorted(shelf.trends("sequence", **equal), key=lambda row: -row["typicality"])
    tiles: list[np.ndarray] = []
    rows: list[Value] = []
    for row in sequences[:SEQUENCES]:
        patch = shelf.known(row["patch_id"])
        if patch is not None:
            items = _sequence(shelf, patch, tiles, captions=not rows)
            rows.append(_row(shelf, patch, row, items))
    sheet = sheet_of(shelf.cache, tiles, generated=True).value() if tiles else None
    empty = texts.NO_SEQUENCES
    return {"rev": digest(rows, sheet), "sheet": sheet, "rows": rows, "empty": empty}


def _sequence(
    shelf: Shelf, patch: Patch, tiles: list[np.ndarray], *, captions: bool
) -> list[Value]:
    strip = stored(shelf, patch)
    items: list[Value] = []
    for label in spread(shelf.labels, patch.label):
        translation = strip.translations.get(label)
        one: Value = {"id": patch.patch_id, "caption": label if captions else ""}
        if label == patch.label:
            one |= {
                "frame": True,
                "alt": texts.SOURCE_PATCH.format(patch=words.alt(patch)),
                "at": len(tiles),
            }
            tiles.append(shelf.crop(patch))
        elif translation is not None:
            one |= {"made": True, "alt": shared.GENERATED.format(label=label), "at": len(tiles)}
            tiles.append(window(patch, translation.picture))
        else:
            one |= {"blank": True, "alt": shared.NOT_TRANSLATED.format(label=label)}
        items.append(one)
    return items


def _row(shelf: Shelf, patch: Patch, row: Row, items: list[Value]) -> Value:
    element = patch.element
    known = element is not None and shelf.has_element(patch.label, element)
    title = texts.PATCH
    if known and element is not None:
        title = shelf.element_name(patch.label, element)
    return {
        "key": patch.patch_id,
        "title": title,
        "flag": "",
        "why": "",
        "facts": [
            texts.CO_TYPICALITY.format(score=words.score(row["typicality"])),
            words.place(patch),
        ],
        "items": items,
    }
