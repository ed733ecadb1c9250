"""How what a translation kept of its source is said."""

from __future__ import annotations

from diffmine.maths.fidelity import KEPT, PARTLY, Fidelity


def outline(kept: Fidelity) -> str:
    """`the outline was kept (.83)`"""
    how = "was kept" if kept.outline >= KEPT else "was kept in part"
    if kept.outline < PARTLY:
        how = "was lost"
    return f"the outline {how} ({kept.outline:.2f})"
