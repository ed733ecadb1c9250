"""Words on the screen made from data: those that all faces share, and safe Markdown."""

from __future__ import annotations

import math
import re

from diffmine.app import texts
from diffmine.words.records import (
    KINDS,
    MEANING,
    STAGES,
    alt,
    cell,
    citation,
    date,
    element,
    noise,
    place,
    rank,
    score,
    scored,
    web_address,
)

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|~>$:])")


def signed(typicality: float, se: float | None = None) -> str:
    """A score with its sign: `+0.0123 ± 0.0021`."""
    return f"+{score(typicality, se)}" if typicality >= 0 else score(typicality, se)


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


def shortened(text: str, most: int) -> str:
    """A text of at most `most` letters, with `…` where something is left out."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def duration(seconds: float) -> str:
    """`40 s`, `3 min`."""
    if seconds < 90:
        return texts.SECONDS.format(seconds=max(math.ceil(seconds), 1))
    return texts.MINUTES.format(minutes=round(seconds / 60))


__all__ = [
    "KINDS",
    "MEANING",
    "STAGES",
    "alt",
    "cell",
    "citation",
    "date",
    "duration",
    "element",
    "markdown",
    "noise",
    "place",
    "rank",
    "score",
    "scored",
    "shortened",
    "signed",
    "web_address",
    "without_pictures",
]
