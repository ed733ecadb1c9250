"""Sentences about what elements rest on."""

from __future__ import annotations

from diffmine.atlas.support import Support
from diffmine.words.counts import plurals

THIN = "thin"
NO_SUPPORT = Support(0, 0, 0)


def why_thin(support: Support) -> str:
    """`It rests on 5 patches of one group: too little to speak of the label.`; empty when it is
    not thin."""
    if not support.thin:
        return ""
    patches, of = plurals(support.patches, "patch"), plurals(support.groups, "group")
    if support.images == 1:
        of = "one image"
    elif support.groups == 1:
        of = "one group"
    elif support.groups == support.images:  # each stands for itself
        of = plurals(support.images, "image")
    return f"It rests on {patches} of {of}: too little to speak of the label."


def thin(support: Support) -> str:
    """`thin: 5 patches of 3 images`, for a cell or a caption; empty when it is not thin."""
    return why_thin(support).replace("It rests on", f"{THIN}:").partition(": too ")[0]


def thin_count(thin_ones: int, count: int) -> str:
    """`3 of 32 elements are thin: of fewer than 8 patches, or of one image or group`"""
    verb = "is" if thin_ones == 1 else "are"
    return (
        f"{thin_ones:,} of {count:,} elements {verb} thin: of fewer than 8 patches, or of one "
        "image or group"
    )
