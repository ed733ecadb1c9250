"""Texts of the tab Map."""

from __future__ import annotations

SCOPE = "Patches of"
COLOUR = "Colour"
COLOUR_LABEL = "Label"
COLOUR_YEARS = "Years"
OTHER_LABELS = "{count} other labels"
FROM_TO = "{first} to {last}"
SEVERAL_BINS = "over several of these"
ADD_ALL = "Add all to the basket"
ADD_FIRST = "Add the first {count} to the basket"
AS_ELEMENT = "Name these as an element"
MAKE_ELEMENT = "Make an element"
ELEMENT_HINT = (
    "The {patches} of {label} inside the outline leave the elements they are in for one of that "
    "name; Undo takes it back."
)
TOO_FEW = "No two patches of {label} lie inside the outline; an element is made of one label's."
EXPORT_OUTLINED = "Export these patches"
MAP_HINT = "Draw around points to see them as a wall; press one to inspect it; scroll to zoom."
AS_A_TABLE = "The same as a table"
MAP_HEADS = ["Patch", "Typicality", "Element", "Place on the map"]
MAP_PATCH = "{label}, No. {rank:,}"
MAP_CAPTION_NEAR = "{shown} of {count:,} patches, the nearest to the selected patch"
MAP_CAPTION_FIRST = "{shown} of {count:,} patches, the first by rank"
NOTHING_OUTLINED = "No patch lies inside that outline."
INSIDE_OUTLINE = "**{count:,} of {every:,} patches**: {labels}"
ONLY_SHOWN = "; the {shown} most typical of them"
MORE_LABELS = " and {count} more"
MAP_POINT = "{label}, No. {rank:,}: {score}"
NO_ELEMENT = "no element"
