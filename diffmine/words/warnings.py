"""Sentences about the artefact warnings of an atlas."""

from __future__ import annotations

from diffmine.atlas.records import ArtefactWarning

WORDS = {
    "border": "touch the border of their image",
    "flat": "show next to nothing (flat grey)",
    "position": "sit at the same place of their image",
    "noise": "are inside the noise",
    "duplicate": "come from near-duplicate images",
}


def what(warning: ArtefactWarning) -> str:
    """What the patches do; a kind that only a newer diffmine knows is called by its name."""
    return WORDS.get(warning.kind, f"count as {warning.kind}")


def text(warning: ArtefactWarning) -> str:
    """`38 % of these patches touch the border of their image (random ones: 12 %)`"""
    share, expected = f"{warning.share:.0%}", f"{warning.expected:.0%}"
    sentence = f"{share} of these patches {what(warning)} (random ones: {expected})"
    return sentence.replace("%", " %")
