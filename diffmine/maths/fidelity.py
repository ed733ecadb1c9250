"""How much of its source a translation kept: plain measures on pixels, without learned weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, UInt8
from scipy.ndimage import gaussian_filter, sobel

_GREY = np.array([0.299, 0.587, 0.114])
_SMOOTH = 1.0
"""Standard deviation in pixels: what is finer is noise or texture, no outline."""
KEPT, PARTLY = 0.7, 0.4
"""Correlations of outlines from which they count as kept, or as kept in part."""


@dataclass(frozen=True)
class Fidelity:
    """`outline`: correlation of the outlines of source and result, 1 where they are the same;
    `outside`: mean absolute difference outside the window, of 255; NaN where nothing is outside."""

    outline: float
    outside: float


def fidelity(
    before: UInt8[np.ndarray, "H W 3"],
    after: UInt8[np.ndarray, "H W 3"],
    window: tuple[int, int, int],
) -> Fidelity:
    """How much of `before` is kept in `after`; `window` is (row, col, size) in pixels."""
    row, col, size = window
    beyond = np.ones(before.shape[:2], bool)
    beyond[row : row + size, col : col + size] = False
    change = np.abs(after.astype(np.float64) - before).mean(axis=2)
    outside = float(change[beyond].mean()) if beyond.any() else float("nan")
    return Fidelity(outline(before, after), outside)


def outline(before: UInt8[np.ndarray, "H W 3"], after: UInt8[np.ndarray, "H W 3"]) -> float:
    """Pearson's correlation of the two pictures' edge strengths, -1 to 1; of two pictures without
    any edge it is 1, of one with and one without 0."""
    first, second = (edges(picture) for picture in (before, after))
    flat = [strength.std() < 1e-9 for strength in (first, second)]
    if any(flat):
        return float(all(flat))
    return float(np.corrcoef(first.ravel(), second.ravel())[0, 1])


def edges(picture: UInt8[np.ndarray, "H W 3"]) -> Float[np.ndarray, "H W"]:
    """The length of the gradient of the smoothed grey values."""
    grey = gaussian_filter(picture @ _GREY, _SMOOTH)
    return np.asarray(np.hypot(sobel(grey, 0), sobel(grey, 1)))
