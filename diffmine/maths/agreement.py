"""How far two ways of mining the same images agree: patches in common, and rank correlation.

    overlap at K   = share of one list's first K patches of which the other's first K hold one whose
                     window in the same image shares more than half with it    (maths/overlap.py)
    by chance      = the same for K of the windows of a list at random places
    correlation    = Spearman's: Pearson's of the ranks, ties by their mean rank

In a resample an item counts as often as its group was drawn, in the ranks too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Bool, Float, Shaped

from diffmine.maths.overlap import HALF, Window, iou
from diffmine.maths.windows import random_places

Places = Sequence[tuple[int, Window]]
"""Windows of a list in its order, each with the number of its image."""
_ROUNDS = 200
_AT_ONCE = 2**22


def matched(one: Places, other: Places) -> Bool[np.ndarray, " n"]:
    """Which windows of one list the other one holds too."""
    by_image: dict[int, list[Window]] = {}
    for image, window in other:
        by_image.setdefault(image, []).append(window)
    return np.array(
        [any(iou(window, at) > HALF for at in by_image.get(image, [])) for image, window in one],
        bool,
    )


def by_chance(
    one: Places, share: float, pixels: Mapping[int, tuple[int, int]], per_image: int, seed: str
) -> float:
    """The share of a list's windows that a list of windows at random places is expected to hold:
    `per_image` of every image, of which `share` are taken.

    `pixels` are height and width of the images. Windows lie at random as those that mine takes for
    comparison do, in 200 drawings of each image.
    """
    if not one:
        return float("nan")
    hits = 0
    by_image: dict[int, list[Window]] = {}
    for image, window in one:
        by_image.setdefault(image, []).append(window)
    for image, windows in by_image.items():
        sizes = sorted({size for _, _, size in windows})
        for at in range(_ROUNDS):
            drawn = random_places(pixels[image], sizes, per_image, f"{seed}/{image}/{at}")
            hits += sum(any(iou(window, place) > HALF for place in drawn) for window in windows)
    return share * hits / (_ROUNDS * len(one))


def spearman(
    one: Float[np.ndarray, " n"],
    other: Float[np.ndarray, " n"],
    weights: Shaped[np.ndarray, "b n"] | None = None,
) -> Float[np.ndarray, " b"]:
    """Rank correlation of two scores of the same items, -1 to 1, in each resample (`weights`: how
    often it holds each item; None: once). NaN where either is the same for all."""
    weights = np.ones((1, len(one))) if weights is None else weights
    step = max(1, _AT_ONCE // max(len(one), 1))
    parts = [
        _pearson(_ranks(one, some), _ranks(other, some), some)
        for start in range(0, len(weights), step)
        for some in [weights[start : start + step].astype(np.float64)]
    ]
    return np.concatenate(parts)


def _ranks(
    values: Float[np.ndarray, " n"], weights: Float[np.ndarray, "b n"]
) -> Float[np.ndarray, "b n"]:
    """Mean rank of each item among all copies of all items."""
    known, which = np.unique(values, return_inverse=True)
    order = np.argsort(which, kind="stable")
    starts = np.searchsorted(which[order], np.arange(len(known)))
    counts = np.add.reduceat(weights[:, order], starts, axis=1) if len(known) else weights
    ranks = counts.cumsum(axis=1) - counts / 2
    return np.asarray(ranks[:, which])


def _pearson(
    one: Float[np.ndarray, "b n"],
    other: Float[np.ndarray, "b n"],
    weights: Float[np.ndarray, "b n"],
) -> Float[np.ndarray, " b"]:
    with np.errstate(invalid="ignore", divide="ignore"):
        total = weights.sum(axis=1)
        one = one - ((weights * one).sum(axis=1) / total)[:, None]
        other = other - ((weights * other).sum(axis=1) / total)[:, None]
        both = (weights * one * other).sum(axis=1)
        squares = (weights * one**2).sum(axis=1) * (weights * other**2).sum(axis=1)
        return np.where(squares > 0, both / np.sqrt(squares), np.nan)
