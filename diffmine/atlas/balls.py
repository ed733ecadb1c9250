"""The elements of an atlas as balls among the features of its patches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from diffmine.atlas.reader import Atlas
from diffmine.atlas.records import Patch


@dataclass(frozen=True)
class Ball:
    """An element with the mean feature of its patches, and the distance within which a window shows
    it."""

    label: str
    element: int
    centre: Float[np.ndarray, " d"]
    radius: float


def element_balls(atlas: Atlas, share: float) -> list[Ball]:
    """Every element of an atlas; its radius is the distance within which `share` (0 to 1) of its
    own patches lie. None where there are no patches."""
    patches = [patch for label in atlas.labels for patch in atlas.patches(label)]
    if not patches:
        return []
    matrix = features_of(atlas, patches)
    labels = np.array([patch.label for patch in patches])
    balls = []
    for row in atlas.table("elements").to_pylist():
        member = np.array([patch.element == row["element"] for patch in patches])
        own = (labels == row["label"]) & member
        centre = matrix[own].mean(axis=0)
        radius = float(np.quantile(np.linalg.norm(matrix[own] - centre, axis=1), share))
        balls.append(Ball(row["label"], row["element"], centre, radius))
    return balls


def features_of(atlas: Atlas, patches: Sequence[Patch]) -> Float[np.ndarray, "n d"]:
    """The features of top patches in their order, float32."""
    table = atlas.read_parts("features")
    values = np.array(table["feature"].to_pylist(), np.float32)
    by_name = dict(zip(table["patch_id"].to_pylist(), values, strict=True))
    return np.stack([by_name[patch.patch_id] for patch in patches])
