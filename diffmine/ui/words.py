"""Numbers and names as words on the screen: scores with their error, alt texts, safe Markdown."""

from __future__ import annotations

import math
import re
from urllib.parse import urlsplit

from diffmine.store.atlas import Patch
from diffmine.verdict import clear

KINDS = {"top": "most typical", "random": "random", "least": "least typical"}
MEASURES = """
**Area under the precision-recall curve**: all pixels of an image in the order of their score,
against experts' boxes of the label; mean over the label's images. A map that knows nothing
reaches the *prevalence*, the share of pixels inside boxes. The *centre prior* is a spot in the
middle of every image and the *boxes prior* the mean of the other images' boxes: neither looks at
the image, so a map is worth what it is ahead of them. **Pointing game**: how often the highest
pixel lies in a box (near: within 15 pixels of 224). **IoU**: overlap of the marked pixels and the
boxes at the label's best threshold. **Precision of patches**: how many of the best patches hit a
box of their label (half of the patch or of the box is shared), beside random and least typical
ones. Lines and brackets are 95 % intervals from resampled images, or groups of images.
"""
UNREAD_FILTERS = "The filters of this link cannot be read, so everything is shown."
NOT_HERE = "Names and elements cannot be changed in this public app."
NOT_WRITABLE = "This atlas cannot be written here, so changes cannot be kept."
TRENDS_GO = "Trends of changed elements are empty until diffmine trends is run on the atlas."
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|~>$:])")


def score(typicality: float | None, se: float | None = None) -> str:
    """`0.0123 ± 0.0021`: the error to two figures, the score to the same place."""
    if typicality is None or not math.isfinite(typicality):
        return "not known"
    if se is None or not math.isfinite(se) or se <= 0:
        return _minus(f"{typicality:.4f}")
    places = min(max(1 - math.floor(math.log10(se)), 0), 8)
    return _minus(f"{typicality:.{places}f} ± {se:.{places}f}")


def _minus(text: str) -> str:
    return text.replace("-", "−")


def noise(patch: Patch) -> bool:
    """Whether a score cannot be told from zero, or the patch from those its list left out."""
    return not clear(patch.typicality, patch.se) or bool(patch.noise)


def rank(patch: Patch) -> str:
    """`rank 5 (between 1 and 18)`: where it may stand, by two standard errors of its score."""
    text = f"rank {patch.rank:,}"
    if patch.rank_low is None or patch.rank_high is None or patch.rank_low == patch.rank_high:
        return text
    return f"{text} (between {patch.rank_low:,} and {patch.rank_high:,})"


def place(patch: Patch, count: int = 0) -> str:
    """`No. 3 of 1,000, most typical of 1920s`."""
    of = f" of {count:,}" if count else ""
    if patch.kind == "random":
        return f"Random patch {patch.rank:,}{of} of {patch.label}"
    return f"No. {patch.rank:,}{of}, {KINDS[patch.kind]} of {patch.label}"


def alt(patch: Patch) -> str:
    """What a screen reader says of a patch."""
    return f"{place(patch)}: typicality {score(patch.typicality, patch.se)}, in {patch.image_id}"


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


def web_address(text: str | None) -> str:
    """The address if it is one of the web, else nothing."""
    try:
        parts = urlsplit(str(text or ""))
    except ValueError:
        return ""
    return str(text) if parts.scheme in ("http", "https") and parts.netloc else ""


def duration(seconds: float) -> str:
    """`40 s`, `3 min`."""
    if seconds < 90:
        return f"{max(math.ceil(seconds), 1)} s"
    return f"{round(seconds / 60)} min"


def cell(value: object) -> str:
    """A CSV cell that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    if not isinstance(value, int | float) and text[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return "'" + text
    return text
