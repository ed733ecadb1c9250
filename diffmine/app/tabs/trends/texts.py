"""Texts of the tab Trends."""

from __future__ import annotations

SOURCE_PATCH = "Source: {patch}"
CO_TYPICALITY = "co-typicality {score}"

TREND_OF = "Trend of"
BESIDE_ATLAS = "Beside it, of another atlas"
NO_OTHER_ATLAS = "no other atlas"
BESIDE_ATLAS_LABEL = "Label there"
BESIDE_ATLAS_ELEMENT = "Element there"
BESIDE_IS = "**{what}** of {atlas}"
WHOLE_LABEL = "The whole label"
COMPUTING = "Computing …"
SIDE = "What translations change"
SIDES = {"added": "Added", "removed": "Removed"}
SEQUENCES = (
    "**Sequences**: the same patch translated into every label, the most typical of all "
    "of them first (co-typicality); the source is framed, the rest is generated."
)
NO_SEQUENCES = "No translations are stored for this, so there are no sequences."
PRESS_A_POINT = "Press a point to see the patches behind it."
NO_TRENDS = "This atlas has no trends yet: *diffmine trends* on it makes them."
TRENDS_GO = (
    "Merged and split elements have no trends until diffmine trends is run on this atlas again."
)
TREND_OF_LABEL = "Typicality for {label} of the images of each label (median)"
LABEL_NOTE = "{score}, n = {n}"
SHARE_NOTE = "{share:.1%} of {images}"
SHARE_OF_IMAGES = "Share of images that show {name}, 95 % band"
TREND_OF_MATCHES = "Typicality of the patches that match {name} (median)"
AND = " and "
ELEMENT_OF = "{element} ({label})"
LABEL_AXIS = "label"
YEAR_AXIS = "year"
SHARE_AXIS = "share of images"
SCORE_AXIS = "typicality (median)"
IMAGES_AXIS = "images"
BESIDE_LABEL = "Beside it, of"
BESIDE_ELEMENT = "its element"
NOTHING_BESIDE = "nothing"
BIN = "Years in one point"
NO_YEARS = "No image has a date here."
IMAGES_BY_YEAR = "Images of {name} by year"
ALL_IMAGES = "all images"
SHARE_BY_YEAR = "By year: share of images that show {name}, 95 % band"
MINED_BY_YEAR = "By year: share of images with a mined patch that shows {name}, 95 % band"
IMAGES_THERE = "{images:.3g} images"
SHARE_ALONE = "{share:.1%}"
SHARE_THERE = "{share:.1%} ({low:.1%} to {high:.1%}) of {images:.3g} images"
DATED = "{count:,} of {images} are in the chart; one dated 1950s counts with a tenth in each year."
UNDATED = "Without a date: {images}."
OPEN = "With an open end, as “after 1920”, and therefore not in it: {images}."
FILTERED = "By year only the {images} that pass the filters count."
MINED_ONLY = (
    "This atlas does not say which images show an element, so only mined patches are looked at: "
    "the true shares are larger. *diffmine trends* on it counts all windows."
)
POINT_OF = "**{name}**, {years}: {images}"
POINT_SOME = "**{name}**, {years}: {images}, here {count}"
NONE_MINED = "None of these images has a mined patch that shows it."
FIRST_SEEN = "First sure appearance: {year}"
LAST_SEEN = "Last sure appearance: {year}"
PERHAPS_FROM = "perhaps from {year} on"
PERHAPS_TO = "perhaps until {year}"
PERHAPS_EARLIER = "perhaps earlier: a date is open"
PERHAPS_LATER = "perhaps later: a date is open"
NOT_MINED = "{images} of the first ones have no mined patch to show"
CURVES = {"time": "dating curve", "finding": "score under each finding"}
"""What a patch's scores under all labels are called, by the kind of an atlas."""
CURVE = "score under each label"
COMPUTE_CURVE = "Compute the {curve}"
CURVE_OF = "{curve}: {patch} scored under every label (± one standard error)"
NO_PATCH = "no patch"
CURVE_NOT_STORED = "The {curve} of the selected patch is not stored."
CURVE_OF_WHAT = "Select a patch to see its score under every label."
TOP_OF_POINT = "**{label}**: its top patches"
TOP_NEAR_ELEMENT = "**{label}**: its top patches nearest to {element}"
NO_NEAREST = "No features are stored, so nearest patches cannot be found."
NO_SUCH_CELL = "That cell is not known here."
NO_SUCH_SEQUENCE = "That sequence is not in this atlas."
NO_MODEL_TO_DATE = "There is no model beside this atlas."
PATCH = "Patch"
PRESS_A_CELL = (
    "Each image was translated into the other labels. A cell counts the images in which a patch "
    "shows the element only after the translation (added) or only before it (removed). Press a "
    "cell to see them."
)
CHANGES = (
    "**Elements of change**: windows that are typical of every label their image is translated "
    "into, grouped by how they change. The source is framed, the rest is generated; press one to "
    "see the whole pictures."
)
MOST_TYPICAL_OF = "most typical of {label}"
MOST_DIFFERENT_UNDER = "most different under {label}"
SEQUENCE_LINE = (
    "**{image}** ({label}), the {rank:,}. most co-typical sequence; all but the framed picture "
    "are generated."
)
COUNTS_OF = {
    "added": "Images in which translations add an element of {label}",
    "removed": "Images in which translations remove an element of {label}",
}
COUNTS_MOST = "Most: {element} into {label}, {images}."
NOTHING_COUNTED = "Nothing was counted for this label."
TRANSLATED_INTO = "translated into"
SIDE_OF = {"added": "added", "removed": "removed"}
CELL = "{side} in {count} of {images} (95 %: {low:.0f} to {high:.0f})"
CELL_CONTROL = "translated into their own label: {count} of {n}"
CELL_LINE = (
    "**{element}** of {label} is {side} in {count} of {images} translated into **{target}** "
    "(95 %: {low:.0f} to {high:.0f}); translated into their own label: {control} of {control_n}. "
    "Framed: the source, beside it what was generated."
)
NOTHING_BEHIND_CELL = "No image is behind this cell."
LIKENESS = "Labels that show the same elements lie together"
NO_LIKENESS = "Too few elements are stored to lay out the labels."
OF_DIFFERENCES = "{share:.0%} of the differences"
ALONG_FIRST_AXIS = "Along the first axis: {labels}."
MULTIPLES = "Each element of {label}: share of images that show it (press one to open it)"
MULTIPLE_PEAK = "{element}: most in {label}, {share:.0%}"
