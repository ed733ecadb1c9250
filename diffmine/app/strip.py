"""A strip: one image under every label, as the atlas holds it or as it was made here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from diffmine.app.parts import MANY
from diffmine.app.shelf import Shelf
from diffmine.atlas.records import Patch, Translation
from diffmine.config import TranslateConfig


@dataclass(frozen=True)
class Strip:
    """A source patch and its translations by target; `method`, `seed` and whether the picture was
    kept outside the window say how they were made."""

    patch: Patch
    source: np.ndarray
    translations: dict[str, Translation] = field(default_factory=dict)
    stored: bool = False
    method: str = ""
    seed: int = 0
    keep: bool = False


def spread(names: Sequence[str], own: str = "", most: int = MANY) -> list[str]:
    """At most `most` of some names in their order, at even steps from the first to the last, `own`
    among them if it is one."""
    if len(names) <= most:
        return list(names)
    others = [name for name in names if name != own]
    steps = np.linspace(0, len(others) - 1, most - (own in names)).round().astype(int).tolist()
    chosen = {own, *(others[at] for at in steps)}
    return [name for name in names if name in chosen]


def known(shelf: Shelf) -> TranslateConfig:
    """How the atlas's own translations were made."""
    return shelf.atlas.configured(TranslateConfig)


def stored(shelf: Shelf, patch: Patch) -> Strip:
    """The strip of a patch, with the translations the atlas holds."""
    every = map(Translation.from_row, shelf.translations(patch.patch_id))
    others = (translation for translation in every if translation.target != patch.label)
    translations = {translation.target: translation for translation in others}
    how = known(shelf)
    source = shelf.pixels(patch.image_id)
    return Strip(patch, source, translations, True, how.method, how.seed, how.keep)


def window(patch: Patch, pixels: np.ndarray) -> np.ndarray:
    """The patch's window of a picture."""
    square = pixels[patch.row : patch.row + patch.size, patch.col : patch.col + patch.size]
    return np.ascontiguousarray(square)
