"""Discriminative patches after Doersch et al. 2012 (section 4.3), on HOG.

    candidates   random windows of half the label's images
    seeds        those whose nearest neighbours are mostly of the label
    detectors    a linear SVM for each seed, trained three times: on its best windows in the label's
                 images of one half, against its best windows in other images; then the other half
    ranking      share of the label among the images in which a detector fires most

Colour is left out, and windows have one size, as ours have.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterator

import numpy as np
from jaxtyping import Float, Int
from sklearn.exceptions import ConvergenceWarning
from sklearn.svm import LinearSVC

from diffmine.stages.evaluate.baselines.samples import Mined, Sample, best_apart, cells, side_of

SIDE = 6
"""Cells along a window."""
CANDIDATES, SEEDS, NEIGHBOURS = 400, 32, 20
ROUNDS, FIRES, HARD, JUDGED = 3, 5, 100, 20
_C = 0.1


class Bank:
    """The cells of all samples, and their windows as rows of length 1."""

    def __init__(self, samples: list[Sample], window: float) -> None:
        self.samples = samples
        self.sides = [side_of(window, sample.grey.shape) for sample in samples]
        self.steps = [max(2, side // SIDE) for side in self.sides]
        pairs = zip(samples, self.steps, strict=True)
        self.cells = [cells(sample.grey, step) for sample, step in pairs]

    def windows(self, at: int) -> tuple[Float[np.ndarray, "n d"], Int[np.ndarray, "n 2"]]:
        """Every window of a sample, and its (row, col) in pixels; none where it is too small."""
        grid = self.cells[at]
        if min(grid.shape[:2]) < SIDE:
            return np.zeros((0, SIDE * SIDE * 9), np.float32), np.zeros((0, 2), np.int64)
        views = np.lib.stride_tricks.sliding_window_view(grid, (SIDE, SIDE), axis=(0, 1))
        rows, cols = views.shape[:2]
        flat = views.reshape(rows * cols, -1)
        flat = flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-6)
        places = np.stack(np.divmod(np.arange(rows * cols), cols), axis=1) * self.steps[at]
        high, wide = self.samples[at].grey.shape
        limit = np.array([high, wide]) - self.sides[at]
        return flat, np.minimum(places, limit)

    def random(self, chosen: list[int], count: int, seed: int) -> Float[np.ndarray, "n d"]:
        """Random windows of the chosen samples, evenly."""
        chance = np.random.default_rng(seed)
        per_sample = max(1, -(-count // max(len(chosen), 1)))
        parts = []
        for at in chosen:
            rows, _ = self.windows(at)
            if len(rows):
                parts.append(rows[chance.integers(0, len(rows), per_sample)])
        every = np.concatenate(parts) if parts else np.zeros((0, SIDE * SIDE * 9), np.float32)
        return every[chance.permutation(len(every))[:count]]

    def best(
        self, chosen: list[int], detectors: Float[np.ndarray, "k d"]
    ) -> tuple[Float[np.ndarray, "m k"], Float[np.ndarray, "m k d"]]:
        """The best window of each chosen sample for each detector: its score and its features."""
        scores, rows = [], []
        for at in chosen:
            windows, _ = self.windows(at)
            if len(windows):
                answers = windows @ detectors.T  # n k
                best = answers.argmax(axis=0)
                scores.append(answers[best, np.arange(len(detectors))])
                rows.append(windows[best])
        return np.array(scores), np.array(rows)


def discriminative(
    samples: list[Sample], labels: list[str], window: float, keep: int, seed: int
) -> Mined:
    """The patches on which the best detectors of each label fire; their element is the detector."""
    bank, mined = Bank(samples, window), Mined()
    for label in labels:
        own = [at for at, sample in enumerate(samples) if label in sample.labels]
        others = [at for at, sample in enumerate(samples) if label not in sample.labels]
        halves = [
            ([at for at in own if samples[at].half == half],
             [at for at in others if samples[at].half == half])
            for half in (0, 1)
        ]  # fmt: skip
        if all(part for half in halves for part in half):
            detectors = _train(bank, halves, seed)
            mined.places[label] = best_apart(_fires(bank, own, detectors, keep), keep)
    return mined


def _train(bank: Bank, halves: list[tuple[list[int], list[int]]], seed: int) -> np.ndarray:
    """The detectors, purest first, (k, d)."""
    (own, others), _ = halves
    pool = bank.random(own, CANDIDATES, seed)
    other = bank.random(others, CANDIDATES, seed + 1)
    near = pool @ np.concatenate([pool, other]).T  # n 2n
    order = np.argsort(-near, axis=1)[:, :NEIGHBOURS]
    purity = (order < len(pool)).mean(axis=1)
    seeds = np.argsort(-purity, kind="stable")[:SEEDS]
    detectors = np.stack(
        [_svm(pool[order[at][order[at] < len(pool)][:FIRES]], other) for at in seeds]
    )
    for round_ in range(ROUNDS):
        own, others = halves[(round_ + 1) % 2]
        scores, rows = bank.best(own, detectors)
        _, hard = bank.best(others[:HARD], detectors)
        for k in range(len(detectors)):
            fires = np.argsort(-scores[:, k])[:FIRES]
            detectors[k] = _svm(rows[fires, k], np.concatenate([hard[:, k], other]))
    own, others = halves[(ROUNDS + 1) % 2]
    scores = np.concatenate([bank.best(own, detectors)[0], bank.best(others, detectors)[0]])
    top = np.argsort(-scores, axis=0)[: min(JUDGED, len(own))]  # all of them would say nothing
    share = (top < len(own)).mean(axis=0)
    return detectors[np.argsort(-share, kind="stable")]


def _svm(own: np.ndarray, other: np.ndarray) -> np.ndarray:
    machine = LinearSVC(C=_C, class_weight="balanced", random_state=0, max_iter=2000)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        machine.fit(np.concatenate([own, other]), np.r_[np.ones(len(own)), np.zeros(len(other))])
    return np.asarray(machine.coef_[0], np.float32)


def _fires(
    bank: Bank, own: list[int], detectors: np.ndarray, keep: int
) -> Iterator[tuple[float, str, int, int, int, int | None]]:
    """Windows detector by detector, the purest first, each with as many as fill the list."""
    most = -(-keep // len(detectors))
    by_detector: list[list[tuple[float, str, int, int, int, int | None]]] = [[] for _ in detectors]
    for at in own:
        windows, places = bank.windows(at)
        if len(windows):
            scores = windows @ detectors.T
            name, side = bank.samples[at].image_id, bank.sides[at]
            for k, best in enumerate(scores.argmax(axis=0).tolist()):
                row, col = places[best].tolist()
                by_detector[k].append((float(scores[best, k]), name, row, col, side, k))
    ordered = [sorted(fires, key=lambda fire: (-fire[0], fire[1]))[:most] for fires in by_detector]
    yield from itertools.chain.from_iterable(ordered)
