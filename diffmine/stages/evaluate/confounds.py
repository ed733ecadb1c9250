"""Confounds: things named by boxes that a label's top patches show, though they are not of it.

A letter burned into the films of one finding is typical of it (section 4.4), and no sign of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from diffmine.maths.shares import clearly_above

Row = dict[str, Any]
Strange = Sequence[frozenset[str]]
"""For each patch the things it shows that are not of its label."""


def confounds(label: str, top: Strange, control: Strange) -> list[Row]:
    """For each thing that is not of the label the share of top patches that show it, beside that of
    the label's random patches (`expected`); those first that are clearly above it (`flagged`)."""
    n, m = len(top), len(control)
    rows = []
    for element in sorted(set().union(*top)):
        share, expected = (_share(element, patches) for patches in (top, control))
        flagged = clearly_above(share, expected, n, m)
        known = {"share": share, "expected": expected, "n": n, "flagged": flagged}
        rows.append({"label": label, "element": element} | known)
    return sorted(rows, key=lambda row: (not row["flagged"], row["expected"] - row["share"]))


def _share(element: str, shown: Sequence[frozenset[str]]) -> float:
    return sum(element in things for things in shown) / max(len(shown), 1)
