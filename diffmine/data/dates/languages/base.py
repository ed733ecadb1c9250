"""What a language says of dates: for each meaning its words, written as in that language.

Words of one meaning are separated by "|"; case, accents and dots do not matter. A phrase has one
meaning in all languages together (a test looks): "av." is of in Swedish and before in French, so it
stands nowhere, and a text with it is refused rather than misread.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Language:
    """The words of one language."""

    code: str
    """As ISO 639 writes it: `de`."""
    months: tuple[str, ...]
    """Twelve, January first."""
    seasons: str
    tens: tuple[str, ...]
    """Decades by name, eight of them: the twenties to the nineties."""
    ordinals: tuple[str, ...]
    """First, second, third and on, as far as centuries or quarters are counted in words."""
    last: str
    century: str
    years: str
    """What makes a decade of 1920 or '20: "années", "anni"."""
    decade: str
    """The tenth of a century ("first decade of"), or a decade ("década de 1920")."""
    half: str
    """Half where an ordinal stands before it, else the middle ("prima metà", "metà")."""
    third: str
    quarter: str
    early: str
    mid: str
    late: str
    circa: str
    maybe: str
    before: str
    """Before: up to where what follows begins."""
    until: str
    """Until, not after: up to the end of what follows. Between two dates it joins them."""
    not_after: str
    """The same, never between two dates."""
    after: str
    """After: from the end of what stands beside it on."""
    since: str
    """Since, not before: from where it begins on."""
    start: str
    """From: a date that needs an end ("from 1920 to 1925")."""
    between: str
    to: str
    either: str
    both: str
    present: str
    bc: str
    ad: str
    undated: str
    year: str
    """The word year before a number: it makes a year of "800" too."""
    filler: str
    """What adds nothing: articles, weekdays, "made", "photographed"."""
    period: str
    """Names of periods and rulers, which are no years."""
    centuries: tuple[str, ...] = ()
    """Names of whole centuries, the 13th first: "Duecento"."""
