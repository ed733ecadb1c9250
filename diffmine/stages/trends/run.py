"""Trends: how an element comes and goes from label to label (section 5.1).

For an element with centre m (mean feature of its patches) and radius r (a quantile of their
distances), an image of label c shows the element if one of its windows lies within r of m
(presence.py):

    share(c) = images of c that show it / images of c,   with a bootstrap band over images

Beside it: the dating curve of a patch (its typicality under every label), the median curve of each
label's best patches, and the co-typicality of a translated patch (equation 4): the
median over labels c of T(x translated to c | c).

The parallel set, all mined images under every label, is a stage of its own (stages/parallel).
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import numpy as np
import pyarrow as pa
from jaxtyping import Bool, Float
from PIL import Image

from diffmine.atlas.balls import Ball, element_balls, features_of
from diffmine.atlas.records import Patch
from diffmine.atlas.schemas import SHOWN, TRENDS
from diffmine.atlas.several import COLUMNS, labels_of
from diffmine.atlas.shards import Outcome, Shard, ShardFunction, run_shards
from diffmine.atlas.trends import GROUP
from diffmine.atlas.writer import Workspace
from diffmine.config import TrendsConfig
from diffmine.engine import Engine, Progress, Report, Tell, here, silent
from diffmine.live.score import score_window
from diffmine.maths.score import Scoring
from diffmine.model.fast.lanes import lanes
from diffmine.model.load import load_model
from diffmine.model.model import Model
from diffmine.stages.trends.presence import Presence, presence


def run(
    atlas: Workspace, config: TrendsConfig, *, engine: Engine = here, progress: Progress = silent
) -> Report:
    """Write trends.parquet, rows of kind element, label, patch and sequence, and shown.parquet, the
    images that show each element."""
    report = Report("trends")
    if atlas.begin("trends", config) is None:
        report.kept = atlas.table("trends", ["kind"]).num_rows
        return report.close()
    rows: list[dict[str, Any]] = []
    elements = element_balls(atlas, config.radius)
    sights = presence(atlas, elements, engine, progress)
    rows += _element_rows(atlas, config, elements, sights)
    rows += _curves(atlas, config, engine, progress)
    rows += _sequence_rows(atlas)
    atlas.write("trends.parquet", rows, TRENDS, group=GROUP)
    atlas.write("shown.parquet", _shown(atlas, elements, sights), SHOWN, group=GROUP)
    report.done = len(rows)
    atlas.end("trends")
    return report.close()


# Elements over the labels


def shown(
    centre: Float[np.ndarray, " d"], radius: float, matrix: Float[np.ndarray, "n d"]
) -> Bool[np.ndarray, " n"]:
    """Which patches lie within `radius` of an element's centre."""
    return np.asarray(np.linalg.norm(matrix - centre, axis=1) <= radius)


def share_band(
    hits: int, images: int, resamples: int, chance: np.random.Generator
) -> tuple[float, float, float]:
    """Share of images and its 95 % band, by resampling images."""
    if not images:
        return float("nan"), float("nan"), float("nan")
    share = hits / images
    again = chance.binomial(images, share, resamples) / images
    low, high = np.quantile(again, [0.025, 0.975])
    return share, float(low), float(high)


def _shown(atlas: Workspace, elements: list[Ball], sights: Presence) -> pa.Table:
    """Element by element the images that show it, in their order, under their label or labels."""
    images = atlas.table("images")["image_id"]
    element, case = sights.pairs.T
    labels = pa.array([ball.label for ball in elements], pa.string())
    numbers = pa.array([ball.element for ball in elements], pa.int32())
    targets = pa.array(atlas.labels, pa.string())
    columns = [
        labels.take(pa.array(element)),
        numbers.take(pa.array(element)),
        targets.take(pa.array(sights.targets[case])),
        images.take(pa.array(sights.images[case])),
    ]
    return pa.table(columns, schema=SHOWN)


def _element_rows(
    atlas: Workspace, config: TrendsConfig, elements: list[Ball], sights: Presence
) -> list[dict[str, Any]]:
    if not elements:
        return []
    patches = [patch for label in atlas.labels for patch in atlas.patches(label)]
    matrix = features_of(atlas, patches)
    labels = np.array([patch.label for patch in patches])
    values = np.array([patch.typicality for patch in patches])
    images = _images_of(atlas)
    chance = np.random.default_rng(config.seed)
    counted = sights.counts(len(elements), len(atlas.labels))
    rows = []
    for element, counts in zip(elements, counted.tolist(), strict=True):
        hit = shown(element.centre, element.radius, matrix)
        for target, count in zip(atlas.labels, counts, strict=True):
            here_too = hit & (labels == target)
            share, low, high = share_band(count, images[target], config.bootstrap, chance)
            median = float(np.median(values[here_too])) if here_too.any() else float("nan")
            rows.append(
                _row("element", element.label, target, element=element.element)
                | {"share": share, "low": low, "high": high}
                | {"typicality": median, "n": images[target]}
            )
    return rows


def _images_of(atlas: Workspace) -> Counter[str]:
    """How many images each label has."""
    return Counter(label for own in labels_of(atlas.table("images", COLUMNS)) for label in own)


# Patches under every label


@dataclass
class CurveShard(ShardFunction):
    """Scores patches under every label."""

    draws: int

    def __call__(self, shard: Shard[list[Patch]], tell: Tell) -> Outcome:
        """The scores of each patch of the shard, as JSON."""
        scores: list[list[tuple[float, float]]] = []
        how = self.atlas.scoring(self.draws)
        work = ((patch, self.atlas.pictures.picture(patch.image_id)) for patch in shard.work)
        with lanes(self.model.device, how.batch) as side:
            score = partial(self._curve, replace(how, batch=side.rows(how.batch)))
            for done, curve in enumerate(side.map(score, work), start=1):
                scores.append(curve)
                tell(done)
        return Outcome({shard.files[0]: json.dumps({"scores": scores}).encode()})

    def _curve(self, how: Scoring, work: tuple[Patch, Image.Image]) -> list[tuple[float, float]]:
        patch, picture = work
        window = (patch.row, patch.col, patch.size)
        curve = score_window(self.model, picture, window, self.atlas.labels, how, patch.image_id)
        return [(score.typicality, score.se) for score in curve]

    @cached_property
    def model(self) -> Model:
        """The atlas's model."""
        return load_model(self.atlas.needed_model())


def _curves(
    atlas: Workspace, config: TrendsConfig, engine: Engine, progress: Progress
) -> list[dict[str, Any]]:
    """Dating curves of each label's best patches, and each label's median curve."""
    best = [atlas.patches(label, "top", 0, config.per_label) for label in atlas.labels]
    best = [patches for patches in best if patches]
    if not best or atlas.model_path is None:
        return []
    names = [f"curves-{number:05d}" for number in range(len(best))]
    run_shards(
        atlas,
        [
            Shard((f"work/trends/{name}.json",), len(patches), patches)
            for name, patches in zip(names, best, strict=True)
        ],
        CurveShard(atlas.path, config.draws),
        engine=engine,
        progress=progress,
        report=Report("trends"),
        unit="patches under all labels",
    )
    rows: list[dict[str, Any]] = []
    medians: list[dict[str, Any]] = []
    for name, patches in zip(names, best, strict=True):
        note = atlas.note_of("trends", name)
        assert note is not None
        values: dict[str, list[float]] = {target: [] for target in atlas.labels}
        for patch, scores in zip(patches, note["scores"], strict=True):
            for target, (typicality, se) in zip(atlas.labels, scores, strict=True):
                values[target].append(typicality)
                rows.append(
                    _row("patch", patch.label, target, patch_id=patch.patch_id)
                    | {"typicality": typicality, "se": se}
                )
        medians += [_median_row(patches[0].label, *pair) for pair in values.items()]
    return rows + medians


def _median_row(label: str, target: str, values: list[float]) -> dict[str, Any]:
    low, high = np.quantile(values, [0.25, 0.75])
    row = _row("label", label, target) | {"typicality": float(np.median(values))}
    return row | {"low": float(low), "high": float(high), "n": len(values)}


# Sequences


def _sequence_rows(atlas: Workspace) -> list[dict[str, Any]]:
    """Co-typicality (equation 4) of every patch that was translated into all labels."""
    if not atlas.parts("translations"):
        return []
    columns = ["patch_id", "label", "target", "typicality_after"]
    scores: dict[tuple[str, str], list[float]] = {}
    for row in atlas.read_parts("translations", columns).to_pylist():
        scores.setdefault((row["label"], row["patch_id"]), []).append(row["typicality_after"])
    rows = []
    for (label, patch_id), values in scores.items():
        element = atlas.patch(patch_id).element
        rows.append(
            _row("sequence", label, label, element=element, patch_id=patch_id)
            | {"typicality": float(np.median(values)), "n": len(values)}
        )
    return sorted(rows, key=lambda row: (atlas.labels.index(row["label"]), -row["typicality"]))


def _row(
    kind: str, label: str, target: str, element: int | None = None, patch_id: str | None = None
) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(TRENDS.names)
    return row | {
        "kind": kind,
        "label": label,
        "target": target,
        "element": element,
        "patch_id": patch_id,
    }
