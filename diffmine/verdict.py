"""When a typicality is more than its noise: one rule for the library, the app and the tables."""

from __future__ import annotations

from math import hypot
from typing import Literal

ERRORS = 2.0

Verdict = Literal["yes", "no", "was so before"]


def clear(typicality: float, se: float) -> bool:
    """Whether a typicality lies at least two standard errors from zero; NaN never does."""
    return abs(typicality) >= ERRORS * se


def became_typical(before: tuple[float, float], after: tuple[float, float]) -> Verdict:
    """Whether a translation became typical of its target; scores are (typicality, error).

    `yes`: the result is clearly typical, and clearly more so than the source was; `was so before`:
    it is, but the source was about as typical; `no`: it is not clearly typical.
    """
    if not (after[0] > 0 and clear(*after)):
        return "no"
    rise = after[0] - before[0]
    return "yes" if rise >= ERRORS * hypot(after[1], before[1]) else "was so before"
