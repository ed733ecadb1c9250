"""Texts of the tab About."""

from __future__ import annotations

WHAT_TYPICALITY_MEANS = "What typicality means here"
MODEL_CARD = "Model card"
KEYS_HINT = "### Keys\nPress **?** anywhere outside a text field for the list of keys."
COUNTS = "{images}, {labels}, {patches}, {elements}."
GOING = "What goes with the labels"
LIMITS = "Limits"
SOURCE = "Source"
LICENCE = "Licence"
CITATION = "Citation"
STAGE_HEADS = ["Stage", "What it does", "How it was set"]
STAGES_CAPTION = "How it was computed"
NO_STAGES = "The atlas does not say how it was computed."
ARTEFACT_HEADS = [
    "Label", "The most typical patches", "Share", "Expected", "Compared with", "Patches"
]  # fmt: skip
RANDOM = "random patches"
ARTEFACTS = "Signs of artefacts"
NO_ARTEFACTS = "The patches of no label show signs of artefacts, or nobody looked for them."
CONFOUND = "show {element}, which is not of their label"
CREDIT_HEADS = ["Credit", "Licence", "Images"]
CREDITS = "Credits of the images"
FIRST_CREDITS = "Credits of the images (the first {shown} of {count:,})"
NO_CREDITS = "The images carry no credits."
AGAIN = "The same mining in other ways"
AGAIN_FIGURES = "All labels and {label}, compared with the atlas as it was mined"
AGAIN_OTHER = "other"
AGAIN_SAME = "{same} of these {count} are among the patches of the atlas that are compared"
AGAIN_CSV = "Figures as CSV"
AGAIN_ELSEWHERE = "The atlas's own lists do not hold this patch."
AGAIN_GONE = "The atlas holds no such figures any more."
