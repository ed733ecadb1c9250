"""Sentences about what is worth seeing first in an atlas."""

from __future__ import annotations

from diffmine.atlas.findings import Change, Doubt, Share
from diffmine.words.warnings import text

TITLES = {
    "comes": "It comes: {element} of {label}",
    "goes": "It goes: {element} of {label}",
    "own": "Its own: {element} of {label}",
}
SENTENCES = {
    "comes": "{there} of the images of {other} show it, {here} of {label}.",
    "goes": "{here} of the images of {label} show it, {there} of {other}.",
    "own": "{here} of the images of {label} show it; of no other label more than {other}'s "
    "{there}.",
}
DOUBT = "Look twice: {label}"


def change_title(change: Change, element: str) -> str:
    """`It comes: Element 3 of 1950s`; `element` is what the element is called."""
    return TITLES[change.kind].format(element=element, label=change.label)


def change(change: Change) -> str:
    """`4 % (1 to 8 %) of the images of 1920s show it, 47 % (40 to 55 %) of 1950s.`"""
    return SENTENCES[change.kind].format(
        here=_share(change.here),
        there=_share(change.there),
        label=change.label,
        other=change.there.label,
    )


def doubt_title(doubt: Doubt) -> str:
    """`Look twice: 1940s`"""
    return DOUBT.format(label=doubt.warning.label)


def doubt(doubt: Doubt) -> str:
    """The warning as a sentence."""
    return f"{text(doubt.warning)}."


def _share(share: Share) -> str:
    low, high = f"{share.low:.0%}".removesuffix("%"), f"{share.high:.0%}"
    return f"{share.share:.0%} ({low} to {high})".replace("%", " %")
