"""Trends: how an element comes and goes from label to label (section 5.1).

For an element with centre m (mean feature of its patches) and radius r (a quantile of their
distances), an image of label c shows the element if one of its windows lies within r of m
(presence.py):

    share(c) = images of c that show it / images of c,   with a bootstrap band over images

Beside it: the dating curve of a patch (its typicality under every label), the median curve of each
label's best patches, and the co-typicality of a translated patch (equation 4): the
median over labels c of T(x translated to c | c).

With `parallel`, mined images are translated into every label (diffmine/parallel): co-typical
sequences grouped into elements of change, and counts of what the translations add and remove.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from jaxtyping import Bool, Float

from diffmine.config import TrendsConfig
from diffmine.diffusion.draws import draws
from diffmine.diffusion.model import Model, load_model
from diffmine.diffusion.pixels import to_tensor
from diffmine.diffusion.score import Score, window_scores
from diffmine.engine import Engine, Progress, Report, here, silent
from diffmine.parallel.shards import translate_all
from diffmine.parallel.tables import Element, write_tables
from diffmine.presence import presence
from diffmine.store.atlas import Atlas, Patch
from diffmine.store.schemas import TRENDS
from diffmine.store.several import COLUMNS, labels_of
from diffmine.store.trends import GROUP

_BATCH = 128


def run(
    atlas: Atlas, config: TrendsConfig, *, engine: Engine = here, progress: Progress = silent
) -> Report:
    """Write trends.parquet: rows of kind element, label, patch and sequence."""
    report = Report("trends")
    if not atlas.begin("trends", config):
        report.kept = atlas.table("trends", ["kind"]).num_rows
        return report.close()
    rows: list[dict[str, Any]] = []
    rows += _element_rows(atlas, config, engine, progress)
    rows += _curves(atlas, config, progress)
    rows += _sequence_rows(atlas)
    atlas.write("trends.parquet", rows, TRENDS, group=GROUP)
    report.done = len(rows)
    if config.parallel:
        made = Report("parallel set")
        translate_all(atlas, config, engine, progress, made)
        figures = write_tables(atlas, config, _elements(atlas, config))
        report.figures |= {"translated": float(made.done), "kept": float(made.kept)} | figures
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


def _element_rows(
    atlas: Atlas, config: TrendsConfig, engine: Engine, progress: Progress
) -> list[dict[str, Any]]:
    patches = [patch for label in atlas.labels for patch in atlas.patches(label)]
    if not patches:
        return []
    matrix = _features(atlas, patches)
    labels = np.array([patch.label for patch in patches])
    values = np.array([patch.typicality for patch in patches])
    images = _images_of(atlas)
    chance = np.random.default_rng(config.seed)
    elements = _balls(atlas, patches, matrix, config.radius)
    counted = presence(atlas, elements, engine, progress)
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


def _elements(atlas: Atlas, config: TrendsConfig) -> list[Element]:
    patches = [patch for label in atlas.labels for patch in atlas.patches(label)]
    return _balls(atlas, patches, _features(atlas, patches), config.radius) if patches else []


def _balls(
    atlas: Atlas, patches: list[Patch], matrix: Float[np.ndarray, "n d"], share: float
) -> list[Element]:
    """Every element with its centre and radius; `matrix` holds the features of all top patches."""
    labels = np.array([patch.label for patch in patches])
    found = []
    for row in atlas.table("elements").to_pylist():
        own = (labels == row["label"]) & _member(patches, row["element"])
        centre = matrix[own].mean(axis=0)
        radius = float(np.quantile(np.linalg.norm(matrix[own] - centre, axis=1), share))
        found.append(Element(row["label"], row["element"], centre, radius))
    return found


def _member(patches: list[Patch], element: int) -> Bool[np.ndarray, " n"]:
    return np.array([patch.element == element for patch in patches])


def _features(atlas: Atlas, patches: list[Patch]) -> Float[np.ndarray, "n d"]:
    table = atlas.read_parts("features")
    values = np.array(table["feature"].to_pylist(), np.float32)
    by_name = dict(zip(table["patch_id"].to_pylist(), values, strict=True))
    return np.stack([by_name[patch.patch_id] for patch in patches])


def _images_of(atlas: Atlas) -> Counter[str]:
    """How many images each label has."""
    return Counter(label for own in labels_of(atlas.table("images", COLUMNS)) for label in own)


# Patches under every label


def _curves(atlas: Atlas, config: TrendsConfig, progress: Progress) -> list[dict[str, Any]]:
    """Dating curves of each label's best patches, and each label's median curve."""
    patches = [
        p for label in atlas.labels for p in atlas.patches(label, "top", 0, config.per_label)
    ]
    if not patches or atlas.model_path is None:
        return []
    model = load_model(atlas.model_path)
    rows: list[dict[str, Any]] = []
    found: dict[tuple[str, str], list[float]] = {}
    for done, patch in enumerate(patches, start=1):
        for target, score in zip(atlas.labels, _scores(atlas, model, patch, config), strict=True):
            found.setdefault((patch.label, target), []).append(score.typicality)
            rows.append(
                _row("patch", patch.label, target, patch_id=patch.patch_id)
                | {"typicality": score.typicality, "se": score.se}
            )
        progress("trends", done, len(patches), "dating curves")
    for (label, target), values in found.items():
        low, high = np.quantile(values, [0.25, 0.75])
        rows.append(
            _row("label", label, target)
            | {"typicality": float(np.median(values)), "low": float(low), "high": float(high)}
            | {"n": len(values)}
        )
    return rows


def _scores(atlas: Atlas, model: Model, patch: Patch, config: TrendsConfig) -> list[Score]:
    picture = atlas.pictures.picture(patch.image_id)
    latent = model.encode(to_tensor(picture))[0]  # c h w
    shape = (latent.shape[0], latent.shape[1], latent.shape[2])
    drawn = draws(patch.image_id, config.draws, shape, model.trained_prompts().t_range)
    window, size = (patch.row, patch.col, patch.size), (picture.height, picture.width)
    return window_scores(model, latent, drawn, atlas.labels, window, size, _BATCH)


# Sequences


def _sequence_rows(atlas: Atlas) -> list[dict[str, Any]]:
    """Co-typicality (equation 4) of every patch that was translated into all labels."""
    if not atlas.parts("translations"):
        return []
    columns = ["patch_id", "label", "target", "typicality_after"]
    found: dict[tuple[str, str], list[float]] = {}
    for row in atlas.read_parts("translations", columns).to_pylist():
        found.setdefault((row["label"], row["patch_id"]), []).append(row["typicality_after"])
    rows = []
    for (label, patch_id), values in found.items():
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
