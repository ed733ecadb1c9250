"""Signs that a label's top patches show the data set rather than the label (section 4.4).

Each figure is a share of the label's top patches. Its control is the same share of the best
windows of noise as smooth as the label's maps (maths/noise.py), chosen in the same way out of as
many images: best windows touch borders, crowd some places and show what lies there without any
reason in the pictures, so random windows are no control. Flagged is what hardly any list of noise
reaches.

    share > 99.5th percentile of the lists of noise,  >= their mean + 5 points,
    and 0.5th percentile of the share over resampled groups > their mean

`noise` needs no such lists: it is flagged where more than half of the patches are inside the noise.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int, UInt8
from numpy.random import Generator
from PIL import Image

from diffmine.maths.bootstrap import Bootstrap

KINDS = ("border", "flat", "position", "noise", "duplicate")
FLAT = 6.0
"""Standard deviation of grey values of 255 below which a crop shows nothing."""
NOISE_MAPS, HALF = "noise maps", "half"
"""What a share is compared with."""
LISTS = 500
"""Lists of noise, and resamples of the groups."""
LEVEL = 0.99
"""Share of lists or resamples between the bounds that are given; half of the rest lie above."""
_LEAST = 0.05

Row = dict[str, Any]


@dataclass(frozen=True)
class Facts:
    """What the figures are computed from, one entry a patch; `groups` are resampled together."""

    border: Bool[np.ndarray, " n"]
    flat: Bool[np.ndarray, " n"]
    noise: Bool[np.ndarray, " n"]
    duplicate: Bool[np.ndarray, " n"]
    place: Int[np.ndarray, "n 2"]
    groups: Int[np.ndarray, " n"]


def facts(
    rows: np.ndarray,
    heights: np.ndarray,
    widths: np.ndarray,
    flat: Bool[np.ndarray, " n"],
    noise: Bool[np.ndarray, " n"],
    duplicate: Bool[np.ndarray, " n"],
    groups: Int[np.ndarray, " n"],
) -> Facts:
    """The facts of patches with fields row, col, size, in images of the heights and widths given.

    A place is a cell of a grid of half a window, by the window's upper left corner.
    """
    row, col, size = rows["row"], rows["col"], rows["size"]
    border = (row == 0) | (col == 0) | (row + size == heights) | (col + size == widths)
    places = np.stack([2 * row // size, 2 * col // size], axis=1)
    return Facts(border, flat, noise, duplicate, places, groups)


@dataclass(frozen=True)
class Control:
    """Windows of noise maps, and how often each stands in each list that was drawn of them."""

    facts: Facts
    times: Int[np.ndarray, "lists n"]

    def shares(self, kind: str) -> tuple[float, Float[np.ndarray, " lists"]]:
        """The share of a kind to be expected, and that in each list; of `position`, the share of
        each list's own best place, and their mean."""
        lengths = np.maximum(self.times.sum(axis=1), 1)
        if kind == "position":
            _, codes = np.unique(self.facts.place, axis=0, return_inverse=True)
            most = [np.bincount(codes.ravel(), row).max(initial=0) for row in self.times]
            return float(np.mean(most / lengths)), most / lengths
        hits = self.times @ getattr(self.facts, kind).astype(np.int64)
        # Not the mean of the shares: a large group would count as little as a small one.
        return float(hits.sum() / lengths.sum()), hits / lengths


def lists_of(
    groups: Int[np.ndarray, " n"], maps: int, images: int, keep: int | None, chance: Generator
) -> Int[np.ndarray, "lists n"]:
    """How often windows of `maps` noise maps, best first, stand in lists of the best `keep` (None:
    all) of `images` images, drawn with replacement by their groups.

    Few maps say less of noise than many: as many images fewer are drawn as make up for that,
    1 / (1 / images + 1 / maps), and so many windows fewer are taken.
    """
    known, codes = np.unique(groups, return_inverse=True)
    drawn = max(round(len(known) * images / (images + maps)), 1)
    even = np.full(len(known), 1 / len(known))
    times = chance.multinomial(drawn, even, LISTS)[:, codes.ravel()]
    if keep is None:
        return times
    most = max(round(keep / images * drawn * maps / len(known)), 1)
    return np.clip(most - (times.cumsum(axis=1) - times), 0, times)


def warnings(label: str, top: Facts, control: Control, seed: int) -> list[Row]:
    """Rows of warnings.parquet for a label."""
    resamples = Bootstrap(top.groups, LISTS, seed)
    return [_row(label, kind, top, control, resamples) for kind in KINDS]


def _row(label: str, kind: str, top: Facts, control: Control, resamples: Bootstrap) -> Row:
    values = which(kind, top)
    share = float(values.mean()) if len(values) else 0.0
    expected, lists = (0.5, np.full(1, 0.5)) if kind == "noise" else control.shares(kind)
    low, high = _between(resamples.means(values.astype(np.float64), top.groups))
    groups = len(np.unique(top.groups))
    if share in (0.0, 1.0):  # resamples of what is all the same say nothing: the exact bound
        reach = ((1 - LEVEL) / 2) ** (1 / max(groups, 1))
        low, high = (0.0, 1 - reach) if share == 0 else (reach, 1.0)
    expected_low, expected_high = _between(lists)
    least = 0.0 if kind == "noise" else _LEAST
    return {
        "label": label,
        "kind": kind,
        "share": share,
        "expected": expected,
        "n": len(values),
        "flagged": share > expected_high and low > expected and share - expected >= least,
        "test": HALF if kind == "noise" else NOISE_MAPS,
        "low": low,
        "high": high,
        "expected_low": expected_low,
        "expected_high": expected_high,
        "groups": groups,
    }


def which(kind: str, top: Facts) -> Bool[np.ndarray, " n"]:
    """The patches that a warning of a kind counts."""
    return _most_frequent(top.place) if kind == "position" else np.asarray(getattr(top, kind))


def _most_frequent(places: Int[np.ndarray, "n 2"]) -> Bool[np.ndarray, " n"]:
    """Which patches lie in the place that holds the most; the first of equal ones."""
    _, codes, counts = np.unique(places, axis=0, return_inverse=True, return_counts=True)
    return np.asarray(codes.ravel() == (counts.argmax() if len(counts) else 0))


def _between(values: Float[np.ndarray, " n"]) -> tuple[float, float]:
    """The bounds between which LEVEL of the values lie."""
    known = values[np.isfinite(values)]
    rest = (1 - LEVEL) / 2
    low, high = np.quantile(known, [rest, 1 - rest]).tolist() if len(known) else (0.0, 1.0)
    return low, high


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
