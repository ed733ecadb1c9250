"""Numbers and names as people read them: scores with their error, ranks, places, citations."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from diffmine.atlas.records import Patch
from diffmine.atlas.stages import STAGES as BUILT
from diffmine.data.dates.texts import years
from diffmine.data.rights import rights_of, short_name
from diffmine.maths.score import Score, clear
from diffmine.version import __version__

KINDS = {"top": "most typical", "random": "random", "least": "least typical"}
MEANING = """
A diffusion model learned these images with their labels. Noise is put on an image and the model
takes it off twice: once told the label, once told nothing. **Typicality** is how much smaller its
error is when it knows the label, at each spot, averaged over many draws of noise. Above zero the
spot is typical of the label, below zero it speaks against it. It says what *this model* learned
from *these images*; borders, stamps, scanners and other accidents of a collection can be as
typical as what you look for. After each score stands one standard error (±); a score below two of
them is marked as inside the noise, and so is one that cannot be told from the patches its list
left out.
"""
STAGES = {stage.name: stage.does for stage in BUILT if stage.in_build}


def score(typicality: float | None, se: float | None = None) -> str:
    """`0.0123 ± 0.0021`: the error to two figures, the score to the same place."""
    if typicality is None or not math.isfinite(typicality):
        return "not known"
    if se is None or not math.isfinite(se) or se <= 0:
        return _minus(f"{typicality:.4f}")
    places = min(max(1 - math.floor(math.log10(se)), 0), 8)
    return _minus(f"{typicality:.{places}f} ± {se:.{places}f}")


def scored(known: Score | None) -> str:
    """The same for a score that may be missing."""
    return score(None) if known is None else score(known.typicality, known.se)


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
    """What a screen reader says about a patch."""
    return f"{place(patch)}: typicality {score(patch.typicality, patch.se)}, in {patch.image_id}"


def framed(patch: Patch) -> str:
    """What a screen reader says of the whole image of a patch."""
    return f"The whole image {patch.image_id}, the patch framed in red"


def web_address(text: str | None) -> str:
    """The address if it is a web address, else an empty text."""
    try:
        parts = urlsplit(str(text or ""))
    except ValueError:
        return ""
    return str(text) if parts.scheme in ("http", "https") and parts.netloc else ""


def cell(value: object) -> str:
    """A CSV cell that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    if not isinstance(value, int | float) and text[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return "'" + text
    return text


def date(record: Mapping[str, Any]) -> str:
    """When an image is from, by its record: as it is written, else its years; empty where nobody
    knows."""
    if record["date"]:
        return str(record["date"])
    first, last = record["date_first"], record["date_last"]
    if first is None and last is None:
        first = last = record["year"]
    return "" if first is None and last is None else years(first, last)


def element(row: Mapping[str, Any], given: Mapping[str, str]) -> str:
    """What an element (a row of elements.parquet) is called: the name that people gave it (`given`,
    by `LABEL/ELEMENT`), else the one from the build, else its rank."""
    name = given.get(f"{row['label']}/{row['element']}") or row["name"]
    return name or f"Element {row['rank']}"


def credit(record: Mapping[str, Any]) -> str:
    """`A. Maker, CC0-1.0, In Copyright`: whose an image is, its licence, and the statement of its
    rights where that is another one; empty when nothing is known."""
    parts = [str(record.get(name) or "") for name in ("credit", "licence")]
    if rights_of(parts[1]).address != record.get("rights"):
        parts.append(rights(record))
    return ", ".join(dict.fromkeys(part for part in parts if part))


def rights(record: Mapping[str, Any]) -> str:
    """The statement of an image's rights by its short name, as `In Copyright`; else its address."""
    address = str(record.get("rights") or "")
    return short_name(address) or address


def citation(title: str, patch: Patch, record: Mapping[str, Any]) -> str:
    """A patch as a footnote: atlas, image, who made it, its title, date, holder and name there, who
    is to be named, licence, rights, source, place, typicality, version. What is not known is not
    in it, nor anything twice."""
    window = f"Patch at row {patch.row}, column {patch.col}, {patch.size} pixels wide"
    scored = f"typicality of {patch.label}: {score(patch.typicality, patch.se)}"
    parts = [title, f"Image {patch.image_id}"]
    parts += [str(record.get(name) or "") for name in _CITED]
    parts += [web_address(record.get("rights")), web_address(record.get("source_url"))]
    parts += [f"{window}; {scored}", f"Mined with diffmine {__version__}"]
    lines = (" ".join(part.split()).removesuffix(".") for part in parts)
    return ". ".join(dict.fromkeys(line for line in lines if line)) + "."


_CITED = ("creator", "title", "date", "holder", "identifier", "credit", "licence")
"""Fields of an image's record in the order in which a citation has them."""
