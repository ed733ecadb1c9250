"""Which images still need draws: they are spent where they can change what is chosen.

After each round of draws a label's K-th best window is the mark. An image leaves the race when no
window can reach the mark,

    max over its windows of  mean + margin * standard error  <  mark

and, from half of the draws on, when it is settled which of its windows are chosen and where they
lie: its best windows, without overlap, are a margin off the mark, and those above it stand out by
CLEAR margins (successive accepts and rejects by confidence bounds, after Bubeck et al. 2013).

Where all images have the same timesteps the first round is a single pair. It has no error of its
own: a few images drawn by chance are scored in full whatever happens (controls.py), and say how far
a first pair lies from what all draws say,

    all draws = slope * first pair +- spread

so that an image leaves when slope * its best window + SURE * spread < mark.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from diffmine.config import MineConfig, TypicalityConfig
from diffmine.maths.error import decay_at
from diffmine.maths.score import half
from diffmine.maths.windows import best_windows, window_means
from diffmine.model.tally import Tally

EARLY = 2
"""Draws of the first round, where all images have the same timesteps."""
FIRST = 8
"""Draws of the first round after which an image is judged by errors of its own."""
CLEAR = 6
SURE = 3.0
"""Spreads by which the first pair gives an image the benefit of the doubt."""
PER_IMAGE = MineConfig().per_image


def rounds(draws: int, early: bool = False) -> list[int]:
    """Draws at the end of each round: 2 where the race begins `early`, 8, 16, 32, ... below half of
    `draws`, then half, three quarters and all of them; even numbers but the last."""
    begun = [EARLY] if early and draws > EARLY else []
    doubled = [FIRST * 2**k for k in range(12) if FIRST * 2**k < draws / 2]
    late = [share for share in (half(draws), 2 * -(-draws * 3 // 8)) if FIRST <= share < draws]
    return [*begun, *doubled, *late, draws]


@dataclass(frozen=True)
class Mark:
    """What a window has to reach, and how a first pair is read: `slope` and `spread`, in units of
    typicality; without a bound on it no image leaves after a first pair."""

    value: float
    slope: float = 1.0
    spread: float = math.inf

    def leaves_early(self, best: float) -> bool:
        """Whether an image leaves whose first pair says `best` of its best window."""
        return self.slope * best + SURE * self.spread < self.value


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

    def best(self, keep: int) -> list[tuple[float, float]]:
        """Mean and error of the best windows that do not overlap."""
        windows = best_windows(self.means, self.side, keep)
        return [
            (window.typicality, float(self.errors[window.row, window.col])) for window in windows
        ]

    def reach(self, margin: float) -> float:
        """How high its windows may lie."""
        return float((self.means + margin * self.errors).max())

    def settled(self, mark: float, margin: float, keep: int) -> bool:
        """Whether its best windows are clear of the mark, and those above it clear of zero."""
        return all(
            abs(mean - mark) >= margin * error and (mean < mark or mean >= CLEAR * margin * error)
            for mean, error in self.best(keep)
        )

    def lost(self, mark: float, keep: int) -> float:
        """How many of its best windows below the mark are expected to lie above it all the same."""
        total = 0.0
        for mean, error in self.best(keep):
            away = (mark - mean) / max(error, 1e-30)
            total += 0.5 * math.erfc(away / math.sqrt(2)) if away > 0 else 0.0
        return total


def runner_of(tally: Tally, image: Mapping[str, Any], config: TypicalityConfig) -> Runner:
    """The windows that `config.adaptive` looks at; `image` is the image's record."""
    short = min(image["height"], image["width"])
    side = config.window * short if config.window < 1 else config.window
    return Runner.of(tally, round(side * tally.mean.shape[-2] / image["height"]))


def stays(
    tally: Tally,
    image: Mapping[str, Any],
    label: str,
    marks: Mapping[str, Mark],
    config: TypicalityConfig,
    before: int,
) -> bool:
    """Whether an image still needs draws, by the mark of its label after a round that ended at
    `before` draws."""
    if label not in marks:
        return True
    runner, mark, margin = runner_of(tally, image, config), marks[label], config.margin
    draws = int(tally.draws.max())
    if draws <= EARLY:
        return draws == before and not mark.leaves_early(float(runner.means.max()))
    settled = draws >= half(config.count) and runner.settled(mark.value, margin, PER_IMAGE)
    return runner.reach(margin) >= mark.value and not settled


def mark_of(bests: list[float], top: int) -> float:
    """The `top`-th best of a label's windows; minus infinity where there are not so many."""
    if len(bests) < top:
        return -math.inf
    return float(np.partition(np.asarray(bests), len(bests) - top)[len(bests) - top])
