"""Cluster: patches that show the same thing are an element (section 3.3).

    feature of a patch = mean of DIFT inside its window, length 1;  k-means per label
    elements in the order of the median typicality of their patches, patches by distance to centre

The centre of an element is the mean feature of its patches. Two elements of a label may be the same
when their centres are nearer to each other than the patches of either are to their own centre:

    |m_a - m_b| < min(spread_a, spread_b),   spread = mean distance of its patches to the centre m

The map lays patches out in two dimensions by UMAP: those of all labels, and each label's own.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from jaxtyping import Float, Int
from sklearn.cluster import HDBSCAN, KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import silhouette_samples
from threadpoolctl import threadpool_limits

from diffmine.atlas.manifest import key_of
from diffmine.atlas.neighbours import feature_matrix
from diffmine.atlas.records import Patch
from diffmine.atlas.schemas import ELEMENTS, PATCHES
from diffmine.atlas.shards import Outcome, Shard, ShardFunction, run_shards
from diffmine.atlas.writer import Workspace
from diffmine.config import ClusterConfig
from diffmine.engine import Engine, Progress, Report, Tell, here, phase, silent
from diffmine.maths.elements import MIXED, alike
from diffmine.maths.layout import layout
from diffmine.model.dift import window_feature
from diffmine.model.features import Case, grids
from diffmine.model.load import load_model
from diffmine.model.model import Model

_PER_ELEMENT = 8
_MOST_COMPARED = 10_000
_NONE = -1


def run(
    atlas: Workspace, config: ClusterConfig, *, engine: Engine = here, progress: Progress = silent
) -> Report:
    """Find the elements of every label; writes features/, elements.parquet and the columns
    element, distance, map_x, map_y, own_x and own_y of patches.parquet."""
    report = Report("cluster")
    read = _features_key(atlas, atlas.configured(ClusterConfig)) if atlas.fresh("cluster") else ""
    begun = atlas.begin("cluster", config)
    if begun is None:
        report.kept = atlas.table("elements", ["element"]).num_rows
        return report.close()
    config = begun
    _keep_features(atlas, config, read)
    top = [patch for label in atlas.labels for patch in atlas.patches(label)]
    top.sort(key=lambda patch: patch.patch_id)
    matrix = _features(atlas, top, config, engine, progress, report)  # n d
    phase(progress, "cluster", "laying out the map")
    columns: dict[str, dict[str, Any]] = {
        patch.patch_id: {"map_x": float(x), "map_y": float(y)}
        for patch, (x, y) in zip(top, _places(matrix, config), strict=True)
    }
    elements: list[dict[str, Any]] = []
    for label in atlas.labels:
        rows = [k for k, patch in enumerate(top) if patch.label == label]
        clustering = label_elements(matrix[rows], [top[k].typicality for k in rows], config)
        elements += [_element_row(label, element) for element in clustering.elements]
        own = _places(matrix[rows], config)
        for k, element, distance, (x, y) in zip(
            rows, clustering.element.tolist(), clustering.distance.tolist(), own, strict=True
        ):
            columns[top[k].patch_id] |= {
                "element": None if element == _NONE else element,
                "distance": None if element == _NONE else distance,
                "own_x": float(x),
                "own_y": float(y),
            }
        progress("cluster", len(elements), len(elements), "elements", label)
    report.figures |= _figures(elements, columns)
    report.figures |= _write(atlas, columns, elements)
    return report.close()


def _figures(
    elements: list[dict[str, Any]], columns: dict[str, dict[str, Any]]
) -> dict[str, float]:
    """How many elements there are, the shares of mixed ones and of patches in none, and how many
    may be the same as another."""
    alone = sum(row["element"] is None for row in columns.values())
    return {
        "elements": float(len(elements)),
        "mixed": sum(row["mixed"] for row in elements) / max(len(elements), 1),
        "alike": float(sum(row["like_element"] is not None for row in elements)),
        "in none": alone / max(len(columns), 1),
    }


# Features


def _features_key(atlas: Workspace, config: ClusterConfig) -> str:
    """What the features of patches depend on, and in which shards they stand."""
    fields = (config.timestep, config.up_block, config.noises, config.seed, config.shard)
    return key_of("features", fields, [atlas.manifest.keys.get(n, "") for n in ("mine", "model")])


def _keep_features(atlas: Workspace, config: ClusterConfig, fresh: str) -> None:
    """Drop features that were read otherwise; `fresh` is the key of those of an atlas that was up
    to date, for older ones do not keep it."""
    keys, key = atlas.manifest.keys, _features_key(atlas, config)
    if key not in (keys.get("features"), fresh):
        atlas.remove("features/")
    keys["features"] = key
    atlas.save()


@dataclass
class FeatureShard(ShardFunction):
    """Reads the features of patches, image by image."""

    config: ClusterConfig

    def __call__(self, shard: Shard[list[list[Patch]]], tell: Tell) -> Outcome:
        """The features of the patches of each image of the shard."""
        features: dict[str, np.ndarray] = {}
        of_image = {patches[0].image_id: patches for patches in shard.work}
        picture = self.atlas.pictures.picture
        cases = (Case(name, own[0].label, picture(name)) for name, own in of_image.items())
        for done, grid in enumerate(grids(self.model, cases, self.config), start=1):
            for patch in of_image[grid.image_id]:
                window = (patch.row, patch.col, patch.size)
                feature = window_feature(grid.cells, window, grid.size)
                features[patch.patch_id] = feature.astype(np.float16)
            tell(done)
        order = [patch.patch_id for patches in shard.work for patch in patches]
        rows = [{"patch_id": name, "feature": features[name]} for name in order]
        return Outcome({shard.files[0]: rows})

    @cached_property
    def model(self) -> Model:
        """The atlas's model."""
        return load_model(self.atlas.needed_model())


def _features(
    atlas: Workspace,
    patches: list[Patch],
    config: ClusterConfig,
    engine: Engine,
    progress: Progress,
    report: Report,
) -> Float[np.ndarray, "n d"]:
    """The feature of every patch, in their order; parts that are there are not computed again."""
    if not patches:
        return np.zeros((0, 1), np.float32)
    by_image: dict[str, list[Patch]] = {}
    for patch in patches:
        by_image.setdefault(patch.image_id, []).append(patch)
    images = [by_image[name] for name in sorted(by_image)]
    shards = []
    for number, start in enumerate(range(0, len(images), config.shard)):
        work = images[start : start + config.shard]
        shards.append(Shard((f"features/part-{number:05d}.parquet",), len(work), work))
    run_shards(
        atlas,
        shards,
        FeatureShard(atlas.path, config),
        engine=engine,
        progress=progress,
        report=report,
        unit="images",
    )
    table = atlas.read_parts("features")
    where = {name: row for row, name in enumerate(table["patch_id"].to_pylist())}
    rows = [where[patch.patch_id] for patch in patches]
    return feature_matrix(table)[rows].astype(np.float32)


# Elements


@dataclass(frozen=True)
class Clustering:
    """The elements of a label: which one each patch belongs to (-1: none), how far from its centre
    (NaN: of none)."""

    element: Int[np.ndarray, " n"]
    distance: Float[np.ndarray, " n"]
    elements: list[dict[str, Any]]


def label_elements(
    matrix: Float[np.ndarray, "n d"], typicality: Iterable[float], config: ClusterConfig
) -> Clustering:
    """The elements of one label; element 0 has the highest median typicality.

    `spread` is the mean distance to the centre; an element is `mixed` when its patches are on
    average no nearer to their own element than to the next (silhouette at or below zero).
    """
    values = np.asarray(list(typicality), np.float64)
    # The order in which threads add up would show in the last bits of centres.
    with threadpool_limits(1):
        group = grouped(matrix, config)
        count = int(group.max(initial=_NONE)) + 1
        medians = [float(np.median(values[group == k])) for k in range(count)]
        order = sorted(range(count), key=lambda k: -medians[k])
        place = np.full(count + 1, _NONE)  # the last one is where -1 points
        place[order] = np.arange(count)
        element = place[group]
        apart = _apart(matrix, element, config.seed)
    own = [element == k for k in range(count)]
    centres = np.array([matrix[member].mean(axis=0) for member in own]).reshape(
        count, matrix.shape[1]
    )
    distance = np.full(len(matrix), np.nan, np.float32)
    inside = element != _NONE
    distance[inside] = np.linalg.norm(matrix[inside] - centres[element[inside]], axis=1)
    spread = np.array([distance[member].mean() for member in own], np.float32)
    elements: list[dict[str, Any]] = [
        {
            "element": k,
            "rank": k + 1,
            "median": medians[order[k]],
            "size": int(own[k].sum()),
            "spread": float(spread[k]),
            "mixed": _mixed(apart[own[k]]),
            "name": "",
            "like_element": other,
            "likeness": likeness,
        }
        for k, (other, likeness) in enumerate(alike(centres, spread))
    ]
    return Clustering(element, distance, elements)


def grouped(matrix: Float[np.ndarray, "n d"], config: ClusterConfig) -> Int[np.ndarray, " n"]:
    """The group of each row, from 0 without gaps; -1 for rows that HDBSCAN finds in none."""
    if config.method == "hdbscan":
        codes = _dense(matrix, config.least)
    else:
        count = min(config.elements, max(1, len(matrix) // _PER_ELEMENT), len(matrix))
        if count <= 1:
            return np.zeros(len(matrix), int)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # fewer different rows than groups
            means = KMeans(count, n_init=4, random_state=config.seed).fit(matrix)
        codes = means.labels_
    numbers = sorted(set(codes.tolist()) - {_NONE})
    return np.array([numbers.index(k) if k != _NONE else _NONE for k in codes.tolist()], int)


def _dense(matrix: Float[np.ndarray, "n d"], least: int) -> Int[np.ndarray, " n"]:
    """Groups of at least `least` rows that lie densely, by HDBSCAN."""
    if len(matrix) < least:
        return np.full(len(matrix), _NONE)
    if not np.ptp(matrix, axis=0).any():  # HDBSCAN finds no group where nothing is apart
        return np.zeros(len(matrix), int)
    return np.asarray(HDBSCAN(min_cluster_size=least, copy=True).fit(matrix).labels_, int)


def _apart(
    matrix: Float[np.ndarray, "n d"], element: Int[np.ndarray, " n"], seed: int
) -> Float[np.ndarray, " n"]:
    """Silhouette of each patch that belongs to an element, NaN for the others; with more than
    10,000 it is that of a sample among itself."""
    apart = np.full(len(matrix), np.nan)
    rows = np.flatnonzero(element != _NONE)
    if len(rows) > _MOST_COMPARED:
        rows = np.sort(np.random.default_rng(seed).choice(rows, _MOST_COMPARED, replace=False))
    if 1 < len(set(element[rows].tolist())) < len(rows):
        apart[rows] = silhouette_samples(matrix[rows], element[rows])
    return apart


def _mixed(silhouettes: Float[np.ndarray, " n"]) -> bool:
    known = silhouettes[~np.isnan(silhouettes)]
    return bool(len(known) and known.mean() <= MIXED)


def _element_row(label: str, element: dict[str, Any]) -> dict[str, Any]:
    like = None if element["like_element"] is None else label
    return {"label": label, **element, "like_label": like}


# The map and the files


def _places(matrix: Float[np.ndarray, "n d"], config: ClusterConfig) -> Float[np.ndarray, "n 2"]:
    return layout(matrix, neighbours=config.neighbours, min_dist=config.min_dist, seed=config.seed)


def _write(
    atlas: Workspace, columns: dict[str, dict[str, Any]], elements: list[dict[str, Any]]
) -> dict[str, float]:
    """Write what was found, then take people's edits to it; figures of those."""
    table = atlas.table("patches")
    rows = [{**row, **columns.get(row["patch_id"], {})} for row in table.to_pylist()]
    atlas.write("patches.parquet", pa.Table.from_pylist(rows, PATCHES), PATCHES, group=8192)
    atlas.write("elements.parquet", elements, ELEMENTS)
    figures = atlas.follow_edits()
    atlas.end("cluster")
    return figures
