"""The typicality that is drawn at full strength: one for all films of an atlas, as in the app."""

from __future__ import annotations

from diffmine.atlas.reader import Atlas
from diffmine.maths.heat import scale

_SAMPLED = 2
"""Patches of each label whose maps are looked at."""


def full(atlas: Atlas) -> float:
    """From the maps of each label's first patches."""
    patches = (
        patch for label in atlas.labels for patch in atlas.patches(label, "top", 0, _SAMPLED)
    )
    pairs = (atlas.map(patch.image_id, patch.label) for patch in patches)
    return scale([pair[0] for pair in pairs if pair is not None])
