"""Typicality maps as pictures."""

from __future__ import annotations

import numpy as np
from PIL import Image

from diffmine.app.sprites import png
from diffmine.maths.heat import painted


def picture(mean: np.ndarray, shape: tuple[int, int], full: float) -> bytes:
    """A map in latent pixels (h, w), bilinear at `shape` (H, W), as a transparent PNG."""
    plain = np.nan_to_num(mean.astype(np.float32))
    grown = Image.fromarray(plain).resize((shape[1], shape[0]), Image.Resampling.BILINEAR)
    return png(painted(np.asarray(grown), full))
