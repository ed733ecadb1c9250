"""Which images can still win: draws are spent where the best windows of a label may be.

After each round of draws a label's K-th best window is the mark. An image stays in the race while

    max over its windows of  mean + margin * standard error  >=  mark

so that only images without a window near the mark stop (successive halving by confidence bounds).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from diffmine.diffusion.tally import Tally
from diffmine.mining.error import decay_at
from diffmine.mining.windows import best_windows, window_means

FIRST = 8


def rounds(draws: int) -> list[int]:
    """Draws at the end of each round: 8, 16, 32, ... and last `draws`."""
    found = [FIRST * 2**k for k in range(12) if FIRST * 2**k < draws]
    return [*found, draws]


@dataclass(frozen=True)
class Runner:
    """The windows of one image: means and errors at every place, in latent pixels."""

    means: Float[np.ndarray, "r c"]
    errors: Float[np.ndarray, "r c"]
    side: int

    @classmethod
    def of(cls, tally: Tally, side: int) -> Runner:
        """From the first map of a tally and the window's side in latent pixels."""
        side = max(1, min(side, *tally.mean.shape[-2:]))
        means = window_means(tally.mean[0].numpy(), side)
        squares = window_means(tally.standard_error[0].square().numpy(), side)
        scale = decay_at(tally.decay[0].tolist(), float(side))
        return cls(means, np.sqrt(np.maximum(squares, 0) * scale), side)

    def best(self, keep: int) -> list[float]:
        """Means of the best windows that do not overlap."""
        return [window.typicality for window in best_windows(self.means, self.side, keep)]

    def stays(self, mark: float, margin: float) -> bool:
        """Whether a window may reach the mark."""
        return bool((self.means + margin * self.errors).max() >= mark)

    def lost(self, mark: float, keep: int) -> float:
        """How many of its best windows are expected to lie above the mark all the same."""
        total = 0.0
        for window in best_windows(self.means, self.side, keep):
            error = float(self.errors[window.row, window.col])
            away = (mark - window.typicality) / max(error, 1e-30)
            total += 0.5 * math.erfc(away / math.sqrt(2))
        return total


def mark_of(bests: list[float], top: int) -> float:
    """The `top`-th best of a label's windows; minus infinity where there are not so many."""
    if len(bests) < top:
        return -math.inf
    return float(np.partition(np.asarray(bests), len(bests) - top)[len(bests) - top])
