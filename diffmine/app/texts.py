"""The texts of the app: every sentence and label that is not data, so that all can be translated
here and nowhere else.

`{name}` in a text is filled in by the code and may be moved within it. Keys of dicts are the app's
own names and stay as they are. Words that the app shares with the other faces (`typicality`, what a
stage does) are in diffmine/words.py; what is said on the terminal is not the app's.
"""

from __future__ import annotations

# In several places

CANCEL = "Cancel"
CANCELLED = "Cancelled."
UNDO = "Undo"
TRANSLATE = "Translate"
ELEMENT = "Element"
TYPICALITY = "Typicality"
SELECT_FIRST = "Select a patch first."
STARTING = "Starting: the model is loaded."
DONE_IN = "Done in {took}."
NO_SUCH_ELEMENT = "That element is not there."
NO_SUCH_PATCH = "That patch is not in this atlas."
SOURCE_OF_LABEL = "Source, {label}"
SOURCE_PATCH = "Source: {patch}"
GENERATED = "Generated: translated into {label}"
NOT_TRANSLATED = "Not translated into {label}"
CO_TYPICALITY = "co-typicality {score}"

ELEMENT_NUMBER = "Element {number}"
INSIDE_NOISE = " (inside the noise)"
NOTHING_STORED = "Nothing is stored for this."
MARK_SOURCE = "source"
MARK_SOURCE_OF_ALL = "source; the rest is generated"
MARK_GENERATED = "generated"
SECONDS = "{seconds} s"
MINUTES = "{minutes} min"
LISTED = "{names} and {last}"
ONE_OTHER = "{count} other"
OTHERS = "{count} others"

# What the browser sent and cannot be used

REFUSED = "{what} Reload the page if this goes on."
NOT_READ = "What was sent cannot be read."
NO_SUCH_CHOICE = "That choice is not known here."
OUTLINE_UNREAD = "That outline cannot be read."

# The whole page

ATLAS = "Atlas"
TABS = {
    "typical": "Typical",
    "elements": "Elements",
    "map": "Map",
    "translate": "Translate",
    "trends": "Trends",
    "inspect": "Inspect",
    "about": "About",
    "evaluate": "Evaluate",
}
FIRST_STEPS = [
    "Choose a label: the wall shows the patches most typical of it.",
    "Press a patch: its image, place and score appear in the inspector.",
    "Open another tab: Elements and Map group the patches, Translate and Trends show how they "
    "change from label to label.",
]
"""What a first visitor is asked to try."""
FIRST_DONE = "Done"
FIRST_SKIP = "Skip"

# Inspector and basket

PRESS_A_PICTURE = "Press a picture to see it here."
SIMILAR = "Similar"
ADD_TO_BASKET = "Add to basket"
COPY_LINK = "Copy link"
COPY_CITATION = "Copy citation"
NO_FEATURES = "This patch has no stored features."
SIMILAR_TO = "**Similar patches** to {patch}"
IN_NO_ELEMENT = "This patch belongs to no element."
LINK_COPIED = "The link to this view is in the clipboard."
CITATION_COPIED = "The citation of this patch is in the clipboard."
EMPTY_BASKET = "Basket (empty)"
BASKET = "Basket ({count})"
BASKET_IS_FULL = "The basket holds at most {most} patches."
NOTE = "Note on the selected patch"
SAVE_NOTE = "Save note"
EARLIER = "‹ Earlier"
LATER = "Later ›"
REMOVE = "Remove"
CLEAR_ALL = "Clear all"
NOTHING_CHOSEN = "Nothing chosen yet."

# Downloads

WHOLE_IMAGES = "Whole images in the figure"
FILE = "File"
NOTHING_TO_WRITE = "There is no patch to write down."
BEING_MADE = "{format} of {count} patches is being made."

# Filters

UNREAD_FILTERS = "The filters of this link cannot be read, so everything is shown."
FILTERS_UNREAD = "Those filters cannot be read."
YEAR = "Year"
NOT_A_NUMBER = "Typicality: “{text}” is not a number."
NOT_A_YEAR = "Year: “{text}” is not a year."
WRONG_ORDER = "{name} from {low} to {high}: the first must not be above the second."
TOO_MANY_NAMES = {
    "group": "At most {most} names of a group can be chosen.",
    "source": "At most {most} names of a source can be chosen.",
}
NO_SUCH_NAME = {
    "group": "No group of this atlas is called “{name}”.",
    "source": "No source of this atlas is called “{name}”.",
}
FILTER_TYPICALITY = "typicality"
FILTER_YEARS = "years"
FILTER_FROM = "from {value}"
FILTER_TO = "to {value}"
FILTER_CLEAR = "not inside the noise"
ONE_NAME = {"group": "group {name}", "source": "source {name}"}
SEVERAL_NAMES = {"group": "{count} groups", "source": "{count} sources"}

# Typical

PATCHES_SHOWN = "Patches"
PATCH_KINDS = {"top": "Most typical", "random": "Random", "least": "Least typical"}
BESIDE = "Beside it"
NO_OTHER_LABEL = "no other label"
PREVIOUS = "‹ Previous"
NEXT = "Next ›"
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
PALE = "; {count} pale: inside the noise"

# Elements

MIXED = "mixed"
MIXED_WHY = "Its patches lie far from their centre: it may join several kinds of things."
SAME = "may be the same as {element}"
SAME_WHY = "Their centres are nearer to each other than the patches of either are to their own."
MERGE_BOTH = "Merge {own} with {other}"
SHOW_ON_MAP = "Show on map"
TREND = "Trend"
NAME = "Name"
RENAME = "Rename"
COUNT_ELEMENTS = "{count} elements"
ONE_ELEMENT = "1 element"
ELEMENTS_LINE = (
    "**{label}**: {count}, by the median typicality of their patches; six patches nearest to the "
    "centre of each"
)
ELEMENT_RANK = "{rank}. median {median}"
ELEMENT_SIZE = "{size:,} patches, spread {spread:.2f}"
NO_ELEMENTS = "No elements of {label} yet; the stage cluster makes them."
PRESS_AN_ELEMENT = "Press an element to open it here."
FROM_THE_CENTRE = "**{element}**, from the centre outwards"
OPEN_AN_ELEMENT = "Open an element first."

NOT_HERE = "Names and elements cannot be changed in this public app."
NOT_WRITABLE = "This atlas cannot be written here, so changes cannot be kept."
MERGE_WITH = "Merge with"
MERGE = "Merge"
SPLIT = "Split in two"
CHOOSE_TO_MERGE = "Choose the element to merge with first."
WAS_SPLIT = "{element} was split: it keeps {left:,} patches, {new} has {moved:,}."
UNDO_OF = "Undo: {edit}"
MERGING = "merging into {element} of {label}"
SPLITTING = "splitting {element} of {label}"

# Map

SCOPE = "Patches of"
SCOPES = {"one": "This label", "all": "All labels"}
COLOUR = "Colour"
COLOUR_LABEL = "Label"
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

# Translate

NO_MODEL_TO_TRANSLATE = (
    "This atlas has no model beside it, so nothing can be translated here; "
    "what was translated when it was built is shown."
)
TRANSLATE_INTO = "Translate into"
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
SELECT_ELSEWHERE = "Select a patch first, in any other tab."
SOURCE_IS = "**Source**: {patch}"
STORED = "stored in the atlas"
MADE_HERE = "made here"
NO_SUCH_LABEL = "That label is not in this atlas."
STEP = "Step {step} of {steps}, about {left} left."
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

# Translate: several patches

SEVERAL = "Several patches"
SEVERAL_SOURCES = "Patches (at most {most})"
SOURCES = {"element": "The first of its element", "basket": "The basket"}
TRANSLATE_THEM = "Translate them"
NO_MODEL = "This atlas has no model beside it."
BASKET_IS_EMPTY = "The basket is empty: add patches to it."
NO_ELEMENT_OF_SELECTED = "The selected patch belongs to no element."
PATCH_OF = "Patch {number} of {count}, about {left} left."
ALL_WERE_TRANSLATED = "All of them were translated before."

# Trends

TREND_OF = "Trend of"
WHOLE_LABEL = "The whole label"
COMPUTE_DATING = "Compute the dating curve"
COMPUTING = "Computing …"
SIDE = "What translations change"
SIDES = {"added": "Added", "removed": "Removed"}
SEQUENCES = (
    "**Sequences**: the same patch translated into every label, the most typical of all "
    "of them first (co-typicality); the source is framed, the rest is generated."
)
NO_SEQUENCES = "No translations are stored for this, so there are no sequences."
PRESS_A_POINT = "Press a point to see the patches behind it."
TRENDS_GO = "Trends of changed elements are empty until diffmine trends is run on the atlas."
TREND_OF_LABEL = "Typicality for {label} of the images of each label (median)"
LABEL_NOTE = "{score}, n = {n}"
SHARE_NOTE = "{share:.1%} of {n} images"
SHARE_OF_IMAGES = "Share of images that show the element, 95 % band"
TREND_OF_MATCHES = "Typicality of the patches that match (median)"
DATING_CURVE = "Dating curve: {patch} scored under every label (± one standard error)"
NO_PATCH = "no patch"
DATING_NOT_STORED = "The dating curve of the selected patch is not stored."
DATING_OF_WHAT = "Select a patch to see its score under every label."
TOP_OF_POINT = "**{label}**: its top patches"
TOP_NEAR_ELEMENT = "**{label}**: its top patches nearest to {element}"
NO_NEAREST = "No features are stored, so nearest patches cannot be found."
NO_SUCH_CELL = "That cell is not known here."
NO_SUCH_SEQUENCE = "That sequence is not in this atlas."
NO_MODEL_TO_DATE = "There is no model beside this atlas."
PATCH = "Patch"
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

COUNT_SEQUENCES = "{count:,} sequences"
ONE_SEQUENCE = "{count:,} sequence"
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
COUNTS_MOST = "Most: {element} into {label}, {count} images."
NOTHING_COUNTED = "Nothing was counted for this label."
TRANSLATED_INTO = "translated into"
SIDE_OF = {"added": "added", "removed": "removed"}
CELL = "{side} in {count} of {n} images (95 %: {low:.0f} to {high:.0f})"
CELL_CONTROL = "translated into their own label: {count} of {n}"
CELL_LINE = (
    "**{element}** of {label} is {side} in {count} of {n} images translated into **{target}** "
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

# Inspect

OWN_PICTURE = "Your own picture"
INSPECT = "Inspect"
CLEAR = "Clear"
HEAT_MAP_FOR = "Heat map and window for"
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
CHOOSE_A_PICTURE = "Choose a picture first."
DRAW = "Draw {done} of {goal}."
DRAW_LEFT = "Draw {done} of {goal}, about {left} left."
COMPARING = "Comparing with the atlas: image {done} of {goal}."
COMPARING_LEFT = "Comparing with the atlas: image {done} of {goal}, about {left} left."

PICTURE_GONE = "The picture is no longer there; choose it again."
THIS_FILE = "This file"
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
OWN_SIZE = "{given_wide:,} × {given_high:,} pixels, scored at {wide} × {high}"
NOT_CLEAR = "Not clearly typical of any label: the highest, {label}, is {score}."
TYPICAL_OF_NONE = "Typical of no label: even the highest, {label}, lies below zero ({score})."
TYPICAL_OF = "Typical of **{label}** ({score})."
CLEARLY = "Most typical of **{label}** ({score}); no other label is within the error."
ALL_NEAR = (
    "Most typical of **{label}** ({score}), but not clearly: all other labels are within the error."
)
ONE_NEAR = "Most typical of **{label}** ({score}); {near} is within the error."
SEVERAL_NEAR = "Most typical of **{label}** ({score}); {near} are within the error."

# About

WHAT_TYPICALITY_MEANS = "What typicality means here"
MODEL_CARD = "Model card"
KEYS_HINT = "### Keys\nPress **?** anywhere outside a text field for the list of keys."
COUNTS = "{images:,} images, {labels} labels, {patches:,} typical patches, {elements:,} elements."
LIMITS = "Limits"
SOURCE = "Source"
LICENCE = "Licence"
CITATION = "Citation"
STAGE_HEADS = ["Stage", "What it does", "How it was set"]
STAGES_CAPTION = "How it was computed"
NO_STAGES = "The atlas does not say how it was computed."
ARTEFACT_HEADS = ["Label", "The most typical patches", "Share", "Of random ones", "Patches"]
ARTEFACTS = "Signs of artefacts"
NO_ARTEFACTS = "No label's patches show a sign of artefacts, or none were looked for."
CONFOUND = "show {element}, which is not of their label"
CREDIT_HEADS = ["Credit", "Licence", "Images"]
CREDITS = "Credits of the images"
FIRST_CREDITS = "Credits of the images (the first {shown} of {count:,})"
NO_CREDITS = "The images carry no credits."

# Evaluate

EVALUATION_HEADS = ["Score", "AUC-PR", "95 %", "Prevalence", "Pointing", "Near", "IoU", "Images"]
NOT_EVALUATED = "Nothing was evaluated; run diffmine evaluate on this atlas."
JUDGED_BY = "Judged by **{boxes:,} boxes in {images:,} images**."
AREA = "Area under the precision-recall curve, 95 % intervals"
CURVE = "Precision and recall of pixels, {label}"
PRECISION_OF_BEST = "Patches of the best {top} that hit a box of their label"
LOCALISATION = "Localisation: {label}"
MEASURES = """
**Area under the precision-recall curve**: all pixels of an image in the order of their score,
against experts' boxes of the label; mean over the label's images. A map that knows nothing
reaches the *prevalence*, the share of pixels inside boxes. The *centre prior* is a spot in the
middle of every image and the *boxes prior* the mean of the other images' boxes: neither looks at
the image, so a map is worth what it is ahead of them; *window and centre* is a map together with
the centre prior, to be held against that prior alone. **Pointing game**: how often the highest
pixel lies in a box (near: within 15 pixels of 224). **IoU**: overlap of the marked pixels and the
boxes at the label's best threshold. **Precision of patches**: how many of the best patches hit a
box of their label (they share half of the most that the two can), beside random and least typical
ones. Lines and brackets are 95 % intervals from resampled images, or groups of images.
"""
NO_MAP_JUDGED = "No map was judged."
PREVALENCE = "prevalence"
NOTHING_JUDGED = "Nothing was judged."
ALL_LABELS = "all labels"
RECALL = "recall"
PRECISION = "precision"

# What the browser says: js/*.js have these as TEXTS.name, *.html as $name. Here {name} takes no way
# of writing numbers.

PAGE: dict[str, str] = {
    "generated": MARK_GENERATED,
    "noPlotly": "plotly.js did not load",
    "noChart": "The chart cannot be drawn: {error}",
    "table": "Table",
    # Labels
    "label": COLOUR_LABEL,
    "labelOf": "{name}, {count} images",
    "findLabel": "Find one of {count} labels",
    "found": "{count} found",
    # Filters
    "filters": "Filters",
    "clearFilters": "Clear filters",
    "typicality": TYPICALITY,
    "year": YEAR,
    "rangeFrom": "{name} from",
    "to": " to ",
    "rangeTo": "{name} to",
    "group": "Group",
    "addGroup": "Add a group",
    "source": SOURCE,
    "addSource": "Add a source",
    "anyOf": "any of {count}",
    "leaveOut": "Leave out {name}",
    "leaveOutNoise": "Leave out what is inside the noise",
    # Inspector
    "patch": "Patch: {alt}",
    "wholeImage": "The whole image: {alt}",
    "zoomImage": "The whole image; plus and minus zoom, 0 resets, arrows move",
    "heatMap": "Heat map",
    "heatOf": "Typicality for {label}: vermilion above zero, blue below",
    "colourScale": "Colour scale of the heat map",
    "sameScale": "typicality, the same scale for all images",
    "opacity": "Opacity",
    "threshold": "Threshold",
    "ofHeatMap": "{name} of the heat map",
    "before": "before finetuning",
    "moreOrLess": "Show more or less",
    # Elements
    "mergeBoth": "Merge the two",
    # Map
    "map": TABS["map"],
    "mapOf": (
        "Map of {count} patches. Draw around some to choose them; below it the same as a table."
    ),
    "emptyMap": "No patch of this label has a place on the map.",
    "noMap": "The map cannot be drawn ({error}); use the table below it.",
    "legend": "Legend: press to isolate",
    "thumbs": "pictures over the points",
    # Inspect
    "dropPicture": "Drop a picture, choose one, or paste it with Ctrl+V.",
    # Help; the keys 1 to 7 open the tabs in their order
    "help": "Help",
    "helpLabel": "Help: keys and words",
    "keys": "Keys",
    "tabs": ", ".join(list(TABS.values())[:7]),
    "keyArrows": "walk along the pictures or the labels",
    "enter": "Enter",
    "keyEnter": "show the picture in the inspector",
    "tab": "Tab",
    "keyTab": "next control; from one wall to the other beside it",
    "keyZoom": (
        "zoom the image in the inspector, and back to all of it; so do wheel, two fingers and a "
        "double click"
    ),
    "arrowsOnImage": "arrows on the image",
    "keyMove": "move it when zoomed; so does dragging",
    "keyHelp": "this help; Esc closes it",
    "words": "Words",
    "theTypicality": "typicality",
    "wordTypicality": (
        "how much the label helps the model to take noise off that spot of the image; above zero: "
        "typical of the label, below: untypical"
    ),
    "wordError": (
        "one standard error; a score below two of them is drawn pale: it cannot be told from chance"
    ),
    "thePatch": "patch",
    "wordPatch": "a square window of an image",
    "theElement": "element",
    "wordElement": "patches of a label that look alike",
    "theTranslation": "translation",
    "wordTranslation": (
        "the image made over by the model as if it had another label; always marked “generated”"
    ),
    "close": "Close",
    "firstSteps": "Show the first steps",
}
