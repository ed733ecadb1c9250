"""Facts of an icon, measured on its pixels alone: what the curves of the eras are checked against.

All are taken at 48 pixels of the long side, which every icon of every era has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from jaxtyping import Bool, Float
from PIL import Image
from scipy.ndimage import binary_erosion, gaussian_filter

from demos.icons.paint import THROUGH
from demos.icons.render import shown_box

FACTS = ("colours", "gradients", "edges", "outline", "highlights", "slant")
_SOLID = 200.0
_SOFT = (0.7, 12.0)  # levels from one pixel to the next within a gradient
_EDGE = 40.0
_LIGHT = 18.0
_STRAIGHT = 12.0  # degrees

Grey = Float[np.ndarray, "h w"]


def measured(icon: Image.Image) -> dict[str, float]:
    """FACTS of an icon (RGBA); all are 0 where it has no solid pixels.

    colours      how many colours fill it: exp of the entropy over 512 colours
    gradients    share of steps between solid neighbours that are soft, neither none nor an edge
    edges        share of steps that are edges
    outline      how much darker its rim is than what lies within, in levels of 255
    highlights   share of solid pixels that are light and stand out from what surrounds them
    slant        share of edges that run neither level nor upright, as in perspective
    """
    pixels = np.asarray(_small(icon), np.float64)  # h w 4
    solid = pixels[..., 3] > _SOLID
    if not solid.any():
        return dict.fromkeys(FACTS, 0.0)
    grey = pixels[..., :3] @ (0.299, 0.587, 0.114)
    steps = _steps(grey, solid)
    soft = (steps > _SOFT[0]) & (steps <= _SOFT[1])
    around = _around(grey, solid)
    lit = solid & (grey > around + _LIGHT) & (grey > 200)
    return {
        "colours": _colours(pixels[solid][:, :3]),
        "gradients": float(soft.mean()) if len(steps) else 0.0,
        "edges": float((steps > _EDGE).mean()) if len(steps) else 0.0,
        "outline": _outline(grey, solid),
        "highlights": float(lit.sum() / solid.sum()),
        "slant": _slant(grey, solid),
    }


def curves(rows: Sequence[tuple[str, Mapping[str, float]]]) -> Iterator[tuple[str, str, str]]:
    """(label, fact, mean over its pictures) of each fact, labels in the order of `rows`."""
    for label in dict.fromkeys(name for name, _ in rows):
        own = [facts for name, facts in rows if name == label]
        for fact in FACTS:
            yield label, fact, f"{np.mean([facts[fact] for facts in own]):.4f}"


def _small(icon: Image.Image) -> Image.Image:
    box = shown_box(icon)
    if box is None:
        return icon
    cut = icon.crop(box)
    scale = THROUGH / max(cut.size)
    size = (max(1, round(cut.width * scale)), max(1, round(cut.height * scale)))
    return cut.resize(size, Image.Resampling.BICUBIC)


def _steps(grey: Grey, solid: Bool[np.ndarray, "h w"]) -> Float[np.ndarray, " n"]:
    across = np.abs(np.diff(grey, axis=1))[solid[:, 1:] & solid[:, :-1]]
    down = np.abs(np.diff(grey, axis=0))[solid[1:] & solid[:-1]]
    return np.concatenate([across, down])


def _around(grey: Grey, solid: Bool[np.ndarray, "h w"]) -> Grey:
    """The mean of the solid pixels near each."""
    weight = gaussian_filter(solid.astype(float), 6.0)
    return np.asarray(gaussian_filter(np.where(solid, grey, 0.0), 6.0) / np.maximum(weight, 1e-6))


def _colours(pixels: Float[np.ndarray, "n 3"]) -> float:
    coarse = (pixels.astype(np.int64) >> 5) @ (64, 8, 1)
    shares = np.bincount(coarse) / len(coarse)
    shares = shares[shares > 0]
    return float(np.exp(-(shares * np.log(shares)).sum()))


def _outline(grey: Grey, solid: Bool[np.ndarray, "h w"]) -> float:
    inner = binary_erosion(solid, iterations=2)
    rim, next_to = solid & ~inner, inner & ~binary_erosion(inner, iterations=2)
    if not next_to.any():
        return 0.0
    return float(grey[next_to].mean() - grey[rim].mean())


def _slant(grey: Grey, solid: Bool[np.ndarray, "h w"]) -> float:
    smooth = gaussian_filter(grey, 1.0)
    down, across = np.gradient(smooth)
    strength = np.hypot(down, across) * binary_erosion(solid)
    angle = np.degrees(np.arctan2(np.abs(down), np.abs(across)))  # 0 to 90
    slanted = (angle > _STRAIGHT) & (angle < 90 - _STRAIGHT)
    total = strength.sum()
    return float(strength[slanted].sum() / total) if total > 0 else 0.0
