"""Words on the screen: those that all faces share, and safe Markdown."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from diffmine.verdict import clear
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
the image, so a map is worth what it is ahead of them; *window and centre* is a map together with
the centre prior, to be held against that prior alone. **Pointing game**: how often the highest
pixel lies in a box (near: within 15 pixels of 224). **IoU**: overlap of the marked pixels and the
boxes at the label's best threshold. **Precision of patches**: how many of the best patches hit a
box of their label (half of the patch or of the box is shared), beside random and least typical
ones. Lines and brackets are 95 % intervals from resampled images, or groups of images.
"""
FIRST_STEPS = [
    {"text": "Choose a label: the wall shows the patches most typical of it.", "at": "#labels"},
    {"text": "Press a patch: its image, place and score appear in the inspector.", "at": "#wall"},
    {
        "text": "Open another tab: Elements and Map group the patches, Translate and Trends show "
        "how they change from label to label.",
        "at": "#tabs [role=tablist]",
    },
]
"""What a first visitor is asked to try, and the part of the page (a CSS selector) it is about."""
ASK_FOR_A_PICTURE = (
    "What the model of this atlas finds in a picture of your own: its labels ranked, a heat map "
    "and the most typical window of each, and whether it is like the pictures the model knows."
)
STAYS = "Stays on this machine; nothing is kept."
STAYS_ON_SPACE = "It goes to the machine of this Space and no further; nothing is kept."
RESEARCH_ONLY = "Research use only, not for diagnosis."
UNFAMILIAR = "Unlike the pictures this model was trained on: what it says here means little."
NOTHING_TO_INSPECT_WITH = (
    "This atlas has no model beside it, so a picture of your own cannot be inspected here. "
    "It can where the atlas was built, or where its model lies beside it."
)
ERRORS_OF = {"reconstruction": "error of reconstruction", "noise": "error of noise"}
_NAMED = 3
UNREAD_FILTERS = "The filters of this link cannot be read, so everything is shown."
NOT_HERE = "Names and elements cannot be changed in this public app."
NOT_WRITABLE = "This atlas cannot be written here, so changes cannot be kept."
TRENDS_GO = "Trends of changed elements are empty until diffmine trends is run on the atlas."
PRESS_A_CELL = (
    "Each image of another label was translated into the label below: in how many of them does a "
    "patch show the element afterwards that none showed before (added), or the other way round "
    "(removed)? Press a cell to see them."
)
CHANGES = (
    "**Elements of change**: windows that are typical of every label their image is translated "
    "into, grouped by how they change. The source is framed, the rest is generated; press one to "
    "see the whole pictures."
)
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|~>$:])")


def signed(typicality: float, se: float | None = None) -> str:
    """A score with its sign: `+0.0123 ± 0.0021`."""
    return f"+{score(typicality, se)}" if typicality >= 0 else score(typicality, se)


def ranking(best: str, found: tuple[float, float], near: Sequence[str], others: int) -> str:
    """Which label a picture is most typical of; `near`: labels within the error of the best,
    `others`: how many there are besides it."""
    name, value = markdown(best), signed(*found)
    if not clear(*found):
        return f"Not clearly typical of any label: the highest, {name}, is {value}."
    if found[0] < 0:
        return f"Typical of no label: even the highest, {name}, lies below zero ({value})."
    head = f"Most typical of **{name}** ({value})"
    if not others:
        return f"Typical of **{name}** ({value})."
    if not near:
        return f"{head}; no other label is within the error."
    if len(near) == others > 1:
        return f"{head}, but not clearly: all other labels are within the error."
    return f"{head}; {_listed(near)} within the error."


def _listed(names: Sequence[str]) -> str:
    """`1927 is`, `1927 and 1957 are`, `1900, 1927, 1957 and 2 others are`."""
    shown = [markdown(name) for name in names[:_NAMED]]
    if len(names) == 1:
        return f"{shown[0]} is"
    rest = len(names) - len(shown)
    last = f"{rest} other{'s' if rest > 1 else ''}" if rest else shown.pop()
    return f"{', '.join(shown)} and {last} are"


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
