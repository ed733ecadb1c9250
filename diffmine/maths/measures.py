"""Measures of a map against boxes (section 5.2), over all pixels of one image.

average precision   AP = sum over thresholds n of (R_n - R_{n-1}) P_n, pixels of equal score
                    passing a threshold together: the exact area, as scikit-learn defines it
pointing game       the highest pixel lies in a box (of several equally high ones: their share);
                    near: not farther from one than 15 pixels of an image of 224 (Zhang et al.
                    2016)
overlap             IoU of the pixels above a threshold and the boxes
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

NEAR = 15 / 224
RECALLS = np.arange(1, 201) / 200
_OCTAVE = 2.0 ** (np.arange(-24 * 4, 4 * 4 + 1) / 4)
THRESHOLDS = np.concatenate([-_OCTAVE[::-1], [0.0], _OCTAVE])
"""Where IoU is read: quarters of an octave, above and below zero, over the range of float16."""


@dataclass(frozen=True)
class Measures:
    """How well one map of one image does; shares from 0 to 1.

    `iou` is that of the pixels at or above each of THRESHOLDS, `precision` the precision at the
    first threshold that reaches each of RECALLS.
    """

    ap: float
    pointing: float
    near: float
    prevalence: float
    iou: Float[np.ndarray, " thresholds"]
    precision: Float[np.ndarray, " recalls"]


def mask_of(boxes: Float[np.ndarray, "n 4"], height: int, width: int) -> Bool[np.ndarray, "h w"]:
    """The pixels whose centre lies in a box (row, col, height, width in pixels).

    A box between all centres is the pixel it lies in.
    """
    mask = np.zeros((height, width), bool)
    for row, col, high, wide in boxes.tolist():
        down = _span(row, high, height)
        mask[down, _span(col, wide, width)] = True
    return mask


def _span(start: float, length: float, end: int) -> slice:
    first = int(np.ceil(start - 0.5))
    last = int(np.ceil(start + length - 0.5))
    if last <= first:
        first = int(start + length / 2)
        last = first + 1
    first = min(max(first, 0), end - 1)
    return slice(first, max(min(last, end), first + 1))


def measure(
    scores: Float[np.ndarray, "h w"],
    boxes: Float[np.ndarray, "n 4"],
    mask: Bool[np.ndarray, "h w"] | None = None,
) -> Measures:
    """The measures of a map in pixels against the boxes of one label (n at least 1)."""
    mask = mask_of(boxes, *scores.shape) if mask is None else mask
    flat, hits = scores.ravel(), mask.ravel()
    order = np.argsort(-flat)
    ordered = flat[order]
    hit_counts = np.cumsum(hits[order], dtype=np.int64)
    ends = np.flatnonzero(np.r_[ordered[1:] != ordered[:-1], True])
    positives = int(hit_counts[-1])
    recall, precision = hit_counts[ends] / positives, hit_counts[ends] / (ends + 1)
    ap = float(np.sum(np.diff(recall, prepend=0.0) * precision))
    first = np.minimum(np.searchsorted(recall, RECALLS - 1e-12), len(ends) - 1)
    above = np.searchsorted(-ordered, -THRESHOLDS, side="right")  # pixels at or above each
    tp = np.r_[0, hit_counts][above]
    pointing, near = _pointing(scores, boxes, mask)
    return Measures(
        ap=ap,
        pointing=pointing,
        near=near,
        prevalence=positives / len(flat),
        iou=(tp / (above + positives - tp)).astype(np.float32),
        precision=precision[first].astype(np.float32),
    )


def average_precision(scores: Float[np.ndarray, "h w"], mask: Bool[np.ndarray, "h w"]) -> float:
    """The exact area under the precision-recall curve alone."""
    return measure(scores, np.zeros((0, 4)), mask).ap


def _pointing(
    scores: Float[np.ndarray, "h w"],
    boxes: Float[np.ndarray, "n 4"],
    mask: Bool[np.ndarray, "h w"],
) -> tuple[float, float]:
    highest = scores == scores.max()
    rows, cols = (places + 0.5 for places in np.nonzero(highest))
    reach = NEAR * min(scores.shape)
    close = mask[highest]
    for row, col, high, wide in boxes.tolist():
        down = np.maximum(np.maximum(row - rows, rows - row - high), 0.0)
        across = np.maximum(np.maximum(col - cols, cols - col - wide), 0.0)
        close = close | (np.hypot(down, across) <= reach)
    return float(mask[highest].mean()), float(close.mean())
