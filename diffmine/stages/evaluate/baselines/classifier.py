"""A supervised classifier and where it looks: HOG of the image, logistic regression, occlusion.

    map(x, label) = score of x for the label - score of x with a window greyed out at that place

Each half of the images is judged by the classifier that learned from the other.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float, UInt8
from sklearn.linear_model import LogisticRegression

from diffmine.stages.evaluate.baselines.samples import (
    Mined,
    Sample,
    best_apart,
    cells,
    shrunk,
    side_of,
)

SIDE, CELL = 64, 8
_C = 0.1


def classifier(
    samples: list[Sample], labels: list[str], window: float, keep: int, seed: int
) -> Mined:
    """Occlusion maps of every image under each of its labels, and their highest windows."""
    features = np.stack([_features(sample.grey) for sample in samples])
    mined = Mined()
    machines = {label: _machines(samples, features, label, seed) for label in labels}
    fires: dict[str, list[tuple[float, str, int, int, int, int | None]]] = {}
    for sample in samples:
        own = [k for k in sample.labels if k in labels and machines[k]]
        if not own:
            continue
        side = side_of(window, sample.grey.shape)
        rows, cols = (_places(length, side) for length in sample.grey.shape)
        occluded = np.stack([_features(_grey(sample.grey, r, c, side)) for r in rows for c in cols])
        plain = _features(sample.grey)[None]
        for label in own:
            machine = machines[label][sample.half]
            scores = machine.decision_function(plain) - machine.decision_function(occluded)
            map = scores.reshape(len(rows), len(cols))
            mined.maps[sample.image_id, label] = map
            fires.setdefault(label, []).extend(
                (float(map[i, j]), sample.image_id, r, c, side, None)
                for i, r in enumerate(rows)
                for j, c in enumerate(cols)
            )
    for label, every in fires.items():
        mined.places[label] = best_apart(_sorted(every), keep)
    return mined


def _sorted(
    fires: list[tuple[float, str, int, int, int, int | None]],
) -> Iterator[tuple[float, str, int, int, int, int | None]]:
    yield from sorted(fires, key=lambda fire: (-fire[0], *fire[1:4]))


def _machines(
    samples: list[Sample], features: Float[np.ndarray, "n d"], label: str, seed: int
) -> dict[int, LogisticRegression]:
    """For each half the classifier that learned from the other; empty where it cannot learn."""
    truth = np.array([label in sample.labels for sample in samples])
    half = np.array([sample.half for sample in samples])
    machines = {}
    for judged in (0, 1):
        learn = half != judged
        if len(set(truth[learn].tolist())) < 2:
            return {}
        machine = LogisticRegression(
            C=_C, class_weight="balanced", max_iter=1000, random_state=seed
        )
        machines[judged] = machine.fit(features[learn], truth[learn])
    return machines


def _features(grey: UInt8[np.ndarray, "h w"]) -> Float[np.ndarray, " d"]:
    return cells(shrunk(grey, SIDE), CELL).ravel()


def _places(length: int, side: int) -> list[int]:
    """Upper left corners half a window apart, the last flush with the end."""
    count = max(1, round((length - side) / max(side // 2, 1)) + 1)
    return np.linspace(0, max(length - side, 0), count).round().astype(int).tolist()


def _grey(
    grey: UInt8[np.ndarray, "h w"], row: int, col: int, side: int
) -> UInt8[np.ndarray, "h w"]:
    covered = grey.copy()
    covered[row : row + side, col : col + side] = round(float(grey.mean()))
    return covered
