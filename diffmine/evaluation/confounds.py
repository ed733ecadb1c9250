"""Confounds: things the boxes know that top patches of a label show though they are not of it.

A letter burned into the films of one finding is typical of it (section 4.4), and no sign of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from diffmine.mining.artefacts import clearly_above

if TYPE_CHECKING:
    from diffmine.evaluation.patches import Seen

Row = dict[str, Any]


def confounds(label: str, top: Seen, control: Seen) -> list[Row]:
    """For each thing that is not of the label the share of top patches that show it, beside that of
    the label's random patches (`expected`); those first that are clearly above it (`flagged`)."""
    n, m = len(top.places), len(control.places)
    rows = []
    for element in sorted(set().union(*top.strange)):
        share, expected = (_share(element, each.strange) for each in (top, control))
        flagged = clearly_above(share, expected, n, m)
        known = {"share": share, "expected": expected, "n": n, "flagged": flagged}
        rows.append({"label": label, "element": element} | known)
    return sorted(rows, key=lambda row: (not row["flagged"], row["expected"] - row["share"]))


def _share(element: str, shown: Sequence[frozenset[str]]) -> float:
    return sum(element in each for each in shown) / max(len(shown), 1)


def said(row: Row) -> str:
    """`23 % of these patches show marker, which is not of this label (random ones: 1 %)`"""
    share, expected = f"{row['share']:.0%}", f"{row['expected']:.0%}"
    text = f"{share} of these patches show {row['element']}, which is not of this label"
    return f"{text} (random ones: {expected})".replace("%", " %")
