"""Sentences about how much of its source a translation kept."""

from __future__ import annotations

from diffmine.maths.fidelity import KEPT, PARTLY, Fidelity


def outline(fidelity: Fidelity) -> str:
    """`the outline was kept (.83)`"""
    how = "was kept" if fidelity.outline >= KEPT else "was kept in part"
    if fidelity.outline < PARTLY:
        how = "was lost"
    return f"the outline {how} ({fidelity.outline:.2f})"
