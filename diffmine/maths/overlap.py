"""How much two windows, or two sets of patches, have in common.

    IoU of windows   = pixels in both / pixels in either
    Jaccard of sets  = patches in both / patches in either

Above one half either says which one belongs to which: of windows that lie apart at most one can
share more than half with a given window, and of sets without a common patch at most one with a
given set (docs/decisions/0028).
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

HALF = 0.5

Window = tuple[int, int, int]
"""Row, column and side of a square window, in pixels."""


def iou(one: Window, other: Window) -> float:
    """Intersection over union of two windows of one image, from 0 to 1."""
    high, wide = (
        min(one[axis] + one[2], other[axis] + other[2]) - max(one[axis], other[axis])
        for axis in (0, 1)
    )
    both = max(high, 0) * max(wide, 0)
    return both / max(one[2] ** 2 + other[2] ** 2 - both, 1)


def jaccard(both: int, one: int, other: int) -> float:
    """Jaccard index of two sets of `one` and `other` members that have `both` in common."""
    return both / max(one + other - both, 1)


def hit_shares(
    windows: Float[np.ndarray, "n 4"], boxes: Float[np.ndarray, "m 4"]
) -> Float[np.ndarray, "n m"]:
    """What a window and a box share, as a share of the most that two of their sizes can.

    Both are (row, col, height, width). A window HITS a box where this is at least one half: a
    small thing lies mostly in the window, the window mostly on a large thing, or a strip that is
    longer than the window runs through it.
    """
    ends = [places[:, :2] + places[:, 2:] for places in (windows, boxes)]
    low = np.maximum(windows[:, None, :2], boxes[None, :, :2])  # n m 2
    high = np.minimum(ends[0][:, None], ends[1][None])
    most = np.minimum(windows[:, None, 2:], boxes[None, :, 2:])
    return (np.clip(high - low, 0, None) / most).prod(axis=2)
