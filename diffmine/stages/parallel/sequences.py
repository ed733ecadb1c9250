"""Co-typical sequences and what they have in common, on arrays (section 5.1, equation 4).

    co-typicality of a window = median over labels c of  T(x translated to c | c)  in that window

A sequence is one window of an image under every label. Each label's features of the sequences are
reduced by UMAP, joined over the labels and grouped by k-means: an element of change is a way in
which windows change from label to label.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int, UInt8
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

from diffmine.maths.fidelity import edges
from diffmine.maths.layout import reduced
from diffmine.maths.windows import Window, best_windows, window_means

_PER_CHANGE = 8
_NEIGHBOURS = 15
_GREY = np.array([0.299, 0.587, 0.114])
_DARK = 128.0
MEASURES = ("light", "ink", "edges", "colour")


def co_typicality(
    maps: Float[np.ndarray, "labels H W"], size: int
) -> Float[np.ndarray, "H-{size}+1 W-{size}+1"]:
    """Co-typicality of every window; `maps` are the translations' own, in pixels."""
    return np.median([window_means(map, size) for map in maps], axis=0)


def co_typical_windows(maps: Float[np.ndarray, "labels H W"], size: int, keep: int) -> list[Window]:
    """The best windows of the co-typicality, which do not overlap, best first."""
    return best_windows(co_typicality(maps, size), size, keep)


def window_name(image_id: str, row: int, col: int, size: int) -> str:
    """12 hexadecimal digits for a window of an image."""
    text = f"{image_id}/{row}/{col}/{size}"
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:12]


def looks(pixels: UInt8[np.ndarray, "h w 3"]) -> dict[str, float]:
    """What can be said of a window in plain words: `light` (mean grey value, 0 to 255), `ink`
    (share darker than the middle grey), `edges` (mean length of the gradient) and `colour` (mean
    distance of the channels, 0 to 255)."""
    grey = pixels @ _GREY
    return {
        "light": float(grey.mean()),
        "ink": float((grey < _DARK).mean()),
        "edges": float(edges(pixels).mean()),
        "colour": float(np.ptp(pixels.astype(np.int16), axis=2).mean()),
    }


@dataclass(frozen=True)
class Ranked:
    """Sequences, the most co-typical first: rows of the table they were chosen from, and their
    co-typicality."""

    rows: Int[np.ndarray, " n"]
    typicality: Float[np.ndarray, " n"]


def ranked(curves: Float[np.ndarray, "n labels"], names: list[str], most: int) -> Ranked:
    """The `most` sequences with the highest median over labels; equal ones by name."""
    median = np.median(curves, axis=1) if len(curves) else np.zeros(0)
    order = sorted(range(len(names)), key=lambda row: (-median[row], names[row]))[:most]
    rows = np.array(order, np.int64)
    return Ranked(rows, median[rows])


@dataclass(frozen=True)
class Grouped:
    """Which element of change each sequence belongs to, and how far from its centre; element 0 has
    the highest median co-typicality."""

    change: Int[np.ndarray, " n"]
    distance: Float[np.ndarray, " n"]


def joined(
    features: Float[np.ndarray, "n labels d"], dimensions: int, seed: int
) -> Float[np.ndarray, "n k"]:
    """Each label's features in at most `dimensions`, side by side."""
    dimensions = min(dimensions, features.shape[2])
    parts = [
        reduced(features[:, at], dimensions, neighbours=_NEIGHBOURS, min_dist=0.0, seed=seed)
        for at in range(features.shape[1])
    ]
    return np.concatenate(parts, axis=1)


def grouped(
    features: Float[np.ndarray, "n labels d"],
    typicality: Float[np.ndarray, " n"],
    names: list[str],
    *,
    dimensions: int,
    changes: int,
    seed: int,
) -> Grouped:
    """The elements of change: k-means of the joined features, with eight sequences for each or
    fewer elements. The order in which sequences are listed changes nothing."""
    order = np.argsort(np.array(names, str), kind="stable")
    with threadpool_limits(1):  # the order in which threads add up would show
        places = joined(features[order], dimensions, seed)
        count = min(changes, max(1, len(names) // _PER_CHANGE))
        group = np.zeros(len(names), np.int64)
        if count > 1 and np.ptp(places, axis=0).any():
            group = KMeans(count, n_init=4, random_state=seed).fit(places).labels_.astype(np.int64)
    numbers = np.unique(group)
    medians = [float(np.median(typicality[order][group == number])) for number in numbers.tolist()]
    rank = {int(numbers[at]): place for place, at in enumerate(np.argsort(-np.array(medians)))}
    change, distance = np.zeros(len(names), np.int64), np.zeros(len(names))
    for number, place in rank.items():
        own = group == number
        change[order[own]] = place
        centre = places[own].mean(axis=0)
        distance[order[own]] = np.linalg.norm(places[own] - centre, axis=1)
    return Grouped(change, distance)
