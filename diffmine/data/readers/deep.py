"""Pictures of more than 8 bits, in 8: a range of values is shown from black to white.

    shown = round(255 * clip((value - low) / (high - low), 0, 1))

The range is the data set's (data.range), so that pictures stay as bright beside each other as they
are. A picture alone is shown between its own percentiles, never between its extremes: one dead and
one hot pixel would leave no contrast.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from PIL import Image

from diffmine.data.files import regular
from diffmine.data.readers.wishes import wishes
from diffmine.errors import ImageError

INTEGER, FLOAT, MEDICAL = KINDS = ("integer", "float", "DICOM")
TAIL = 0.005
"""Share of the values that are left out below and above."""
LEVELS = 201
NO_VALUE = 1e38
"""Floats beyond are no values: -3.4e38 is written where there is none."""
SPREAD = "spread"
"""Where a picture's info has its kind and the levels of its values, when they are wished for."""
EMPTY = "{name} is empty: none of its pixels has a value."
SAMPLE = 2_000_000
"""Values, about, from which those of a picture are judged."""
_HEAD = 32
_SHALLOW = (b"\xff\xd8\xff", b"GIF")


def may_be_deep(path: Path) -> bool:
    """Whether a file's first bytes are of a kind that can hold more than 8 bits of grey."""
    try:
        with open(path, "rb", buffering=0, opener=regular) as file:
            head = file.read(_HEAD)
    except OSError:
        return False
    png = head[:8] == b"\x89PNG\r\n\x1a\n"
    if png:
        return head[24:26] in (b"\x10\0", b"\x10\4")
    return head[:3] not in _SHALLOW and head[8:12] != b"WEBP" and head[:2] != b"BM"


def valid(values: np.ndarray, absent: float | None = None) -> np.ndarray:
    """Which values are some: finite, of a size that occurs, and not `absent`."""
    good = np.isfinite(values)
    if values.dtype.kind == "f":
        with np.errstate(invalid="ignore"):
            good &= np.abs(values) < NO_VALUE
    if absent is not None and not math.isnan(absent):
        with np.errstate(over="ignore"):
            good &= values != np.asarray(absent).astype(values.dtype)
    return good


def empty(name: str) -> ImageError:
    """That a picture shows nothing."""
    return ImageError(EMPTY.format(name=name))


def levels(values: np.ndarray) -> np.ndarray:
    """How values are spread: LEVELS quantiles of them."""
    return np.quantile(values, np.linspace(0, 1, LEVELS))


def between(values: np.ndarray) -> tuple[float, float]:
    """The range in which values are shown: without TAIL of them at each end, unless nothing is
    left between."""
    low, high = np.quantile(values, (TAIL, 1 - TAIL))
    return (float(low), float(high)) if high > low else (float(values.min()), float(values.max()))


def range_of(
    kind: str, strips: Iterable[np.ndarray], size: int, picture: Image.Image, name: str
) -> tuple[float, float]:
    """The range in which a picture of a kind is shown, from its valid values in pieces.

    Raises ImageError for a picture of which no value is valid. Where it is wished, how the values
    are spread is noted in `picture.info`.
    """
    step = max(1, size // SAMPLE)
    values = np.concatenate([strip[::step] for strip in strips] or [np.empty(0)])
    if not values.size:
        raise empty(name)
    if wishes().survey:
        picture.info[SPREAD] = [kind, levels(values).tolist()]
    return wishes().ranges.get(kind) or between(values)


def shown(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Values from black to white, uint8; those that are none are black."""
    with np.errstate(invalid="ignore", over="ignore"):
        share = (values.astype(np.float64) - low) / max(high - low, 1e-300)
        return np.round(255 * np.clip(np.nan_to_num(share), 0, 1)).astype(np.uint8)
