"""Which label a picture is most typical of, in a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from diffmine.app import words
from diffmine.app.tabs.inspect import texts
from diffmine.app.texts import plurals
from diffmine.maths.score import clear

_NAMED = 3


def ranking(best: str, score: tuple[float, float], near: Sequence[str], others: int) -> str:
    """Which label a picture is most typical of; `near`: labels within the error of the best,
    `others`: how many there are besides it."""
    name, value = words.markdown(best), words.signed(*score)
    if not clear(*score):
        return texts.NOT_CLEAR.format(label=name, score=value)
    if score[0] < 0:
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
    shown = [words.markdown(name) for name in names[:_NAMED]]
    if len(names) == 1:
        return shown[0]
    rest = len(names) - len(shown)
    last = plurals(rest, "other") if rest else shown.pop()
    return texts.LISTED.format(names=", ".join(shown), last=last)
