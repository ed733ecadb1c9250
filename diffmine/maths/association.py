"""Whether something that need not belong to the labels (a camera, a format, a border) tells them.

    O = pictures of label l at level k,    E = pictures of l * pictures at k / all pictures
    X2 = sum over labels and levels of (O - E)^2 / E                                     (Pearson)
    p  = how often X2 is as large when levels are dealt to the pictures at random

with labels that a picture may have several of. The dealing stops when X2 was reached STOP times,
which keeps p valid (Besag and Clifford 1991); p of several things is multiplied as by Holm (1979).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy.random import Generator

DEALS = 999
STOP = 20
LEVEL = 0.05
LEVELS = 12
"""Levels of one thing at most; rarer ones are one level."""
BINS = 8
"""Levels of a number."""
_RARE = 2
_LEAST_PICTURES = 6


@dataclass(frozen=True)
class Labels:
    """The labels of pictures: label `label[j]` of picture `picture[j]`, of `pictures` pictures and
    `labels` labels."""

    picture: Int[np.ndarray, " m"]
    label: Int[np.ndarray, " m"]
    pictures: int
    labels: int

    @property
    def counts(self) -> Int[np.ndarray, " labels"]:
        """Pictures of each label."""
        return np.bincount(self.label, minlength=self.labels)

    @property
    def single(self) -> bool:
        """Whether every picture has one label."""
        return len(self.picture) == self.pictures

    def of(self, rows: Int[np.ndarray, " k"]) -> Labels:
        """Those of some pictures."""
        place = np.full(self.pictures, -1)
        place[rows] = np.arange(len(rows))
        inside = place[self.picture] >= 0
        return Labels(place[self.picture[inside]], self.label[inside], len(rows), self.labels)

    def table(self, levels: Int[np.ndarray, " n"], count: int) -> Int[np.ndarray, "labels levels"]:
        """How many pictures of each label are at each of `count` levels."""
        codes = self.label * count + levels[self.picture]
        return np.bincount(codes, minlength=self.labels * count).reshape(self.labels, count)


@dataclass(frozen=True)
class Split:
    """A way to divide pictures in two by one thing: at level `level`, or with a number of at least
    `least`, or (`below`) of less. `inside` are the pictures it takes."""

    inside: Bool[np.ndarray, " n"]
    level: str = ""
    least: float | None = None
    below: bool = False


@dataclass(frozen=True)
class Association:
    """How a thing goes with labels. `inside` of `n` pictures of `label` and `outside` of the `m`
    others are in `split`. Knowing the thing alone tells the label of the share `accuracy` of
    pictures (labels weighing the same), between `low` and `high` (95 %), where guessing tells
    `chance`; of pictures with several labels, whether a picture is of `label`."""

    p: float
    label: int
    split: Split
    inside: int
    n: int
    outside: int
    m: int
    accuracy: float
    low: float
    high: float
    chance: float


def levels_of(values: Sequence[str]) -> tuple[Int[np.ndarray, " n"], list[str]]:
    """Texts as numbers of their levels, the commonest first; those beyond LEVELS, and those of one
    picture, are one level at the end."""
    known, codes, counts = np.unique(
        np.array(values, dtype=object).astype(str), return_inverse=True, return_counts=True
    )
    order = sorted(range(len(known)), key=lambda k: (-counts[k], known[k]))
    often = [k for k in order if counts[k] >= _RARE][:LEVELS]
    place = np.full(len(known), len(often))
    place[often] = np.arange(len(often))
    return place[codes.ravel()], [str(known[k]) for k in often]


def bins_of(values: Float[np.ndarray, " n"]) -> tuple[Int[np.ndarray, " n"], list[float]]:
    """Numbers as numbers of bins of about as many pictures, and the least value of each but the
    first; NaN, which is no number, is a bin at the end."""
    known = values[np.isfinite(values)]
    if not len(known):
        return np.zeros(len(values), np.int64), []
    inner = np.quantile(known, np.arange(1, BINS) / BINS, method="higher")
    cuts = [float(cut) for cut in np.unique(inner) if cut > known.min()]
    codes = np.searchsorted(cuts, values, side="right")
    codes[~np.isfinite(values)] = len(cuts) + 1
    return codes, cuts


def association(
    labels: Labels,
    values: Sequence[str] | Float[np.ndarray, " n"],
    chance: Generator,
    tested: Int[np.ndarray, " k"] | None = None,
) -> Association | None:
    """How a thing with `values`, texts or numbers, goes with labels; None where it is the same in
    all pictures, or they are too few.

    What is counted is counted in all pictures; p and the accuracy come of those `tested`, of which
    none belongs together with another.
    """
    rows = np.arange(labels.pictures) if tested is None else tested
    codes, splits = _levels(values)
    own, codes = labels.of(rows), codes[rows]
    levels, codes = np.unique(codes, return_inverse=True)
    present = int((own.counts > 0).sum())
    if len(levels) < 2 or present < 2 or len(rows) < _LEAST_PICTURES:
        return None
    p = deal(own, codes.ravel(), len(levels), chance)
    label, split = _most_telling(own, [s.inside[rows] for s in splits])
    inside = np.bincount(
        labels.label[splits[split].inside[labels.picture]], minlength=labels.labels
    )
    count, hits = int(labels.counts[label]), int(inside[label])
    outside = int(splits[split].inside.sum()) - hits
    accuracy, error, guess = (
        told(own.table(codes.ravel(), len(levels)))
        if own.single
        else _told_one(own, label, splits[split].inside[rows])
    )
    low, high = max(0.0, accuracy - 1.96 * error), min(1.0, accuracy + 1.96 * error)
    others = labels.pictures - count
    return Association(
        p, label, splits[split], hits, count, outside, others, accuracy, low, high, guess
    )


def holm(ps: Sequence[float]) -> list[float]:
    """p-values of several tests, so that with no effect at all one of them is below 0.05 in at most
    one of twenty cases (Holm 1979)."""
    order = sorted(range(len(ps)), key=lambda k: ps[k])
    adjusted, most = [0.0] * len(ps), 0.0
    for rank, k in enumerate(order):
        most = max(most, min(1.0, (len(ps) - rank) * ps[k]))
        adjusted[k] = most
    return adjusted


def chi_square(
    table: Int[np.ndarray, "labels levels"], levels: Int[np.ndarray, " levels"]
) -> float:
    """X2 of a table of labels and levels, where `levels` are the pictures at each level."""
    labels = table.sum(axis=1, keepdims=True)
    inside = labels[:, 0] > 0
    expected = labels[inside] * (levels / levels.sum())
    return float(((table[inside] - expected) ** 2 / expected).sum())


def deal(labels: Labels, codes: Int[np.ndarray, " n"], count: int, chance: Generator) -> float:
    """The p-value of levels `codes`, each of `count` levels taken by some picture."""
    levels = np.bincount(codes, minlength=count)
    reached = chi_square(labels.table(codes, count), levels) * (1 - 1e-9)
    hits, codes = 0, codes.copy()
    for number in range(1, DEALS + 1):
        chance.shuffle(codes)
        hits += chi_square(labels.table(codes, count), levels) >= reached
        if hits == STOP:
            return hits / number
    return (hits + 1) / (DEALS + 1)


def told(table: Int[np.ndarray, "labels levels"]) -> tuple[float, float, float]:
    """The share of labels that the level tells, labels weighing the same, its standard error, and
    that of a guess. Each picture is judged by the others: its label is taken to be the one with the
    largest share of its pictures at the level, ties counting in part."""
    own = table[table.sum(axis=1) > 0].astype(np.float64)  # l k
    sizes = own.sum(axis=1, keepdims=True)
    shares = own / sizes
    mine = np.where(
        sizes > 1, (own - 1) / np.maximum(sizes - 1, 1), 0
    )  # without the picture itself
    order = np.sort(shares, axis=0)
    best = np.where(shares == order[-1], order[-2], order[-1])  # of the other labels
    tied = (shares[None] == mine[:, None]).sum(axis=1) - (shares == mine)
    hit = np.where(mine > best, 1.0, np.where((mine == best) & (mine > 0), 1 / (1 + tied), 0.0))
    right = (own * hit).sum(axis=1) / sizes[:, 0]
    error = np.sqrt((right * (1 - right) / sizes[:, 0]).sum()) / len(own)
    return float(right.mean()), float(error), 1 / len(own)


def _told_one(
    labels: Labels, label: int, inside: Bool[np.ndarray, " n"]
) -> tuple[float, float, float]:
    """The same of pictures with a label and those without it, by being inside or not."""
    has = np.zeros(labels.pictures, bool)
    has[labels.picture[labels.label == label]] = True
    right = [np.mean(inside[has]), 1 - np.mean(inside[~has])]
    counts = [has.sum(), (~has).sum()]
    error = np.sqrt(sum(r * (1 - r) / n for r, n in zip(right, counts, strict=True))) / 2
    return float(np.mean(right)), float(error), 0.5


def _levels(
    values: Sequence[str] | Float[np.ndarray, " n"],
) -> tuple[Int[np.ndarray, " n"], list[Split]]:
    """The level of each picture, and the ways to divide pictures by it."""
    if isinstance(values, np.ndarray):
        codes, cuts = bins_of(values)
        known = np.isfinite(values)
        splits = [Split(values >= cut, least=cut) for cut in cuts]
        splits += [Split(known & (values < cut), least=cut, below=True) for cut in cuts]
        if known.any() and not known.all():
            splits.append(Split(known, least=float(values[known].min())))
        return codes, splits
    codes, names = levels_of(values)
    return codes, [Split(codes == k, name) for k, name in enumerate(names)]


def _most_telling(labels: Labels, splits: list[Bool[np.ndarray, " n"]]) -> tuple[int, int]:
    """The label and the way to divide that are furthest from chance, in standard deviations of the
    hypergeometric distribution, where more of the label are inside than of the others."""
    sizes, total = labels.counts.astype(np.float64), labels.pictures
    best, where = -np.inf, (0, 0)
    for number, inside in enumerate(splits):
        hits = np.bincount(labels.label[inside[labels.picture]], minlength=labels.labels)
        share = inside.mean()
        spread = sizes * share * (1 - share) * (total - sizes) / max(total - 1, 1)
        away = np.where(spread > 0, (hits - sizes * share) / np.sqrt(np.maximum(spread, 1e-12)), 0)
        if away.max() > best:
            best, where = float(away.max()), (int(away.argmax()), number)
    return where


def independent(groups: Sequence[str], order: Callable[[int], object]) -> Int[np.ndarray, " k"]:
    """Rows of one picture of each group, the first in an order, and of all that are of none."""
    first: dict[str, int] = {}
    alone = []
    for row, group in enumerate(groups):
        if not group:
            alone.append(row)
        elif group not in first or order(row) < order(first[group]):  # type: ignore[operator]
            first[group] = row
    return np.array(sorted([*alone, *first.values()]), np.int64)
