"""Maps that have never seen the image: what any localisation must beat.

centre   exp(-(y^2 + x^2) / (2 (1/4)^2)), y and x from the centre as shares of height and width
boxes    the share of the OTHER groups' images of the label whose boxes cover a place
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from diffmine.maths.grid import bilinear
from diffmine.stages.evaluate.cases import Case

GRID = 64
_SPREAD = 0.25


def centre_prior(height: int, width: int) -> Float[np.ndarray, "h w"]:
    """A Gaussian at the image's centre whose standard deviation is a quarter of each side."""
    y, x = ((np.arange(length) + 0.5) / length - 0.5 for length in (height, width))
    return np.exp(-(y[:, None] ** 2 + x[None, :] ** 2) / (2 * _SPREAD**2))


def coverage(case: Case) -> Float[np.ndarray, "g g"]:
    """The share of each cell of a GRID x GRID raster over the image that a box covers."""
    share = np.zeros((GRID, GRID))
    for row, col, high, wide in case.boxes.tolist():
        down = _covered(row / case.height, (row + high) / case.height)
        across = _covered(col / case.width, (col + wide) / case.width)
        share = np.maximum(share, down[:, None] * across[None, :])
    return share


def _covered(start: float, end: float) -> Float[np.ndarray, " g"]:
    cells = np.arange(GRID)
    return np.clip(np.minimum(cells + 1, end * GRID) - np.maximum(cells, start * GRID), 0.0, 1.0)


@dataclass(frozen=True)
class BoxPrior:
    """The boxes of a label's images, added up: in all and for each group."""

    total: Float[np.ndarray, "g g"]
    count: int
    groups: dict[int, list[Case]]

    @classmethod
    def of(cls, cases: Sequence[Case]) -> BoxPrior:
        """The prior of one label."""
        total = np.zeros((GRID, GRID))
        groups: dict[int, list[Case]] = {}
        for case in cases:
            total += coverage(case)
            groups.setdefault(case.group, []).append(case)
        return cls(total, len(cases), groups)

    def without(self, case: Case) -> Float[np.ndarray, "h w"]:
        """The mean of all images but those of the case's group, in its pixels; zeros when there
        are no others."""
        own = self.groups[case.group]
        left = self.count - len(own)
        if not left:
            return np.zeros((case.height, case.width))
        mean = (self.total - sum(map(coverage, own), np.zeros((GRID, GRID)))) / left
        return in_pixels(mean, case.height, case.width)


def in_pixels(map: Float[np.ndarray, "h w"], height: int, width: int) -> Float[np.ndarray, "H W"]:
    """A map interpolated bilinearly to the image's size (the paper's note 3)."""
    return bilinear(map.shape[0], height) @ map @ bilinear(map.shape[1], width).T
