"""What metadata say of the films of a series: what is needed, checked, and nothing of a patient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from diffmine.data.dicomweb.query import INSTANCE, SERIES, STUDY, Filters
from diffmine.data.readers.dicom.placing import MODALITIES, PARTS, SIDES, VIEWS, listed
from diffmine.data.readers.dicom.source_image import is_uid

_UIDS = {STUDY: "0020000D", SERIES: "0020000E", INSTANCE: "00080018"}
_WORDS = {
    "Modality": ("00080060", MODALITIES),
    "BodyPartExamined": ("00180015", PARTS),
    "ViewPosition": ("00185101", VIEWS),
    "ImageLaterality": ("00200062", SIDES),
    "Laterality": ("00200060", SIDES),
}
_SIZES = ("00280010", "00280011", "00280002", "00280100", "00280008")
"""Rows, columns, samples, bits, frames."""
_LONGEST = 2**40
COLUMNS = (STUDY, SERIES, INSTANCE, "Modality", "BodyPartExamined", "ViewPosition", "Laterality")
"""What may be a label; of words those of a closed list alone."""


@dataclass(frozen=True)
class Described:
    """A film by its metadata: values by the names of COLUMNS, and about how many bytes its pixels
    are, not compressed; 0: it is no picture."""

    values: Mapping[str, str]
    size: int

    @property
    def name(self) -> str:
        """The name of its picture."""
        return f"{self.values[INSTANCE]}.dcm"

    def fits(self, filters: Filters) -> bool:
        """Whether it is what was asked for."""
        return all(self.values.get(name, "") in values for name, values in filters.items())


def uids_of(content: Any) -> list[list[str]]:
    """Of the answer to a search the study and the series of each: of a search nothing else is
    right. One without both is passed over."""
    pairs = ([_text(item, _UIDS[name]) for name in (STUDY, SERIES)] for item in _items(content))
    return [pair for pair in pairs if all(map(is_uid, pair))]


def films_of(content: Any) -> list[dict[str, Any]]:
    """Metadata (PS3.18 F.2) as what is kept of them: JSON of a `Described` each."""
    return [_film(item) for item in _items(content)]


def described(told: Any) -> list[Described]:
    """The films that `films_of` wrote, those with all their UIDs."""
    films = [Described(one["values"], one["size"]) for one in told]
    return [film for film in films if all(map(is_uid, map(film.values.__getitem__, _UIDS)))]


def _film(item: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: _text(item, tag) for name, tag in _UIDS.items()}
    values |= {name: _uid(text) for name, text in values.items()}
    for name, (tag, known) in _WORDS.items():
        values[name] = listed(_text(item, tag).upper(), known)
    values["Laterality"] = values.pop("ImageLaterality") or values["Laterality"]
    return {"values": values, "size": _size(item)}


def _uid(text: str) -> str:
    return text if is_uid(text) else ""


def _size(item: Mapping[str, Any]) -> int:
    rows, columns, samples, bits, frames = (_count(item, tag) for tag in _SIZES)
    size = rows * columns * max(samples, 1) * max(bits, 8) // 8 * max(frames, 1)
    return min(size, _LONGEST)


def _count(item: Mapping[str, Any], tag: str) -> int:
    text = _text(item, tag)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _items(content: Any) -> list[Mapping[str, Any]]:
    return [one for one in content if isinstance(one, dict)] if isinstance(content, list) else []


def _text(item: Mapping[str, Any], tag: str) -> str:
    """The first value of an element, "" where it is not there or of another form."""
    element = item.get(tag)
    value = element.get("Value") if isinstance(element, dict) else None
    first = value[0] if isinstance(value, list) and value else ""
    return str(first).strip(" \0") if isinstance(first, str | int) else ""
