"""A label's list of one kind: the best patches, kept in arrays, and how sure their ranks are.

order: score, highest first (lowest for `least`), then name;  `random` by name alone
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Bool, Int

from diffmine.maths.score import ERRORS, clear

SIGNS = {"top": 1, "least": -1, "random": 0}
CANDIDATE = np.dtype(
    [
        ("merit", "f8"),  # higher is earlier in the list
        ("name", "S12"),
        ("image", "i4"),  # row of images.parquet
        ("group", "i4"),  # -1: none
        ("row", "i4"),
        ("col", "i4"),
        ("size", "i4"),
        ("typicality", "f8"),
        ("se", "f8"),
        ("weight", "f8"),  # score / typicality
    ]
)
_SLACK = 2


def merit(kind: str, score: float, name: str) -> float:
    """What a list is sorted by: 12 hexadecimal digits are exact in a float64."""
    sign = SIGNS[kind]
    return sign * score if sign else -float(int(name, 16))


def patch_name(label: str, kind: str, image: str, place: tuple[int, int, int]) -> str:
    """The name of a patch: 12 hexadecimal digits of what it is."""
    text = f"{label}/{kind}/{image}/{place[0]}/{place[1]}/{place[2]}"
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:12]


@dataclass
class Ranked:
    """The best `keep` candidates of a label and kind, at most `per_group` of a group (0: any).

    Candidates are cut to the best ones whenever there are twice too many. That never
    changes the list: a candidate that is cut has `keep` better ones within the limits of their
    groups, or `per_group` better ones of its own group, and further candidates only add to those.
    """

    kind: str
    keep: int
    per_group: int = 0
    rows: np.ndarray = field(default_factory=lambda: np.empty(0, CANDIDATE))
    cut: bool = False
    floor: float = -np.inf
    """No candidate below this merit can enter any more."""

    def add(self, rows: np.ndarray) -> None:
        """Take in candidates (CANDIDATE)."""
        self.rows = np.concatenate([self.rows, rows])
        if len(self.rows) > _SLACK * self.keep:
            self.prune()

    def prune(self) -> None:
        """Sort, apply the limits, and forget what lies behind them."""
        order = np.lexsort((self.rows["name"], -self.rows["merit"]))
        rows = self.rows[order]
        if self.per_group:
            rows = rows[_count_before(rows["group"]) < self.per_group]
        if len(rows) > self.keep:
            self.cut = True
        self.rows = rows[: self.keep].copy()
        if len(self.rows) == self.keep:
            self.floor = float(self.rows["merit"][-1])


def _count_before(groups: Int[np.ndarray, " n"]) -> Int[np.ndarray, " n"]:
    """How many entries of the same group stand before each; 0 for those without a group."""
    order = np.argsort(groups, kind="stable")
    ordered = groups[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    lengths = np.diff(np.r_[starts, len(ordered)])
    count = np.empty(len(groups), np.int64)
    count[order] = np.arange(len(groups)) - np.repeat(starts, lengths)
    count[groups < 0] = 0
    return count


def rank_interval(
    rows: np.ndarray, kind: str
) -> tuple[Int[np.ndarray, " n"], Int[np.ndarray, " n"]]:
    """For each patch of a sorted list the ranks between which its score lies within two errors.

    From 1 + the number of patches that are better by more than two of its own standard errors to
    the number of those that are not worse by more. Both as the file holds the numbers: float32.
    """
    typicality = rows["typicality"].astype(np.float32).astype(np.float64)
    error = rows["se"].astype(np.float32).astype(np.float64)
    scores = SIGNS[kind] * typicality * rows["weight"]
    reach = ERRORS * error * rows["weight"]
    ascending = np.sort(scores)
    low = 1 + len(rows) - np.searchsorted(ascending, scores + reach, side="right")
    high = len(rows) - np.searchsorted(ascending, scores - reach, side="left")
    return low, high


def inside_noise(rows: np.ndarray, kind: str, cut: bool) -> Bool[np.ndarray, " n"]:
    """Whether a patch cannot be told from zero, or from those that a full list left out."""
    noisy = np.array(
        [
            not clear(float(t), float(e))
            for t, e in zip(rows["typicality"], rows["se"], strict=True)
        ],
        bool,
    )
    if cut and SIGNS[kind]:
        noisy |= rank_interval(rows, kind)[1] >= len(rows)
    return noisy
