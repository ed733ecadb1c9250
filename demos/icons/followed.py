"""Whether what was mined follows the facts: a fact inside the top patches of each era, beside the
same fact of whole icons, which no model had a part in."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.stats import spearmanr

from demos.icons.facts import FACTS, measured
from diffmine.atlas.reader import Atlas

TOP = 60


def followed(atlas: Atlas, truth: Path) -> dict[str, dict[str, object]]:
    """Of each fact its mean in the TOP patches of each era (window, on its ground), in the order of
    the eras, and the rank correlation of that with its mean over whole icons."""
    with truth.open(newline="", encoding="utf-8") as file:
        real = {(row["trend"], row["label"]): float(row["value"]) for row in csv.DictReader(file)}
    inside = {label: _of_patches(atlas, label) for label in atlas.labels}
    told: dict[str, dict[str, object]] = {}
    for fact in FACTS:
        mined = [inside[label][fact] for label in atlas.labels]
        there = [real[fact, label] for label in atlas.labels]
        rank = float(spearmanr(mined, there).statistic)
        told[fact] = {"patches": [round(value, 4) for value in mined], "rank": round(rank, 2)}
    return told


def _of_patches(atlas: Atlas, label: str) -> dict[str, float]:
    windows = [
        measured(_cut(atlas.pictures.picture(patch.image_id), patch.row, patch.col, patch.size))
        for patch in atlas.patches(label, count=TOP)
    ]
    return {fact: float(np.mean([facts[fact] for facts in windows])) for fact in FACTS}


def _cut(picture: Image.Image, row: int, col: int, size: int) -> Image.Image:
    return picture.convert("RGBA").crop((col, row, col + size, row + size))
