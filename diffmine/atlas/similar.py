"""Which patches show the same as a patch."""

from __future__ import annotations

import pyarrow.compute as pc

from diffmine.atlas.reader import Atlas
from diffmine.atlas.records import Patch


def similar(atlas: Atlas, patch_id: str, count: int = 24) -> list[tuple[Patch, float]]:
    """The patches of all labels whose features are nearest to those of a patch. Exact.

    The first call reads the features, 4 bytes a number; then a million patches of 128 numbers take
    about 33 ms.

    Args:
        atlas: An atlas with elements.
        patch_id: Name of a patch of the atlas.
        count: How many patches at most, the patch itself not among them.

    Returns:
        Pairs of a patch and the cosine of its features, nearest first. A patch that is not a top
        one has no features, so none is near.

    Raises:
        AtlasError: The atlas has no patch of that name.

    Example:
        >>> atlas = open_atlas("assets/atlases/cars")
        >>> near = similar(atlas, atlas.patches("1950s")[0].patch_id, count=2)
        >>> near[0][1] >= near[1][1]
        True
    """
    near = atlas.neighbours.nearest(atlas.patch(patch_id).patch_id, count)
    return [(atlas.patch(name), cosine) for name, cosine in near]


def read_as(atlas: Atlas, image_id: str) -> str:
    """The label under whose prompt the stage cluster read an image of the atlas: that of the first
    of its top patches by name, its own where it has none."""
    record = atlas.image(image_id)
    own = str(record["label"])
    names = [
        (name, label)
        for label in record["labels"] or [own]
        for name in _patches_of(atlas, label, image_id)
    ]
    return min(names)[1] if names else own


def _patches_of(atlas: Atlas, label: str, image_id: str) -> list[str]:
    rows = atlas.rows(label)
    of_image: list[str] = rows.filter(pc.equal(rows["image_id"], image_id))["patch_id"].to_pylist()
    return of_image
