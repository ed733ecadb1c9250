"""The works that chosen patches are cut from, as bibliographies have them: each image once, and the
atlas itself last."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from diffmine.atlas.reader import Atlas
from diffmine.export.chosen import Entry, title
from diffmine.version import __version__
from diffmine.words import records as words

_CIRCA = re.compile(r"\b(c\.|ca\b|circa\b|um\b|vers\b|about\b)|\?", re.IGNORECASE)
MADE_BY_A_MODEL = "This picture was made by a model: {how}"
_WORD = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True)
class Work:
    """A work to be cited; what is not known of it is empty. `key` is its own in every export.
    `years` are the first and the last that it may be of, `circa` whether its date is a guess."""

    key: str
    title: str
    creator: str = ""
    date: str = ""
    years: tuple[int, int] | None = None
    circa: bool = False
    holder: str = ""
    identifier: str = ""
    address: str = ""
    note: str = ""
    dataset: bool = False


def works(atlas: Atlas, entries: Iterable[Entry]) -> list[Work]:
    """The images of patches in the order in which they come first, and the atlas."""
    records = {entry.patch.image_id: entry.record for entry in entries}
    return [*(_of_image(record) for record in records.values()), _of_atlas(atlas)]


def _of_image(record: Mapping[str, Any]) -> Work:
    known = {name: " ".join(str(record.get(name) or "").split()) for name in _KNOWN}
    years = _years(record)
    rights = words.web_address(record.get("rights"))
    how = str(record.get("generated") or "")
    notes = [
        words.credit(record),
        known["attribution"],
        rights,
        f"Image {record['image_id']}",
        MADE_BY_A_MODEL.format(how=how) if how else "",
    ]
    return Work(
        key=_key(known["creator"] or known["title"], years, str(record["image_id"])),
        title=known["title"] or str(record["image_id"]),
        creator=known["creator"],
        date=known["date"] or (str(years[0]) if years else ""),
        years=years,
        circa=bool(_CIRCA.search(known["date"])),
        holder=known["holder"],
        identifier=known["identifier"],
        address=words.web_address(record.get("source_url")),
        note=sentences(notes),
    )


_KNOWN = ("title", "creator", "date", "holder", "identifier", "attribution")


def _of_atlas(atlas: Atlas) -> Work:
    manifest = atlas.manifest
    notes = (manifest.licence, f"An atlas of typical patches, made with diffmine {__version__}")
    return Work(
        key=_key(title(atlas), None, "\n".join([title(atlas), *atlas.labels])),
        title=title(atlas),
        address=words.web_address(manifest.source),
        note=sentences(notes),
        dataset=True,
    )


def sentences(parts: Iterable[str]) -> str:
    """Texts as sentences, each once."""
    lines = (" ".join(part.split()).removesuffix(".") for part in parts)
    told = ". ".join(dict.fromkeys(line for line in lines if line))
    return f"{told}." if told else ""


def _years(record: Mapping[str, Any]) -> tuple[int, int] | None:
    first, last = record.get("date_first"), record.get("date_last")
    if first is not None and last is not None:
        return int(first), int(last)
    return (int(record["year"]),) * 2 if record.get("year") is not None else None


def _key(begins: str, years: tuple[int, int] | None, name: str) -> str:
    """`muller1955-3f2a9c`: ASCII alone, as every program takes it."""
    letters = unicodedata.normalize("NFKD", begins).encode("ascii", "ignore").decode().lower()
    word = max(_WORD.findall(letters), key=len, default="image")[:24]
    year = str(abs(years[0])) if years else ""
    return f"{word}{year}-{hashlib.sha256(name.encode()).hexdigest()[:6]}"
