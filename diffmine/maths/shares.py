"""Two shares, and whether one is above the other beyond chance."""

from __future__ import annotations

from math import sqrt

_CLEAR = 3.0
_LEAST = 0.05


def clearly_above(share: float, expected: float, n: int, m: int) -> bool:
    """Whether a share of n is above one of m by 5 points and by three errors of the difference."""
    if not n or not m:
        return False
    both = (share * n + expected * m) / (n + m)
    error = sqrt(both * (1 - both) * (1 / n + 1 / m))
    return share - expected >= max(_CLEAR * error, _LEAST)
