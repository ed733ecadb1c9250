"""Texts of the tab Translate."""

from __future__ import annotations

MARK_SOURCE = "source"
MARK_SOURCE_OF_ALL = "source; the rest is generated"

NO_MODEL_TO_TRANSLATE = (
    "This atlas has no model beside it, so nothing can be translated here; "
    "what was translated when it was built is shown."
)
TRANSLATE_INTO = "Translate into"
TRANSLATE_INTO_MANY = "Translate into, and show (at most {most} of the labels; type to find one)"
HOW = "How"
METHOD = "Method"
METHODS = {
    "pnp": "Plug-and-Play: keeps the layout",
    "ddim": "Inversion alone: freer",
    "ddpm": "Edit-friendly noise: freer",
    "sdedit": "Added noise (SDEdit): freest, fastest",
    "paper": "As published: Plug-and-Play in 1,049 steps, slow",
}
KEEP_OUTSIDE = "Keep the picture outside the window"
SLIDER = "Source | generated"
SLIDER_OF = "{source} (source) | {target} (generated)"
DOWNLOAD_STRIP = "Download the strip (PNG)"
DOWNLOAD_MOVING = "Download as an animation (GIF)"
SELECT_ELSEWHERE = "Select a patch in another tab first."
SOURCE_IS = "**Source**: {patch}"
STORED = "stored in the atlas"
NONE_STORED = "The atlas holds no translation of this patch."
NONE_YET = "The atlas holds no translation of this patch; Translate makes them here."
MADE_HERE = "made here"
NO_SUCH_LABEL = "That label is not in this atlas."
STEP = "Step {done} of {goal}{left}."
INVERSION = " Inversion alone changes the picture by {error:.1f} of 255 on average."
CHOOSE_A_TARGET = "Choose at least one label to translate into."
THE_SOURCE = "The source, {label}"
AFTER = ", typicality {score}"
NOT_SCORED = "The translation into {label} was not scored."
BECAME_SENTENCES = {
    "yes": "The window became typical of {label}: "
    "its typicality for {label} went from {before} to {after}.",
    "no": "The window did **not** become typical of {label}: "
    "its typicality for {label} went from {before} to {after}.",
    "was so before": "The window already was about as typical of {label}: "
    "its typicality for {label} went from {before} to {after}.",
}
BECAME = {"yes": "yes", "no": "no", "was so before": "was so before"}
BECAME_OF = "Became typical of {count} of {targets} target labels."
OWN_LABEL_WENT = "For its own label it went from {before} to {after}."
KEPT = "In the picture {kept}."
KEPT_AND_OUTSIDE = (
    "In the picture {kept}; outside the window it changed by {outside:.0f} of 255 on average."
)
TARGET_HEADS = ["Target", "Typicality before", "after", "Became typical?", "Outline kept"]
TARGETS = "Typicality of the window for the target, ± one standard error"

SEVERAL = "Several patches"
SEVERAL_SOURCES = "Patches (at most {most})"
SOURCES = {"element": "The first of its element", "basket": "The basket"}
TRANSLATE_THEM = "Translate them"
NO_MODEL = "This atlas has no model beside it."
BASKET_IS_EMPTY = "The basket is empty: add patches to it."
NO_ELEMENT_OF_SELECTED = "The selected patch belongs to no element."
PATCH_OF = "Patch {done} of {goal}{left}."
ALL_WERE_TRANSLATED = "All of them were translated before."
