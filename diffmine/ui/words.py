"""Words on the screen: those that all faces share, and safe Markdown."""

from __future__ import annotations

import math
import re

from diffmine.words import (
    KINDS,
    MEANING,
    STAGES,
    alt,
    cell,
    citation,
    element,
    noise,
    place,
    rank,
    score,
    web_address,
)

MEASURES = """
**Area under the precision-recall curve**: all pixels of an image in the order of their score,
against experts' boxes of the label; mean over the label's images. A map that knows nothing
reaches the *prevalence*, the share of pixels inside boxes. The *centre prior* is a spot in the
middle of every image and the *boxes prior* the mean of the other images' boxes: neither looks at
the image, so a map is worth what it is ahead of them. **Pointing game**: how often the highest
pixel lies in a box (near: within 15 pixels of 224). **IoU**: overlap of the marked pixels and the
boxes at the label's best threshold. **Precision of patches**: how many of the best patches hit a
box of their label (half of the patch or of the box is shared), beside random and least typical
ones. Lines and brackets are 95 % intervals from resampled images, or groups of images.
"""
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|~>$:])")


def markdown(text: str) -> str:
    """Text that Markdown shows as it is: no mark-up, no HTML, one line."""
    plain = " ".join(str(text).split())
    escaped = _SPECIAL.sub(r"\\\1", plain.replace("&", "&amp;"))
    return escaped.replace("<", "&lt;").replace("\\>", "&gt;")


def without_pictures(text: str) -> str:
    """Foreign Markdown without pictures and HTML: nothing in it is fetched."""
    text = re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL)
    text = re.sub(r"!\[([^\]]*)\](\([^)]*\)|\[[^\]]*\])", r"\1", text)
    return text.replace("<", "&lt;")


def duration(seconds: float) -> str:
    """`40 s`, `3 min`."""
    if seconds < 90:
        return f"{max(math.ceil(seconds), 1)} s"
    return f"{round(seconds / 60)} min"


__all__ = [
    "KINDS",
    "MEANING",
    "MEASURES",
    "STAGES",
    "alt",
    "cell",
    "citation",
    "duration",
    "element",
    "markdown",
    "noise",
    "place",
    "rank",
    "score",
    "web_address",
    "without_pictures",
]
