"""An atlas of planted boxes: maps that know them, patches on them and beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from diffmine.atlas.reader import Atlas
from diffmine.atlas.schemas import BOXES
from diffmine.config import MineConfig
from diffmine.stages.mine.run import run as mine
from tests.unit.stages.mined import atlas_of, image_row, map_row

SIDE, LATENT = 64, 64
ELEMENTS = {"a": "round", "b": "long"}


def planted(
    folder: Path, *, noise: float = 0.0, count: int = 12, boxes: bool = True
) -> tuple[Atlas, list[dict[str, Any]]]:
    """Images of two labels with a box each; maps are 1 in the box, plus noise, 0 elsewhere."""
    chance = np.random.default_rng(0)
    images, maps, rows = [], [], []
    for at in range(count):
        label, name = "ab"[at % 2], f"{at:02d}.png"
        row, col = (int(each) for each in chance.integers(0, SIDE - 16, 2))
        pixels = chance.integers(0, 256, (SIDE, SIDE, 3)).astype(np.uint8)
        source = {"source_width": 2 * SIDE, "source_height": 2 * SIDE}
        images.append(image_row(name, label, pixels, group=f"g{at // 4}", **source))
        mean = np.zeros((LATENT, LATENT))
        mean[row : row + 16, col : col + 16] = 1
        wrong = np.roll(mean, 24, axis=0)
        for under in "ab":
            map = mean if under == label else wrong
            map = map + noise * chance.normal(size=map.shape)
            maps.append(map_row(name, under, map))
        place = {"row": row, "col": col, "height": 16, "width": 16}
        rows.append({"image_id": name, "label": label, "element": ELEMENTS[label]} | place)
    atlas = atlas_of(folder, images, maps)
    atlas.manifest.config["data"] = {"image_size": SIDE}
    if boxes:
        atlas.write("boxes.parquet", rows, BOXES)
    with atlas.hold():
        mine(atlas, MineConfig(windows=(16,), per_image=1, per_label=20))
    return atlas, rows
