"""Cluster: patches that show the same thing are an element (section 3.3).

    feature of a patch = mean of DIFT inside its window, length 1;  k-means per label
    elements in the order of the median typicality of their patches, patches by distance to centre

The map lays the patches of all labels out in two dimensions by UMAP.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
from jaxtyping import Float, Int
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.metrics import silhouette_samples

from diffmine.config import ClusterConfig
from diffmine.diffusion.dift import features, window_feature
from diffmine.diffusion.model import Model, load_model
from diffmine.diffusion.pixels import to_tensor
from diffmine.engine import Engine, Progress, Report, here, silent
from diffmine.store.atlas import Atlas, Patch
from diffmine.store.schemas import ELEMENTS, FEATURES, PATCHES

_PER_ELEMENT = 8
_MIXED = 0.0
_FEW = 12


def run(
    atlas: Atlas, config: ClusterConfig, *, engine: Engine = here, progress: Progress = silent
) -> Report:
    """Find the elements of every label; writes features/, elements.parquet and the columns
    element, distance, map_x and map_y of patches.parquet."""
    report = Report("cluster")
    if not atlas.begin("cluster", config):
        report.kept = atlas.table("elements", ["element"]).num_rows
        return report.close()
    top = [patch for label in atlas.labels for patch in atlas.patches(label)]
    by_name = _features(atlas, top, config, engine, progress, report)
    matrix = np.stack([by_name[patch.patch_id] for patch in top])  # n d
    columns: dict[str, dict[str, Any]] = {}
    elements: list[dict[str, Any]] = []
    for label in atlas.labels:
        rows = [k for k, patch in enumerate(top) if patch.label == label]
        if rows:
            patches = [top[k] for k in rows]
            found = label_elements(matrix[rows], [p.typicality for p in patches], config)
            elements += [{"label": label, **element} for element in found.elements]
            for patch, element, distance in zip(
                patches, found.element, found.distance, strict=True
            ):
                columns[patch.patch_id] = {"element": int(element), "distance": float(distance)}
        progress("cluster", len(columns), len(top), "patches clustered")
    for patch, (x, y) in zip(top, layout(matrix, config), strict=True):
        columns[patch.patch_id] |= {"map_x": float(x), "map_y": float(y)}
    _write(atlas, columns, elements)
    report.figures["elements"] = len(elements)
    return report.close()


# Features


def _features(
    atlas: Atlas,
    patches: list[Patch],
    config: ClusterConfig,
    engine: Engine,
    progress: Progress,
    report: Report,
) -> dict[str, np.ndarray]:
    """The feature of every patch by its name; parts that are there are not computed again."""
    by_image: dict[str, list[Patch]] = {}
    for patch in patches:
        by_image.setdefault(patch.image_id, []).append(patch)
    images = sorted(by_image)
    shards = [images[k : k + config.shard] for k in range(0, len(images), config.shard)]
    names = [f"features/part-{k:05d}.parquet" for k in range(len(shards))]
    todo = [(n, s) for n, s in zip(names, shards, strict=True) if not atlas.finished(n)]
    report.kept = len(images) - sum(len(shard) for _, shard in todo)
    model = load_model(atlas.needed_model()) if todo else None

    def compute(work: tuple[str, list[str]]) -> int:
        name, shard = work
        assert model is not None
        rows: list[dict[str, Any]] = []
        for image_id in shard:
            rows += _image_rows(atlas, model, image_id, by_image[image_id], config)
            report.done += 1
            progress("cluster", report.kept + report.done, len(images), "images")
        atlas.write(name, rows, FEATURES)
        return len(shard)

    for _ in engine.map(compute, todo):
        pass
    table = atlas.read_parts("features")
    values = np.array(table["feature"].to_pylist(), np.float32)
    return dict(zip(table["patch_id"].to_pylist(), values, strict=True))


def _image_rows(
    atlas: Atlas, model: Model, image_id: str, patches: list[Patch], config: ClusterConfig
) -> list[dict[str, Any]]:
    picture = atlas.pictures.picture(image_id)
    grid = features(
        model,
        model.encode(to_tensor(picture))[0],
        model.trained_prompts().of(patches[0].label),
        image_id,
        timestep=config.timestep,
        up_block=config.up_block,
        noises=config.noises,
        seed=config.seed,
    )
    array = grid.cpu().numpy()
    size = (picture.height, picture.width)
    return [
        {
            "patch_id": patch.patch_id,
            "feature": window_feature(array, (patch.row, patch.col, patch.size), size).astype(
                np.float16
            ),
        }
        for patch in patches
    ]


# Elements


class Found:
    """The elements of a label: which one each patch belongs to, how far from its centre."""

    def __init__(
        self,
        element: Int[np.ndarray, " n"],
        distance: Float[np.ndarray, " n"],
        elements: list[dict[str, Any]],
    ) -> None:
        self.element = element
        self.distance = distance
        self.elements = elements


def label_elements(
    matrix: Float[np.ndarray, "n d"], typicality: Iterable[float], config: ClusterConfig
) -> Found:
    """k-means of the features of one label; element 0 has the highest median typicality.

    `spread` is the mean distance to the centre; an element is `mixed` when its patches are on
    average no nearer to their own element than to the next (silhouette at or below zero).
    """
    values = np.asarray(list(typicality), np.float64)
    count = min(config.elements, max(1, len(matrix) // _PER_ELEMENT))
    means = KMeans(count, n_init=4, random_state=config.seed).fit(matrix)
    medians = [float(np.median(values[means.labels_ == k])) for k in range(count)]
    order = sorted(range(count), key=lambda k: -medians[k])
    place = np.empty(count, int)
    place[order] = np.arange(count)
    element = place[means.labels_]
    distance = np.linalg.norm(matrix - means.cluster_centers_[means.labels_], axis=1)
    apart = silhouette_samples(matrix, element) if 1 < count < len(matrix) else np.ones(len(matrix))
    elements = [
        {
            "element": k,
            "rank": k + 1,
            "median": medians[order[k]],
            "size": int((element == k).sum()),
            "spread": float(distance[element == k].mean()),
            "mixed": bool(apart[element == k].mean() <= _MIXED),
            "name": "",
        }
        for k in range(count)
    ]
    return Found(element, distance.astype(np.float32), elements)


def layout(matrix: Float[np.ndarray, "n d"], config: ClusterConfig) -> Float[np.ndarray, "n 2"]:
    """Two dimensions for the map: UMAP on the cosine, principal components for a dozen or less."""
    if len(matrix) <= _FEW:
        parts = min(2, *matrix.shape)
        flat = PCA(parts).fit_transform(matrix) if len(matrix) > 1 else np.zeros((1, 1))
        return np.pad(flat, ((0, 0), (0, 2 - flat.shape[1]))).astype(np.float32)
    from umap import UMAP

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reducer = UMAP(
            n_neighbors=min(config.neighbours, len(matrix) - 1),
            min_dist=config.min_dist,
            metric="cosine",
            random_state=config.seed,
            n_jobs=1,
        )
        return np.asarray(reducer.fit_transform(matrix), np.float32)


def _write(
    atlas: Atlas, columns: dict[str, dict[str, Any]], elements: list[dict[str, Any]]
) -> None:
    table = atlas.table("patches")
    rows = [{**row, **columns.get(row["patch_id"], {})} for row in table.to_pylist()]
    atlas.write("patches.parquet", pa.Table.from_pylist(rows, PATCHES), PATCHES, group=8192)
    atlas.write("elements.parquet", elements, ELEMENTS)
    atlas.end("cluster")
