"""How a film lies and what it shows, by closed lists alone: no free text comes through."""

from __future__ import annotations

import re
from collections.abc import Sequence

from diffmine.data.readers.dicom.header import Header

_DIRECTION = re.compile(r"(?!.*(.).*\1)[APRLHF]{1,3}")
SIDES = ("R", "L", "B", "U")
VIEWS = (
    *("AP", "PA", "LL", "RL", "RLD", "LLD", "RLO", "LLO"),
    *("CC", "MLO", "ML", "LM", "LMO", "SIO"),  # mammography
)
SAID_VIEWS = (*VIEWS, "LAT", "LATERAL", "FRONTAL", "OBLIQUE")
"""Views as they are compared: files also say so, though the standard does not."""
PARTS = (
    *("ABDOMEN", "ANKLE", "ARM", "BREAST", "CHEST", "CLAVICLE", "CSPINE", "ELBOW", "FOOT"),
    *("FOREARM", "HAND", "HEAD", "HIP", "KNEE", "LEG", "LSPINE", "NECK", "PELVIS", "RIB"),
    *("SHOULDER", "SKULL", "SPINE", "SSPINE", "STERNUM", "THIGH", "TSPINE", "WRIST"),
)
MODALITIES = (
    *("BDUS", "BMD", "CR", "CT", "DG", "DM", "DX", "ES", "GM", "IO", "IVOCT", "IVUS", "LS", "MG"),
    *("MR", "NM", "OAM", "OCT", "OP", "OPT", "OPTENF", "OSS", "OT", "PT", "PX", "RF", "RG"),
    *("RTIMAGE", "SM", "TG", "US", "XA", "XC"),
)
"""Kinds of devices whose results are pictures (PS3.3 C.7.3.1.1.1)."""
_MOST = 1e3
"""Millimetres between two pixels, from which on a file errs."""


def listed(text: str, known: Sequence[str]) -> str:
    """The text if it is one of those that are known, else ""."""
    return text if text in known else ""


def spacing_of(header: Header, name: str) -> tuple[float, float] | None:
    """Millimetres between the middles of pixels, down and across, by the element of that name."""
    down, across = (*header.numbers(name), None, None)[:2]
    if down is None or across is None or not 0 < min(down, across) <= max(down, across) < _MOST:
        return None
    return down, across


def side_of(header: Header) -> str:
    """Which of a pair is shown: `R`, `L`, `B` (both), `U` (unpaired), or ""."""
    sides = [listed(header.text(name), SIDES) for name in ("ImageLaterality", "Laterality")]
    return next(filter(None, sides), "")


def view_of(header: Header) -> str:
    """From where the film was taken, as `PA`, or ""."""
    return listed(header.text("ViewPosition"), VIEWS)


def part_of(header: Header) -> str:
    """The part of the body, as `CHEST`, or ""."""
    return listed(header.text("BodyPartExamined"), PARTS)


def orientation_of(header: Header) -> tuple[str, ...]:
    """Where the rows and the columns lead, as ("L", "F"); () where that is not said."""
    ways = tuple(header.texts("PatientOrientation"))
    return ways if len(ways) == 2 and all(map(_DIRECTION.fullmatch, ways)) else ()
