"""Signs that a label's top patches show the data set rather than the label (section 4.4).

Each figure is a share of the label's top patches, beside the same share of its random patches, the
control. A figure is flagged where it is clearly above its control.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from jaxtyping import Bool, Int, UInt8
from PIL import Image

KINDS = ("border", "flat", "position", "noise", "duplicate")
FLAT = 6.0
"""Standard deviation of grey values of 255 below which a crop shows nothing."""
_CLEAR = 3.0
_LEAST = 0.05

Row = dict[str, Any]


@dataclass(frozen=True)
class Facts:
    """What the figures are made from, one entry a patch."""

    border: Bool[np.ndarray, " n"]
    flat: Bool[np.ndarray, " n"]
    noise: Bool[np.ndarray, " n"]
    duplicate: Bool[np.ndarray, " n"]
    place: list[tuple[int, int]]


def facts(
    rows: np.ndarray,
    heights: np.ndarray,
    widths: np.ndarray,
    flat: Bool[np.ndarray, " n"],
    noise: Bool[np.ndarray, " n"],
    duplicate: Bool[np.ndarray, " n"],
) -> Facts:
    """The facts of patches with fields row, col, size, in images of the heights and widths given.

    A place is a cell of a grid of half a window, by the window's upper left corner.
    """
    row, col, size = rows["row"], rows["col"], rows["size"]
    border = (row == 0) | (col == 0) | (row + size == heights) | (col + size == widths)
    places = zip((2 * row // size).tolist(), (2 * col // size).tolist(), strict=True)
    return Facts(border, flat, noise, duplicate, list(places))


def warnings(label: str, top: Facts, control: Facts) -> list[Row]:
    """Rows of warnings.parquet for a label."""
    shares = {
        kind: (_share(getattr(top, kind)), _share(getattr(control, kind)))
        for kind in KINDS
        if kind != "position"
    }
    shares["position"] = _position(top.place, control.place)
    n, m = len(top.place), len(control.place)
    return [
        {
            "label": label,
            "kind": kind,
            "share": shares[kind][0],
            "expected": shares[kind][1],
            "n": n,
            "flagged": clearly_above(*shares[kind], n, m),
        }
        for kind in KINDS
    ]


def clearly_above(share: float, expected: float, n: int, m: int) -> bool:
    """Whether a share of n is above one of m by 5 points and by three errors of the difference."""
    if not n or not m:
        return False
    both = (share * n + expected * m) / (n + m)
    error = sqrt(both * (1 - both) * (1 / n + 1 / m))
    return share - expected >= max(_CLEAR * error, _LEAST)


def is_flat(crop: UInt8[np.ndarray, "h w"]) -> bool:
    """Whether the grey values of a crop hardly differ."""
    return float(crop.std()) < FLAT


def flat_crops(
    rows: np.ndarray, names: list[str], picture: Callable[[str], Image.Image]
) -> Bool[np.ndarray, " n"]:
    """Which patches are flat; each picture is decoded once, in the order of the table, and not
    kept. `names` are the image names by row of images.parquet."""
    flat = np.zeros(len(rows), bool)
    order = np.argsort(rows["image"], kind="stable")
    if not len(order):
        return flat
    images = rows["image"][order]
    cuts = np.flatnonzero(images[1:] != images[:-1]) + 1

    def judge(chosen: Int[np.ndarray, " n"]) -> None:
        grey = np.asarray(picture(names[rows[chosen[0]]["image"]]).convert("L"))
        for at in chosen.tolist():
            _, _, _, _, row, col, size, *_ = rows[at]
            flat[at] = is_flat(grey[row : row + size, col : col + size])

    with ThreadPoolExecutor() as pool:  # decoding lets other threads run
        for _ in pool.map(judge, np.split(order, cuts)):
            pass
    return flat


def _share(values: Bool[np.ndarray, " n"]) -> float:
    return float(values.mean()) if len(values) else 0.0


def _position(top: list[tuple[int, int]], control: list[tuple[int, int]]) -> tuple[float, float]:
    """Share of the most frequent place, and the share of random patches there."""
    if not top:
        return 0.0, 0.0
    place = min(set(top), key=lambda cell: (-top.count(cell), cell))
    return top.count(place) / len(top), control.count(place) / max(len(control), 1)
