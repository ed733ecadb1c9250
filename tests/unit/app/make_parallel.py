"""A small parallel set beside the synthetic atlas of make_atlas.py."""

from __future__ import annotations

from typing import Any

import numpy as np

from diffmine.atlas import schemas
from diffmine.atlas.reader import Atlas
from tests.unit.app.make_atlas import HUES, LABELS, SIDE, WINDOW, encoded, picture

IMAGES = ("1900/01.png", "1910/02.png", "1930/03.png")
NAMES = ("heavier from 1900 to 1930", "hardly changes, most under 1910")


def add_parallel(atlas: Atlas) -> None:
    """Write parallel/, sequences.parquet, changes.parquet and counts.parquet."""
    places = [(name, name.split("/")[0], at) for at, name in enumerate(IMAGES)]
    made = [_made(name, label, target, at) for name, label, at in places for target in HUES]
    atlas.write("parallel/part-00000.parquet", made[:5], schemas.PARALLEL, group=2)
    atlas.write("parallel/part-00001.parquet", made[5:], schemas.PARALLEL, group=2)
    sequences = [
        {"window": f"{at}{k}", "image_id": name, "label": label, "row": 8 * k, "col": 4,
         "size": WINDOW, "rank": 2 * at + k + 1, "typicality": 0.01, "curve": [0.01] * 4,
         "change": k, "distance": 0.5 - at / 10}
        for name, label, at in places for k in (0, 1)
    ]  # fmt: skip
    atlas.write("sequences.parquet", sequences, schemas.SEQUENCES)
    curve = np.arange(4, dtype=float).tolist()
    changes = [
        {"change": k, "rank": k + 1, "size": 3, "median": 0.01, "spread": 0.4, "name": NAMES[k],
         "most_typical": "1920", "most_changed": "1930", "light": curve, "ink": curve,
         "edges": curve, "colour": curve}
        for k in (0, 1)
    ]  # fmt: skip
    atlas.write("changes.parquet", changes, schemas.CHANGES)
    atlas.write("counts.parquet", _counts(atlas), schemas.COUNTS)


def _made(name: str, label: str, target: str, at: int) -> dict[str, Any]:
    return {
        "image_id": name,
        "label": label,
        "target": target,
        "image": encoded(picture(target, at)),
        "height": 2,
        "width": 2,
        "mean": np.zeros(4, np.float16),
        "typicality": 0.0,
    }


def _counts(atlas: Atlas) -> list[dict[str, Any]]:
    patch = next(p.patch_id for p in atlas.patches("1910") if p.image_id == IMAGES[1])
    return [
        {"label": label, "element": element, "target": target, "n": 30, "before": 3, "after": 5,
         "added": at, "added_low": 0.0, "added_high": 4.0, "removed": 1, "removed_low": 0.0,
         "removed_high": 3.0, "control_n": 10, "control_added": 1, "control_removed": 0,
         "added_patches": [patch, "gone"], "removed_patches": []}
        for label in LABELS for element in range(3) for at, target in enumerate(LABELS)
    ]  # fmt: skip


__all__ = ["IMAGES", "NAMES", "SIDE", "add_parallel"]
