"""Typicality maps as pictures: blue below zero, vermilion above, clear at zero, even steps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image

from diffmine.app.sprites import png

ABOVE = (213, 94, 0)
BELOW = (0, 114, 178)
_STRONGEST = 235


def scale(maps: Sequence[np.ndarray]) -> float:
    """The size of typicality that is drawn at full strength: the 99th percentile."""
    sizes = [np.abs(typicality).ravel() for typicality in maps]
    values = np.concatenate(sizes) if sizes else np.zeros(1)
    values = values[np.isfinite(values)]
    return float(np.percentile(values, 99)) if values.size and values.max() > 0 else 1.0


def picture(mean: np.ndarray, shape: tuple[int, int], full: float) -> bytes:
    """A map in latent pixels (h, w), bilinear at `shape` (H, W), as a transparent PNG."""
    plain = np.nan_to_num(mean.astype(np.float32))
    grown = Image.fromarray(plain).resize((shape[1], shape[0]), Image.Resampling.BILINEAR)
    strength = np.clip(np.asarray(grown) / full, -1, 1)
    pixels = np.empty((*shape, 4), np.uint8)
    pixels[..., :3] = np.where(strength[..., None] > 0, ABOVE, BELOW)
    pixels[..., 3] = np.abs(strength) * _STRONGEST
    return png(pixels)
