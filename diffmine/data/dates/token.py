"""Token: a word or number of a text; UnreadError: why a text cannot be read."""

from __future__ import annotations

from dataclasses import dataclass


class UnreadError(Exception):
    """What keeps a text from being read; never leaves diffmine.data.dates."""


@dataclass(frozen=True)
class Token:
    """A word or number: what kind it is, its numbers, and its letters.

    Kinds with numbers: `date` (year, month, day; 0: not written), `day` (month, day), `short`
    (year, number after it, 1 for a hyphen), `mask` (first year, years, 1 for a question mark),
    `tens` (start of a decade, digits, 1 if nothing else it could be), `give or take` (year,
    years), `number` (number, digits), `ordinal`, `month`, `named century`. All others are words
    and signs, as diffmine.data.dates.lexicon calls them.
    """

    kind: str
    text: str
    value: tuple[int, ...] = ()
    glued: bool = False
    """Nothing stands between it and the token before."""
