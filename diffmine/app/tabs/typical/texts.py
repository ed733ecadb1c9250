"""Texts of the tab Typical."""

from __future__ import annotations

PATCH_KINDS = {"top": "Most typical", "random": "Random", "least": "Least typical"}
BESIDE = "Beside it"
NO_OTHER_LABEL = "no other label"
EXPORT = "Export"
EXPORT_OF = "The patches shown here: this page of the label, without the label beside it."
OUTLINED = "outlined: the {count} here that are most like {patch}"
NOT_COMPARED = "no features are stored to compare with {patch}"
NONE_ON_PAGE = "No {kind} patches of {label} on this page."
NONE_PASS = "No {kind} patches of {label} on this page pass the filters."
NONE_OF = "{label}: none of {every:,} patches."
NO_MORE = "{label}: no more patches."
PLACES = "{start:,}–{end:,}"
PATCHES_OF = "{label}: patches {places} of {count:,}"
FILTERED_OF = "{label}: {count:,} of {every:,} patches"
FILTERED_HERE = ", here {places}"
SCORES_FROM_TO = ", typicality {first} to {last}"
NOISE = "; {count} marked ≈ are inside the noise"
THESE_PATCHES = "**{patches}** of the list that stands below"
FIRST_OF_THEM = ", here the first {count}"
NONE_OF_THESE = "None of the patches of the list is left that this was said of."
