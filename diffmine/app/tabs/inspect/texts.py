"""Texts of the tab Inspect."""

from __future__ import annotations

OWN_PICTURE = "Your own picture"
INSPECT = "Inspect"
SIMILAR = "Similar patches"
OWN_BOX = "the box in your own picture"
OWN_WINDOW_FOR = "the window of your own picture for {label}"
OWN_WHOLE = "your own picture as a whole"
CLEAR = "Clear"
HEAT_MAP_FOR = "Heat map and window for"
ASK_FOR_A_PICTURE = (
    "Give a picture of your own to see what the model of this atlas finds in it: the labels by how "
    "typical the picture is of them, a heat map and the most typical window for each label, and "
    "whether the picture is like those the model knows."
)
STAYS = (
    "The picture stays on this machine; nothing of it is kept. While it is inspected you may "
    "reload this page; afterwards a reload clears it."
)
STAYS_ON_SPACE = (
    "The picture goes to the machine of this Space and no further; nothing of it is kept, and a "
    "reload of the page clears it."
)
RESEARCH_ONLY = "Research use only, not for diagnosis."
UNFAMILIAR = "Unlike the pictures this model was trained on: what it says here means little."
NOTHING_TO_INSPECT_WITH = (
    "This atlas has no model beside it, so a picture of your own cannot be inspected here. "
    "Open the atlas where it was built, or put its model beside it."
)
CHOOSE_A_PICTURE = "Choose a picture first."
DRAW = "Draw {done} of {goal}{left}."
COMPARING = "Comparing with the atlas: image {done} of {goal}{left}."
PICTURE_GONE = "The picture is no longer there; choose it again."
THIS_FILE = "This file"
LOOK = "look at it, and give it as a PNG if there is none."
PICTURE_TOO_SMALL = (
    "This picture has {wide} x {high} pixels; give one with at least {least} on its short side."
)
OWN_CHART = "Typicality of the whole picture for every label (± one standard error)"
OWN_ALT = "your own picture"
OWN_WINDOW = "Your own picture: its most typical window for {label}"
OWN_WINDOW_ALT = "the most typical window for {label}, typicality {score}"
WHOLE_PICTURE = "whole picture"
SCORE_FOR = "{score} for {label}"
WINDOW = "window"
PLACE = "place"
WINDOW_PLACE = "row {row}, column {col}, {size} pixels wide"
DRAWS = "draws"
ERRORS_OF = {"reconstruction": "error of reconstruction", "noise": "error of noise"}
ABOVE_LIMIT = "{error:.3g}, above the limit of {most:.3g}"
WITHIN_LIMIT = "{error:.3g}, within the limit of {most:.3g}"
PICTURE = "picture"
RESULTS = "results"
NO_DICOM = "None in DICOM: {why}."
OWN_SIZE = "{given_wide:,} × {given_high:,} pixels, scored at {wide} × {high}"

LISTED = "{names} and {last}"
NOT_CLEAR = "Not clearly typical of any label: the highest, {label}, is {score}."
TYPICAL_OF_NONE = "Typical of no label: even the highest, {label}, lies below zero ({score})."
TYPICAL_OF = "Typical of **{label}** ({score})."
CLEARLY = "Most typical of **{label}** ({score}); no other label is within the error."
ALL_NEAR = (
    "Most typical of **{label}** ({score}), but not clearly: all other labels are within the error."
)
ONE_NEAR = "Most typical of **{label}** ({score}); {near} is within the error."
SEVERAL_NEAR = "Most typical of **{label}** ({score}); {near} are within the error."
