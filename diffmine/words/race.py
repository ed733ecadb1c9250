"""What a race has cost, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def account(known: Mapping[str, Any]) -> str:
    """A sentence or two of what the manifest keeps of a race (`Missed`); empty where it keeps none
    or something else."""
    try:
        given_up, tried, held, windows, high = (
            float(known[name]) for name in ("given_up", "tried", "held", "windows", "high")
        )
    except (KeyError, TypeError, ValueError):
        return ""
    text = f"{given_up:,.0f} images were given up early, because nothing in them was likely to be "
    text += "among the most typical."
    if not tried:
        return f"{text} None of them was scored in full to see what that has cost."
    return (
        f"{text} Of {tried:,.0f} images that would have been, and were scored in full to see what "
        f"that costs, {held:,.0f} hold such a place: about {windows:,.0f} patches are missing, and "
        f"at most {high:,.0f} of the images that were given up hold one (95 %)."
    )
