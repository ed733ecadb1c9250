"""Words on the screen made from data: those that all faces share, and safe Markdown."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from diffmine.app import texts
from diffmine.maths.score import clear
from diffmine.words.records import (
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
    scored,
    web_address,
)

_NAMED = 3
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|~>$:])")


def signed(typicality: float, se: float | None = None) -> str:
    """A score with its sign: `+0.0123 ± 0.0021`."""
    return f"+{score(typicality, se)}" if typicality >= 0 else score(typicality, se)


def ranking(best: str, found: tuple[float, float], near: Sequence[str], others: int) -> str:
    """Which label a picture is most typical of; `near`: labels within the error of the best,
    `others`: how many there are besides it."""
    name, value = markdown(best), signed(*found)
    if not clear(*found):
        return texts.NOT_CLEAR.format(label=name, score=value)
    if found[0] < 0:
        return texts.TYPICAL_OF_NONE.format(label=name, score=value)
    if not others:
        return texts.TYPICAL_OF.format(label=name, score=value)
    if not near:
        return texts.CLEARLY.format(label=name, score=value)
    if len(near) == others > 1:
        return texts.ALL_NEAR.format(label=name, score=value)
    text = texts.ONE_NEAR if len(near) == 1 else texts.SEVERAL_NEAR
    return text.format(label=name, score=value, near=_listed(near))


def _listed(names: Sequence[str]) -> str:
    """`1927`, `1927 and 1957`, `1900, 1927, 1957 and 2 others`."""
    shown = [markdown(name) for name in names[:_NAMED]]
    if len(names) == 1:
        return shown[0]
    rest = len(names) - len(shown)
    others = texts.OTHERS if rest > 1 else texts.ONE_OTHER
    last = others.format(count=rest) if rest else shown.pop()
    return texts.LISTED.format(names=", ".join(shown), last=last)


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
        return texts.SECONDS.format(seconds=max(math.ceil(seconds), 1))
    return texts.MINUTES.format(minutes=round(seconds / 60))


__all__ = [
    "KINDS",
    "MEANING",
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
    "scored",
    "web_address",
    "without_pictures",
]
