"""What is said of a film: how it came, its windows, its sides, what is measured on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

WINDOWS = {
    "table": "table {number} of the file",
    "window": "window {number} of the file",
    "set": "range of the data set",
    "all": "all values",
    "robust": "all but 0.5 % at each end",
}
SECTIONS = {"lung": (-600.0, 1500.0), "bone": (400.0, 1800.0), "soft tissue": (40.0, 400.0)}
"""Centre and width in Hounsfield units: of a projection its numbers have no such meaning."""
AT = {
    "patient": "",
    "calibrated": "as the file calibrates it",
    "imager": "at the detector",
    "unsaid": "the file does not say at what depth",
}
"""What stands after a length in millimetres."""
NOTES = {
    "imager": (
        "Lengths are at the detector: a thing in the body is smaller than its shadow, and the file "
        "does not say by how much."
    ),
    "unsaid": (
        "The file gives a distance of pixels without saying whether it holds in the body or at the "
        "detector."
    ),
    "": "The distance of pixels is not known: lengths are in pixels.",
}
FLIPPED = "flipped left to right before it was stored"
MIRRORED, TURNED = "mirrored as its file says", "turned as its file says"
SEEN_FROM_BEHIND = "the patient's left is at the left"
HEAD_BELOW = "the head is below"
AVERAGED = "Too large for a browser: means of {times} x {times} pixels."
FROM_FILE = "from its file, {bits} bits"
FROM_COLOURS = "from its file"
FROM_COPY = "the atlas's copy, 8 bits"
AS_MINED = "as mined, 8 bits"
GENERATED = "made by a model"
SIDES = {"L": "left", "R": "right", "B": "both sides", "U": "unpaired"}
_LETTERS = {"L": "R", "R": "L", "A": "P", "P": "A", "H": "F", "F": "H"}


def window(kind: str, number: int) -> str:
    """What a window of a film is called."""
    return WINDOWS[kind].format(number=number)


def side(facts: Mapping[str, Any]) -> str:
    """`PA · left`: view and laterality, or that the file names neither."""
    view, laterality = str(facts.get("view") or ""), SIDES.get(str(facts.get("laterality") or ""))
    known = " · ".join(text for text in (view, laterality) if text)
    return known or "view and side not recorded"


def edges(orientation: Sequence[str]) -> dict[str, str]:
    """The letters at the edges of a film whose rows and columns lead there: left, right, top and
    bottom; nothing where that is not known."""
    if len(orientation) != 2:
        return {}
    right, bottom = orientation
    return {"left": _other(right), "right": right, "top": _other(bottom), "bottom": bottom}


def turned(facts: Mapping[str, Any]) -> list[str]:
    """What is not as one expects of how a film lies, for words on the picture itself: it was turned
    over or round, or its left and right, or top and bottom, are not where they usually are."""
    right, bottom = (*facts.get("orientation", ()), "", "")[:2]
    upright = int(facts.get("upright") or 1)
    known = {
        FLIPPED: bool(facts.get("flipped")),
        MIRRORED: upright in (2, 4, 5, 7),
        TURNED: upright in (3, 6, 8),
        SEEN_FROM_BEHIND: right.startswith("R"),
        HEAD_BELOW: bottom.startswith("H"),
    }
    return [text for text, holds in known.items() if holds]


def _other(way: str) -> str:
    return "".join(_LETTERS[letter] for letter in way)


def boxes_are(source: str, kind: str) -> str:
    """Whose the boxes of a data set are: a recipe of diffmine's drew its own, people the others."""
    if source.startswith("demos/") and source.endswith(" of diffmine"):
        return "the recipe's boxes"
    return "experts' boxes" if kind == "finding" else "boxes that people drew"


def box(row: Mapping[str, Any], labels: Sequence[str]) -> str:
    """The name of a box: its label, the thing, and that it is of no label where it is not."""
    label, thing = str(row.get("label") or ""), str(row.get("element") or "")
    if not label:
        return f"{thing or 'thing'}, of no label"
    return label if thing in ("", label) else f"{label}: {thing}"


WHEN = {-1: "{date} (earlier)", 1: "{date} (later)"}


def captioned(record: Mapping[str, Any], after: int = 0) -> str:
    """`1931 · Mass, Nodule · images/a.png`: a film among those of its group; `after`: 1 or -1 where
    it is later or earlier than the film that it stands beside."""
    date = str(record.get("date") or record.get("year") or "")
    date = WHEN[after].format(date=date) if after and date else date
    labels = ", ".join(record.get("labels") or [str(record.get("label") or "")])
    return " · ".join(text for text in (date, labels, str(record["image_id"])) if text)
