"""How patches are chosen and grouped (section 3.3)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from diffmine.config.kinds import STRICT, Count, Share, Timestep


@dataclass(frozen=True, config=STRICT)
class MineConfig:
    """Choosing patches (section 3.3): best windows per image, best patches per label."""

    windows: Annotated[tuple[Annotated[float, Field(gt=0)], ...], Field(min_length=1)] = (0.25,)
    """Sides of the square windows: fractions of the short side below 1, else pixels (paper: 64).
    Several are ranked in one list."""
    size_power: Annotated[float, Field(ge=0)] = 1.0
    """Of windows of several sizes, mean typicality * (size / smallest size)^size_power is
    compared: the mean over a large window never exceeds the best mean inside it."""
    per_image: Count = 5
    """Windows kept per image; they do not overlap."""
    per_label: Count = 1000
    """Patches kept per label for each kind."""
    per_group: Annotated[int, Field(ge=0)] = 0
    """Most patches of one group of images (font, car model, patient) in a label's list of each
    kind; 0: no limit. Images without a group have none."""
    seed: Annotated[int, Field(ge=0)] = 0
    """Seed of the random windows (the paper's control, section 4.2)."""


@dataclass(frozen=True, config=STRICT)
class ClusterConfig:
    """Elements: clusters of DIFT features (section 3.3)."""

    method: Literal["kmeans", "hdbscan"] = "kmeans"
    """`kmeans`: every patch belongs to an element; `hdbscan`: as many elements as there are dense
    groups, and patches that lie in none belong to none."""
    elements: Count = 32
    """Most clusters per label (kmeans); fewer when there are fewer than eight patches for each."""
    least: Annotated[int, Field(ge=2)] = 8
    """Fewest patches of an element (hdbscan)."""
    timestep: Timestep = 161
    """Timestep at which the features are read (DIFT)."""
    up_block: Annotated[int, Field(ge=0, le=8)] = 1
    """Up block of the UNet whose output is the feature; of a transformer the end of that quarter of
    its second half."""
    noises: Count = 8
    """Noises over which the features are averaged."""
    neighbours: Annotated[int, Field(ge=2)] = 15
    """Neighbours in UMAP, for the map."""
    min_dist: Share = 0.1
    """Least distance of two points on the map (UMAP)."""
    batch: Count = 128
    """Rows of the UNet in one call (images of one size times noises)."""
    shard: Count = 128
    """Images in one part file of features."""
    seed: Annotated[int, Field(ge=0)] = 0
    """Seed of k-means and UMAP."""
