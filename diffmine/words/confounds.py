"""Sentences about the confounds that an evaluation found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def confound(row: Mapping[str, Any]) -> str:
    """`23 % of these patches show marker, which is not of this label (random ones: 1 %)`"""
    share, expected = f"{row['share']:.0%}", f"{row['expected']:.0%}"
    text = f"{share} of these patches show {row['element']}, which is not of this label"
    return f"{text} (random ones: {expected})".replace("%", " %")
