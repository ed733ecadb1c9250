"""The numbers of a grey DICOM file and all ways in which it may be shown."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from diffmine.data.readers import deep
from diffmine.data.readers import film as films
from diffmine.data.readers.dicom.grey import (
    Numbers,
    is_inverted,
    modality_of,
    padding,
    tables_of,
    window,
)
from diffmine.data.readers.dicom.header import Header
from diffmine.data.readers.dicom.placing import orientation_of, side_of, spacing_of, view_of
from diffmine.data.readers.film import NUMBERS, Film, Greys, Spacing, Window
from diffmine.data.readers.wishes import wishes

SECTIONS = ("CT", "MR", "PT", "NM")
"""Modalities whose pixels lie in the patient, not at a detector behind."""
MOST_WINDOWS = 8


def film_of(header: Header, stored: np.ndarray, name: str) -> Film:
    """The film of stored numbers (rows, columns). Raises what `grey_of` does."""
    film = _numbered(header, stored)
    film = replace(
        film,
        bits=header.count("BitsStored", header.count("BitsAllocated")),
        inverse=is_inverted(header),
        unit="HU" if header.text("Modality") == "CT" else "",
        spacing=_spacing(header),
        modality=header.text("Modality")[:16],
        view=view_of(header),
        laterality=side_of(header),
        orientation=orientation_of(header),
        flipped=header.text("FieldOfViewHorizontalFlip") == "YES",
    )
    if film.padding and film.padding[0] <= film.words.min() and film.words.max() <= film.padding[1]:
        raise deep.empty(name)
    tables = _tables(header, film)
    windows = [Window("table", number) for number in range(1, len(tables) + 1)]
    windows += _windows(header)
    if not windows and (ends := wishes().ranges.get(deep.MEDICAL)):
        windows.append(films.between("set", *ends))
    own = films.own_windows(film)
    if not windows and film.bits > 8:
        own.reverse()  # as the reader does where the data set has no range
    return replace(film, tables=tables, windows=[*windows, *own])


def _numbered(header: Header, stored: np.ndarray) -> Film:
    """The stored numbers as words, with what their values are."""
    numbers, padded, modality = Numbers.of(header), padding(header), modality_of(header)
    if numbers.floats or numbers.bits > 16 or stored.dtype.itemsize > 2:
        own = numbers.of_raw(stored)
        values = modality(own.astype(np.float64))
        words, slope, low = films.quantised(np.where(padded(own), np.nan, values))
        return Film(words, 16, [], slope, low, padding=(NUMBERS - 1, NUMBERS - 1))
    raw = np.arange(1 << 8 * stored.dtype.itemsize).astype(stored.dtype)
    own = numbers.of_raw(raw)
    least, most = numbers.ends
    whole = np.arange(least, most + 1)
    empty = np.flatnonzero(padded(whole))
    values = modality(whole.astype(np.float64))
    if header.get("ModalityLUTSequence") is None:
        slope = float(values[-1] - values[0]) / (most - least) if most > least else 1.0
        pad = (int(empty[0]), int(empty[-1])) if empty.size else None
        return Film(
            (own - least).astype(np.uint16)[stored], 16, [], slope, float(values[0]), padding=pad
        )
    table = values.astype(np.uint16)
    free = not empty.size or NUMBERS - 1 not in table
    if free:  # else what is padded cannot be told from a value, and is shown as one
        table[empty] = NUMBERS - 1
    pad = (NUMBERS - 1, NUMBERS - 1) if empty.size and free else None
    return Film(table[own - least][stored], 16, [], padding=pad)


def _values(film: Film) -> np.ndarray:
    return film.slope * np.arange(NUMBERS, dtype=np.float64) + film.intercept


def _tables(header: Header, film: Film) -> list[Greys]:
    """The greys of all numbers by each table of values of interest, not inverted."""
    values = _values(film)
    shows = tables_of(header, Numbers.of(header), modality_of(header))[:MOST_WINDOWS]
    return [np.round(255 * np.clip(show(values), 0, 1)).astype(np.uint8) for show in shows]


def _windows(header: Header) -> list[Window]:
    """The file's windows, numbered as they stand there."""
    curve = header.text("VOILUTFunction").replace(" ", "_")
    curve = curve if curve in ("SIGMOID", "LINEAR_EXACT") else "LINEAR"
    pairs = zip(header.numbers("WindowCenter"), header.numbers("WindowWidth"), strict=False)
    known: list[Window] = []
    for number, (centre, width) in enumerate(pairs, 1):
        if centre is not None and width is not None and window(centre, width, curve):
            known.append(Window("window", number, centre, width, curve))
    return known[:MOST_WINDOWS]


def _spacing(header: Header) -> Spacing | None:
    """How far apart pixels are; of a projection at the detector unless the file says more."""
    own, imager = (spacing_of(header, name) for name in ("PixelSpacing", "ImagerPixelSpacing"))
    if own and header.text("Modality") in SECTIONS:
        return Spacing(*own, "patient")
    if own and header.text("PixelSpacingCalibrationType") in ("GEOMETRY", "FIDUCIAL"):
        return Spacing(*own, "calibrated")
    if own and own != imager:
        return Spacing(*own, "calibrated" if imager else "unsaid")
    return Spacing(*imager, "imager") if imager else None
