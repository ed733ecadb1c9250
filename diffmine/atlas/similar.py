"""Which patches show the same as a patch."""

from __future__ import annotations

from diffmine.atlas.reader import Atlas
from diffmine.atlas.records import Patch


def similar(atlas: Atlas, patch_id: str, count: int = 24) -> list[tuple[Patch, float]]:
    """The patches of all labels whose features are nearest, with their cosine, nearest first.

    Exact. The first call reads the features, 4 bytes a number; then a million patches of 128
    numbers take about 33 ms. A patch that is not a top one has no features, so none is near.
    """
    near = atlas.neighbours.nearest(atlas.patch(patch_id).patch_id, count)
    return [(atlas.patch(name), cosine) for name, cosine in near]
