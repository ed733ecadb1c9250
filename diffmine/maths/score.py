"""A typicality with its error, and when it is more than its noise: one rule for every face."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot
from typing import Literal

from diffmine.config import TypicalityConfig

ERRORS = 2.0

Preset = Literal["common", "stratified", "paper", "independent"]
STRATIFIED = ("common", "stratified")
"""Schemes with stratified timesteps, in pairs of opposite noise."""
Verdict = Literal["yes", "no", "was so before"]


@dataclass(frozen=True)
class Score:
    """A typicality (a difference of mean squared errors of predicted noise, of unit variance) and
    its standard error, NaN where that is not known."""

    typicality: float
    se: float


@dataclass(frozen=True)
class Scoring:
    """How images and windows are scored, by every stage and by the app alike: timesteps of 1,000,
    the seed beside the image's name, the scheme of the draws and their number. `batch`, rows of the
    UNet in one call, changes no number."""

    t_range: tuple[int, int] = (100, 700)
    seed: int = 0
    preset: Preset = "common"
    draws: int = 32
    batch: int = 128

    @classmethod
    def of(cls, config: TypicalityConfig, draws: int = 0) -> Scoring:
        """From a configuration of typicality; `draws` replaces its number of draws unless 0."""
        count = draws or config.count
        return cls(config.t_range, config.seed, config.scheme, count, config.batch)


def half(draws: int) -> int:
    """Half of `draws`, as an even number: from there on an image of a race may be settled, and one
    with fewer was given up."""
    return 2 * -(-draws // 4)


def clear(typicality: float, se: float) -> bool:
    """Whether a typicality lies at least two standard errors from zero; NaN never does."""
    return abs(typicality) >= ERRORS * se


def became_typical(before: Score, after: Score) -> Verdict:
    """Whether a translation became typical of its target.

    `yes`: the result is clearly typical, and clearly more so than the source was; `was so before`:
    it is, but the source was about as typical; `no`: it is not clearly typical.
    """
    if not (after.typicality > 0 and clear(after.typicality, after.se)):
        return "no"
    rise = after.typicality - before.typicality
    return "yes" if rise >= ERRORS * hypot(after.se, before.se) else "was so before"
