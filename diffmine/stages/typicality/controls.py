"""Images that a race scores in full whatever happens, drawn by chance: what they are for.

Each image of a label is one with the same chance. They say how a first pair is to be read (race.py,
`Mark`), what its error is, and how many windows the race has missed: some of them would have been
given up, and all draws show what that would have cost.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from jaxtyping import Float
from scipy.stats import beta
from torch import Tensor

from diffmine.model.tally import Tally
from diffmine.stages.typicality.race import EARLY, Mark

SHARE, FEWEST = 0.05, 16
"""Share of a label's images, and how many of it at least."""
_RANGE = 2**48
Fit = tuple[float, float, float, float]
"""Sums over windows of x x, x y and y y, and their number: x by the first pair, y by all draws."""


def chosen(images: Iterable[tuple[str, str]], seed: int) -> frozenset[str]:
    """The controls of images given as (name, label)."""
    by_label: dict[str, list[str]] = {}
    for name, label in images:
        by_label.setdefault(label, []).append(name)
    names: set[str] = set()
    for own in by_label.values():
        count = max(math.ceil(SHARE * len(own)), FEWEST)
        names.update(sorted(own, key=lambda name: (_number(name, seed), name))[:count])
    return frozenset(names)


def _number(name: str, seed: int) -> float:
    digest = hashlib.sha256(f"{seed}/control/{name}".encode("utf-8", "surrogateescape")).digest()
    return int.from_bytes(digest[:6], "little") / _RANGE


@dataclass
class Record:
    """What is kept of a control beside its sums: how high its windows might have lain after each
    round, by its draws, and its part of the fit."""

    fit: Fit | None = None
    reaches: dict[int, float] = field(default_factory=dict)

    def as_list(self) -> list[float]:
        """Numbers for a column: the fit, then draws and reach of each round."""
        pairs = [number for pair in self.reaches.items() for number in map(float, pair)]
        return [*(self.fit or (0.0, 0.0, 0.0, 0.0)), *pairs]

    @classmethod
    def of(cls, numbers: Sequence[float]) -> Record:
        """From what `as_list` gave."""
        xx, xy, yy, count, *rest = numbers
        pairs = zip(map(int, rest[::2]), rest[1::2], strict=True)
        return cls((xx, xy, yy, count) if count else None, dict(pairs))

    def leaves(self, marks: Mapping[int, Mark]) -> bool:
        """Whether it would have been given up by the marks after the rounds, by their draws."""
        return any(
            marks[draws].leaves_early(reach) if draws == EARLY else reach < marks[draws].value
            for draws, reach in self.reaches.items()
            if draws in marks
        )


def fit_of(first: Float[np.ndarray, "r c"], full: Float[np.ndarray, "r c"]) -> Fit:
    """An image's part of the fit, from the means of its windows."""
    x, y = first.astype(np.float64), full.astype(np.float64)
    return float((x * x).sum()), float((x * y).sum()), float((y * y).sum()), float(x.size)


def reading(fits: Iterable[Fit]) -> tuple[float, float]:
    """Slope and spread of a first pair, by least squares through zero: `all draws = slope * first
    pair +- spread`. Without fits nothing is known: 1 and infinity."""
    xx, xy, yy, count = (sum(column) for column in zip((0.0,) * 4, *fits, strict=True))
    if not count or not xx:
        return 1.0, math.inf
    slope = xy / xx
    return slope, math.sqrt(max(yy - slope * xy, 0.0) / count)


@dataclass(frozen=True)
class Spread:
    """Mean squared deviation of one value of an image from all of its values, for each map: of a
    pixel, and of blocks of each side and of the whole map."""

    pixel: Float[Tensor, " k"]
    blocks: Float[Tensor, "k s"]

    @classmethod
    def of(cls, tallies: Sequence[Tally]) -> Spread:
        """The mean over tallies of as many maps and sides."""
        freedom = [(tally.n - 1).clamp_min(1) for tally in tallies]
        pixel = [t.squares.mean((-2, -1)) / n for t, n in zip(tallies, freedom, strict=True)]
        blocks = [t.blocks / n[:, None] for t, n in zip(tallies, freedom, strict=True)]
        return cls(torch.stack(pixel).mean(0), torch.stack(blocks).mean(0))

    def lent_to(self, tally: Tally) -> Tally:
        """A tally of one value, as if a second one lay as far from it as those of other images."""
        squares = (2 * self.pixel)[:, None, None].expand_as(tally.squares)
        return Tally(tally.n + 1, tally.mean, squares, 2 * self.blocks, tally.together)


@dataclass(frozen=True)
class Missed:
    """What a race has cost, by its controls: images given up, the controls that would have been,
    those of them that hold a window among the best, and how many windows are missed in all, about;
    `low` and `high` bound the images given up that hold one (95 %, Clopper and Pearson 1934)."""

    given_up: int
    tried: int
    held: int
    windows: float
    low: float
    high: float

    @classmethod
    def of(cls, given_up: int, windows: Sequence[int]) -> Missed:
        """From the number of windows among the best of each control that would have been given
        up."""
        tried, held = len(windows), sum(count > 0 for count in windows)
        low, high = 0.0, 1.0
        if tried:
            low = float(beta.ppf(0.025, held, tried - held + 1)) if held else 0.0
            high = float(beta.ppf(0.975, held + 1, tried - held)) if held < tried else 1.0
        mean = sum(windows) / tried if tried else 0.0
        return cls(given_up, tried, held, mean * given_up, low * given_up, high * given_up)
