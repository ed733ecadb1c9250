"""The films of chosen patches: found where they lie, and those to which no result can go back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from jaxtyping import UInt8
from pydicom.uid import UID

from diffmine.atlas.whereabouts import Whereabouts, whereabouts
from diffmine.data.readers import read_image
from diffmine.data.readers.dicom.source_image import SourceImage, read_source_image
from diffmine.data.readers.wishes import Wishes
from diffmine.errors import DataError, ImageError
from diffmine.export.chosen import Entry, entries
from diffmine.export.dicom import texts
from diffmine.export.dicom.places import Box, Grid
from diffmine.export.order import Order


@dataclass(frozen=True)
class Shown:
    """A film with the patches that were chosen of it, its place among the films from 1, and what
    gives it as it is shown: uint8 (rows, columns, 3), of as many pixels as are stored but where
    these are not square, which are made so."""

    number: int
    film: SourceImage
    entries: tuple[Entry, ...]
    look: Callable[[], UInt8[np.ndarray, "rows columns 3"]]

    @property
    def labels(self) -> list[str]:
        """The labels of its patches, each once, in their order."""
        return list(dict.fromkeys(entry.patch.label for entry in self.entries))

    @property
    def grid(self) -> Grid:
        """How what was mined lies among the film's stored pixels."""
        return Grid.of(self.entries[0].record, self.film.columns, self.film.rows)

    @property
    def boxes(self) -> list[Box]:
        """Of each patch the stored pixels that it shows."""
        grid = self.grid
        return [grid.box(entry.patch) for entry in self.entries]


@dataclass(frozen=True)
class LeftOut:
    """A patch without a film, and why, in words that go on a sentence."""

    entry: Entry
    reason: str


def films(order: Order) -> Iterator[Shown | LeftOut]:
    """The films of an order's patches in the order of their first ones, and the patches without."""
    grouped: dict[str, list[Entry]] = {}
    for entry in entries(order.atlas, order.chosen):
        grouped.setdefault(entry.patch.image_id, []).append(entry)
    where = Whereabouts(order.films.resolve(), {}) if order.films else whereabouts(order.atlas)
    wishes = Wishes.of(order.atlas.manifest.config.get("data", {}))
    number = 0
    for image_id, own in grouped.items():
        path = where.file(image_id) if where else None
        film = _film(path, own[0], order.identity)
        if isinstance(film, SourceImage) and path is not None:
            number += 1
            yield Shown(number, film, tuple(own), partial(_look, path, wishes, number))
        else:
            yield from (LeftOut(entry, str(film)) for entry in own)


def _look(path: Path, wishes: Wishes, number: int) -> UInt8[np.ndarray, "rows columns 3"]:
    """A film as it is shown. Raises DataError, without the name of the file."""
    try:
        return np.asarray(read_image(path, wishes=wishes))
    except ImageError:
        raise DataError(texts.UNREADABLE.format(number=number)) from None


def _film(path: Path | None, entry: Entry, identity: bool) -> SourceImage | str:
    """A film, or why results cannot go back to it."""
    if path is None:
        return texts.ABSENT
    try:
        film = read_source_image(path, identity=identity)
    except ImageError:  # its sentence names the file, which may be named after a patient
        return texts.NO_FILM if not identity else _without(path)
    if film.digest != entry.record.get("source_digest"):
        return texts.CHANGED
    if not (entry.record.get("source_width") and entry.record.get("source_height")):
        return texts.UNSIZED
    return unsuitable(film) or film


def unsuitable(film: SourceImage) -> str:
    """Why no result can go back to a film that is DICOM; "" where one can."""
    kind = UID(film.sop_class)
    # highdicom raises KeyError for these.
    if kind.type != "SOP Class" or kind.is_retired or kind.name.startswith(("DICOS", "Eddy")):
        return texts.UNKNOWN_KIND
    return texts.SEVERAL if film.frames > 1 else ""


def _without(path: Path) -> str:
    """Why a film cannot be named with who its patient is."""
    try:
        film = read_source_image(path)
    except ImageError:
        return texts.NO_FILM
    return texts.NAMELESS if film.removed else texts.NO_IDENTITY
