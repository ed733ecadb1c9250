"""The texts that several parts of the app use; those of one tab stand in its own texts.py,
the titles of the tabs in tabs/__init__.py. Every sentence and label that is not data stands in one
of these files, so that all can be translated there.

`{name}` in a text is filled in by the code and may be moved within it. Keys of dicts are the app's
own names and stay as they are. Words that the app shares with the other faces (`typicality`, what a
stage does) are in diffmine/words/; what is said on the terminal is not the app's.
"""

from __future__ import annotations

from diffmine.words.counts import plurals as plurals

# In several places

CANCEL = "Cancel"
CANCELLED = "Cancelled."
UNDO = "Undo"
REDO = "Redo"
UNDONE = "Taken back: {what}."
REDONE = "Done again: {what}."
CHANGED_SINCE = "This was changed again meanwhile, so it stays as it is."
TRANSLATE = "Translate"
ELEMENT = "Element"
TYPICALITY = "Typicality"
PATCHES_SHOWN = "Patches"
WALL_SIZE = "Size of the pictures"
PREVIOUS = "‹ Previous"
NEXT = "Next ›"
SCOPES = {"one": "This label", "all": "All labels"}
NO_DATE = "undated"
SELECT_FIRST = "Select a patch first."
STARTING = "Starting: the model is loaded."
LEFT = ", about {left} left"
DONE_IN = "Done in {took}."
NO_SUCH_ELEMENT = "That element is not there."
NO_SUCH_PATCH = "That patch is not in this atlas."
SOURCE_OF_LABEL = "Source, {label}"
GENERATED = "Generated: translated into {label}"
NOT_TRANSLATED = "Not translated into {label}"
ELEMENT_NUMBER = "Element {number}"
INSIDE_NOISE = " (inside the noise)"
BETWEEN_NOTES = "; "
NOTHING_STORED = "Nothing is stored for this."
MARK_GENERATED = "generated"
MADE = "{patch}, a generated picture"
SECONDS = "{seconds} s"
MINUTES = "{minutes} min"

# What the browser sent and cannot be used

REFUSED = "{what} Reload the page if this happens again."
NOT_READ = "What was sent cannot be read."
NO_SUCH_CHOICE = "That choice is not known here."
OUTLINE_UNREAD = "That outline cannot be read."

# What went wrong on the server's side

FAULT = (
    "This cannot be shown: something in diffmine went wrong. Whoever serves this page finds more "
    "under {number} in the log."
)
FILE_FAULT = (
    "This cannot be shown: a file of this atlas cannot be read. Whoever serves this page finds "
    "more under {number} in the log; diffmine check names broken files."
)
NO_ANSWER = "The server gave no answer to this. Try it again, or reload the page."

# The server's log

LOG_REFUSED = "refused: {why} ({who})"
LOG_NOBODY = "unknown"
LOG_FAULT = "fault {number}: {kind} at {places}"
LOG_LEFT_OUT = "{count} more lines of the last minute were left out"
LOG_EVENT = "an event that no button sends"
LOG_MALFORMED = "what was sent could not be read"
LOG_LARGE = "more bytes than are taken"
LOG_QUOTA = "too many files at once"
LOG_FETCH = "an address that would have been fetched"
LOG_PATH = "a path that is not there"
LOG_ORIGIN = "a page of another origin"
LOG_NO_USER = "nobody was logged in"
LOG_PASSWORD = "a wrong password"
LOG_TRIES = "too many wrong passwords"

# What is refused before it reaches the app

NOT_HERE = "This is not here."
NO_SUCH_EVENT = "What was asked for is not there."
FOREIGN_PAGE = "Only the app's own page may ask for this."
NO_USER = "The proxy named no user, so this is not shown."
LOG_IN_FIRST = "Log in first: reload the page."
TOO_MANY_TRIES = "Too many wrong passwords: try again in {seconds} seconds."
TOO_MANY_UPLOADS = (
    "Too many files are on the server already: close other pages of the app, or try again in "
    "{minutes} minutes."
)
UPLOAD_TOO_LARGE = "This is larger than the app takes: at most 20 MB and 8 files at once."

# Serving, said on the terminal

NEEDS_LOGINS = (
    "{host} can be reached from other machines; name those who may log in (--auth FILE, written by "
    "diffmine user), or serve on 127.0.0.1."
)
NOT_PINNED = (
    "{variable} names {name}, which is no folder here, and as a repository has no revision; write "
    "OWNER/NAME@COMMIT."
)
MCP_LOGINS = (
    "Programs cannot log in on a page, so --mcp and --auth exclude each other; serve agents on "
    "127.0.0.1, or behind a proxy that knows them."
)
MCP_ABSENT = "--mcp needs the package mcp: pip install 'diffmine[mcp]'."
PROXY_HERE = (
    "--proxy-user-header trusts whoever can reach {host}; serve on 127.0.0.1 and put the proxy on "
    "this machine, or use --auth."
)
BAD_HEADER = "--proxy-user-header {name}: this is no name of a header, as X-Remote-User is."
BAD_ADDRESS = "--address {address}: expected an address as https://atlas.example.org/diffmine."
NO_LOGIN = "{path} names nobody who may log in; diffmine user {path} NAME adds somebody."
BAD_LOGIN = (
    "{path}, line {line}: expected a name and the hash of a password; diffmine user {path} NAME "
    "writes such lines."
)
BAD_NAME = "{name!r} is no name for a login: letters, digits and . _ @ + - make one, at most 64."
SHORT_PASSWORD = "A password has at least {least} letters; give a longer one."
LOGINS_WRITABLE = "{path} can be changed by others, who could let anyone in; chmod 600 {path}."
LOGINS_READABLE = "{path} can be read by others, who could guess passwords; chmod 600 {path}."

# The whole page

ATLASES = "Atlases"
SEARCH = "Find names, records, labels, files"
SEARCH_HITS = "“{text}”: {labels}, {elements}, {images}"
SEARCH_FIRST = "; the first {count} are shown"
SEARCH_ELEMENT = "Element of {label}"
FINDINGS = "To begin with: what this atlas shows"
FIRST_STEPS = [
    "Choose a label: the wall shows the patches most typical of it.",
    "Press a patch: its image, place and score appear in the inspector.",
    "Open another tab: Elements and Map group the patches, Translate and Trends show how they "
    "change from label to label.",
]
"""What a first visitor is asked to try."""
FIRST_DONE = "Done"
FIRST_SKIP = "Skip"

# Downloads

WHOLE_IMAGES = "Whole images in the figure"
FOR_PROGRAMS = "For other programs"
FILE = "File"
NOTHING_TO_WRITE = "There is no patch to export."
BEING_MADE = "{format} of {count} patches is being made."

HANDED_OUT = (
    "The browser has a zip of them: boxes and map as pictures, segmentations and a report in "
    "DICOM, boxes as CSV and JSON."
)

# Saved baskets

NAME_IT = "Give the basket a name first."
NOTHING_TO_KEEP = "There is no patch in the basket yet."
NO_SAVED_BASKET = "This file is no saved basket of diffmine."
NO_FILE_OF_PATCHES = (
    "This file is no saved basket of diffmine, and holds no annotations of the W3C."
)
ANNOTATED = "From the annotations: {patches} in the basket; Undo takes them out."
ANNOTATED_LOOSELY = "{count} of the boxes share less than half with their patch."
ANNOTATED_MISSED = "{count} meet no patch."
ANNOTATED_ELSEWHERE = "{count} are on pictures that are in no atlas here."
NOTHING_IN_REGION = "No patch lies in the region that was pointed to; this is the image's best one."
NO_PATCH_OF_IMAGE = "{image} was pointed to, but no patch of it was mined."
NOT_HERE = "{what} was pointed to, which is in no atlas here."
NO_BASKET_LINK = "The basket in this link cannot be read; it may have been cut short."
TOO_MANY_SAVED = "At most {most} baskets can be saved; delete one first."
PAGE_IS_FULL = (
    "This browser's store is full: delete a saved basket, or keep this one as a file (Download)."
)
NO_ATLAS_OF_IT = "This basket is of an atlas that is not open here: {atlases}."
BASKET_OPENED = "Opened: {what}. What was in the basket before comes back with Undo."
BASKET_SAVED = "Saved: {name} ({patches})."
BASKET_DELETED = "Deleted: {name}."
CHOOSE_SAVED = "Choose a saved basket first."

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

# What the browser says: the *.js of components/ have these as TEXTS.name, *.html as $name. Here
# {name} takes no way of writing numbers.

PAGE: dict[str, str] = {
    "generated": MARK_GENERATED,
    "notMade": "not made yet",
    "noPlotly": "plotly.js did not load",
    "noChart": "The chart cannot be drawn: {error}",
    "chartFiles": "This chart as a file",
    "chartAs": "This chart as {kind}",
    "table": "Table",
    # Walls
    "noiseBegins": "from here on inside the noise",
    # Labels
    "label": "Label",
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
    "source": "Source",
    "addSource": "Add a source",
    "anyOf": "any of {count}",
    "leaveOut": "Leave out {name}",
    "leaveOutNoise": "Leave out patches inside the noise",
    # Inspector
    "patch": "Patch: {alt}",
    "wholeImage": "The whole image: {alt}",
    "zoomImage": "The whole image; plus and minus zoom, 0 resets, arrows move",
    "heatMap": "Heat map",
    "heatOf": "{score} for {label}: vermilion above zero, blue below",
    "colourScale": "Colour scale of the heat map",
    "sameScale": "{score}, the same scale for all images",
    "opacity": "Opacity",
    "threshold": "Threshold",
    "ofHeatMap": "{name} of the heat map",
    "maps": "Score map",
    "moreOrLess": "Show more or less",
    # Full screen
    "fullScreen": "Full screen",
    "closeFilm": "Close",
    "filmKeys": "{film}; arrows move, with Shift they change the window; plus and minus zoom",
    "tool": "What a drag does",
    "toolWindow": "Window",
    "toolMove": "Move",
    "toolMeasure": "Measure",
    "toolBox": "Box: find similar",
    "searching": "Searching the atlas for what is like the box.",
    "zoomIn": "Zoom in",
    "zoomOut": "Zoom out",
    "fit": "Fit",
    "oneToOne": "One pixel of the source on one of the screen",
    "windows": "Window and level",
    "level": "Level",
    "width": "Width",
    "ownWindow": "as set here",
    "invert": "Invert",
    "inverted": "inverted",
    "onFilm": "On the picture",
    "patchWindow": "Window of the patch",
    "compareWith": "Compare with",
    "nothingBeside": "nothing",
    "linked": "Move and zoom both",
    "windowIs": "level {centre}, width {width} {unit}",
    "ofSource": "zoom {share}",
    "valueAt": "row {row}, column {col}: {value}",
    "millimetres": "{length} mm",
    "pixels": "{length} pixels",
    "results": "Results (DICOM, CSV)",
    "beingMade": "Results are being made.",
    "noFilm": "The picture did not load ({error}).",
    # What speaks against a wall
    "showPatches": "Show these patches",
    "hidePatches": "Hide them",
    # Elements
    "mergeBoth": "Merge the two",
    # Map
    "map": "Map",
    "mapOf": (
        "Map of {count} patches. Draw around some to choose them; the table below says the same."
    ),
    "emptyMap": "No patch of this label has a place on the map.",
    "noMap": "The map cannot be drawn ({error}); use the table below it.",
    "legend": "Legend: press a name to see its points alone",
    "thumbs": "pictures over the points",
    # Inspect
    "dropPicture": "Drop a picture, choose one, or paste it with Ctrl+V.",
    # Findings of medicine
    "gateTitle": "Research use only",
    "gateText": (
        "This atlas is of medical findings. It shows what a model takes for typical of a label in "
        "one data set, with errors that nobody has counted for any other. It is no medical device: "
        "not for diagnosis, not for treatment, and no word on any patient."
    ),
    "gateAccept": "I use it for research only",
    "gateOther": "Show another atlas",
    # Help
    "help": "Help",
    "helpLabel": "Help: keys and words",
    "keys": "Keys",
    "keyArrows": "go along the pictures or the labels",
    "enter": "Enter",
    "keyEnter": "show the picture in the inspector",
    "tab": "Tab",
    "keyTab": "next control; from one wall to the other beside it",
    "keyZoom": (
        "zoom the image in the inspector in, out and back to all of it; the wheel, two fingers and "
        "a double click do the same"
    ),
    "arrowsOnImage": "arrows on the image",
    "keyFull": (
        "full screen of the image; there W, V, M and X choose what a drag does (window, move, "
        "measure, a box whose like is searched; arrows move it, Shift and arrows size it, Enter "
        "searches), I inverts, H, B and P show heat map, boxes and patch, 0 fits, 1 is one to one"
    ),
    "keyMove": "move the zoomed image; dragging does the same",
    "undoKeys": "Ctrl+Z, Ctrl+Shift+Z",
    "keyUndo": "take the last change of the basket, its notes or of elements back, do it again",
    "put": "Add to basket (b)",
    "putOf": "Add to basket: {patch}",
    "keyPut": "put the picture with the focus, or the selected patch, into the basket; so does a +",
    "openFile": "A saved basket",
    "undoLast": "Undo the last change of basket, notes or elements",
    "redoLast": "Do again what was undone last",
    "keyHelp": "this help; Esc closes it",
    "words": "Words",
    "theTypicality": "typicality",
    "wordTypicality": (
        "how much the label helps the model to take noise off a spot of the image; above zero the "
        "spot is typical of the label, below zero untypical"
    ),
    "wordError": (
        "one standard error; a score below two of them is marked ≈: it cannot be told from chance"
    ),
    "thePatch": "patch",
    "wordPatch": "a square window of an image",
    "theElement": "element",
    "wordElement": "patches of a label that look alike",
    "theTranslation": "translation",
    "wordTranslation": (
        "the image as the model makes it over under another label; always marked “generated”"
    ),
    "close": "Close",
    "more": "More",
    "less": "Less",
    "firstSteps": "Show the first steps",
    "findings": "Show what to begin with",
}
