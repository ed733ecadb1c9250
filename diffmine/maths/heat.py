"""Maps as colours: blue below zero, vermilion above, clear at zero, even steps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, UInt8

ABOVE = (213, 94, 0)
BELOW = (0, 114, 178)
_STRONGEST = 235


def scale(maps: Sequence[np.ndarray]) -> float:
    """The size of typicality that is drawn at full strength: the 99th percentile, or the highest
    where nearly all are zero."""
    sizes = [np.abs(typicality).ravel() for typicality in maps]
    values = np.concatenate(sizes) if sizes else np.zeros(1)
    values = values[np.isfinite(values)]
    return float(np.percentile(values, 99) or values.max() or 1) if values.size else 1.0


def painted(values: Float[np.ndarray, "H W"], full: float) -> UInt8[np.ndarray, "H W 4"]:
    """A map in pixels as red, green, blue and opacity; `full` is drawn at full strength."""
    strength = np.clip(values / full, -1, 1)
    pixels = np.empty((*values.shape, 4), np.uint8)
    pixels[..., :3] = np.where(strength[..., None] > 0, ABOVE, BELOW)
    pixels[..., 3] = np.abs(strength) * _STRONGEST
    return pixels
