"""Localisation: every map against the boxes of its label, then means and intervals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from jaxtyping import Float

from diffmine.atlas.reader import Atlas
from diffmine.maths.bootstrap import Bootstrap, interval, mean_of
from diffmine.maths.measures import RECALLS, THRESHOLDS, mask_of, measure
from diffmine.stages.evaluate.cases import Case
from diffmine.stages.evaluate.maps import (
    FOLDERS,
    NAMES,
    MeanMaps,
    judged,
    read_maps,
    scores_of,
    variants,
)
from diffmine.stages.evaluate.priors import BoxPrior, centre_prior

PRIORS = ("centre prior", "boxes prior")
PLAIN = ("ap", "pointing", "near", "prevalence")
ALL = ""
"""The label under which the mean over labels stands."""

Row = dict[str, Any]


@dataclass
class Judged:
    """The measures of one score under one label, image by image."""

    groups: list[int] = field(default_factory=list)
    values: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in PLAIN})
    iou: list[np.ndarray] = field(default_factory=list)
    precision: np.ndarray = field(default_factory=lambda: np.zeros(len(RECALLS)))


class Localisation:
    """Measures by score and label, gathered image by image."""

    def __init__(self) -> None:
        self.judged: dict[tuple[str, str], Judged] = {}

    def add(self, name: str, case: Case, map: Float[np.ndarray, "h w"]) -> None:
        """Judge a map in pixels."""
        mask = mask_of(case.boxes, case.height, case.width)
        measures = measure(map, case.boxes, mask)
        entry = self.judged.setdefault((name, case.label), Judged())
        entry.groups.append(case.group)
        for measured in PLAIN:
            entry.values[measured].append(getattr(measures, measured))
        entry.iou.append(measures.iou.astype(np.float16))
        entry.precision += measures.precision

    def rows(self, labels: list[str], count: int, seed: int) -> list[Row]:
        """For each score the mean over labels (label ""), then each label, with intervals."""
        every = [group for entry in self.judged.values() for group in entry.groups]
        bootstrap = Bootstrap(np.array(every, np.int64), count, seed)
        rows: list[Row] = []
        for name in dict.fromkeys(name for name, _ in self.judged):
            own = [label for label in labels if (name, label) in self.judged]
            results = [_label_row(self.judged[name, label], bootstrap) for label in own]
            rows.append({"score": name, "label": ALL} | _over_labels(results))
            rows += [
                {"score": name, "label": label} | figures
                for label, (figures, _) in zip(own, results, strict=True)
            ]
        return rows

    def curves(self) -> list[Row]:
        """Mean precision of the images at 200 recalls, by score and label."""
        return [
            {
                "score": name,
                "label": label,
                "precision": np.round(entry.precision / len(entry.groups), 4).tolist(),
            }
            for (name, label), entry in self.judged.items()
        ]


def _figures(entry: Judged) -> dict[str, Float[np.ndarray, " n"]]:
    """The values of every figure, image by image; IoU at the threshold that is best on average."""
    values = {name: np.array(numbers) for name, numbers in entry.values.items()}
    iou = np.array(entry.iou, np.float64)
    best = int(iou.mean(axis=0).argmax())
    return values | {"gain": values["ap"] - values["prevalence"], "iou": iou[:, best]}


def _label_row(entry: Judged, bootstrap: Bootstrap) -> tuple[Row, dict[str, np.ndarray]]:
    groups = np.array(entry.groups, np.int64)
    row: Row = {"n": len(groups), "groups": len(np.unique(groups))}
    resampled = {}
    for name, values in _figures(entry).items():
        resampled[name] = bootstrap.means(values, groups)
        row |= _with_interval(name, float(values.mean()), resampled[name])
    best = int(np.array(entry.iou, np.float64).mean(axis=0).argmax())
    return row | {"iou_threshold": float(THRESHOLDS[best])}, resampled


def _over_labels(results: list[tuple[Row, dict[str, np.ndarray]]]) -> Row:
    row: Row = {"n": sum(figures["n"] for figures, _ in results), "groups": None}
    for name in results[0][1]:
        mean = float(np.mean([figures[name] for figures, _ in results]))
        row |= _with_interval(name, mean, mean_of([resampled[name] for _, resampled in results]))
    return row | {"iou_threshold": None}


def _with_interval(name: str, value: float, resampled: np.ndarray) -> Row:
    low, high = interval(resampled)
    return {name: value, f"{name}_low": low, f"{name}_high": high}


# The loop over the maps


def localise(
    atlas: Atlas, cases: list[Case], own: dict[str, list[str]], against: str, window: float
) -> tuple[Localisation, int]:
    """Judge the atlas's maps and both priors on the cases; also the number of cases without a map.

    `own` gives the labels of every image of the atlas (for the mean maps), `window` the side of
    mine's windows as a share of the short side below 1, else in pixels. Priors are judged on the
    cases that have a map, so that all rows stand for the same images.
    """
    localisation = Localisation()
    by_image: dict[str, list[Case]] = {}
    for case in cases:
        by_image.setdefault(case.image_id, []).append(case)
    scored: list[Case] = []
    for folder in FOLDERS:
        means = _mean_maps(atlas, folder, own, against)
        for image_id, maps in _all_maps(atlas, folder, against, set(by_image)):
            for case in by_image[image_id]:
                pixels = (case.height, case.width)
                side = round(window * min(pixels)) if window < 1 else round(window)
                scores = scores_of(maps, case.label, against, folder)
                if scores and folder == "maps":
                    scored.append(case)
                for name, map in variants(scores, case.label, means, pixels, side):
                    localisation.add(name, case, map)
    _judge_priors(localisation, scored)
    return localisation, len(cases) - len(scored)


def _judge_priors(localisation: Localisation, cases: Iterable[Case]) -> None:
    by_label: dict[str, list[Case]] = {}
    for case in cases:
        by_label.setdefault(case.label, []).append(case)
    for own in by_label.values():
        prior = BoxPrior.of(own)
        for case in own:
            localisation.add(PRIORS[0], case, centre_prior(case.height, case.width))
            localisation.add(PRIORS[1], case, prior.without(case))


def _mean_maps(atlas: Atlas, folder: str, own: dict[str, list[str]], against: str) -> MeanMaps:
    means = MeanMaps()
    for image_id, maps in _all_maps(atlas, folder, against, set(own)):
        for label in own[image_id]:
            for name, map in scores_of(maps, label, against, folder).items():
                means.add(label, name, map)
    return means


def _all_maps(
    atlas: Atlas, folder: str, against: str, images: set[str]
) -> Iterator[tuple[str, dict[Any, np.ndarray]]]:
    wanted = cache(lambda score: judged(score, folder, against))
    for part in atlas.parts(folder):
        yield from read_maps(part, lambda name, _, score: name in images and wanted(score))


__all__ = ["ALL", "NAMES", "PRIORS", "Localisation", "localise"]
