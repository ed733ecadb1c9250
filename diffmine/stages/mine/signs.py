"""The warnings of an atlas: top patches beside the best windows of noise (maths/artefacts.py)."""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Bool, Int

from diffmine.atlas.reader import Atlas
from diffmine.config import MineConfig
from diffmine.maths.artefacts import Control, Facts, facts, flat_crops, lists_of, warnings
from diffmine.maths.ranking import CANDIDATE
from diffmine.stages.mine.maps import Images, own_maps
from diffmine.stages.mine.noise import noise_of, noise_windows

Row = dict[str, Any]
Tops = dict[int, tuple[np.ndarray, Bool[np.ndarray, " n"]]]
"""By label the rows of its top patches (CANDIDATE, best first), and which are inside the noise."""


def sign_rows(
    atlas: Atlas, images: Images, tops: Tops, double: list[Row], config: MineConfig
) -> list[Row]:
    """The rows of warnings.parquet, for the labels that have top patches."""
    tops = {label: top for label, top in tops.items() if len(top[0])}
    batches = (maps for part in atlas.parts("maps") for maps in own_maps(part, images))
    noise = noise_of(batches, images, config.seed)
    chance = {label: np.random.default_rng([config.seed, label]) for label in tops}
    drawn = {label: noise_windows(noise[label], images, config, chance[label]) for label in tops}
    parts = [rows for label in tops for rows in (tops[label][0], drawn[label][0])]
    every = np.concatenate([np.empty(0, CANDIDATE), *parts])
    flat = flat_crops(every, images.names, atlas.pictures.picture)  # in one pass
    flats = iter(np.split(flat, np.cumsum([len(rows) for rows in parts])))
    twin, together = _twins(images, double)

    def known(rows: np.ndarray, noisy: Bool[np.ndarray, " n"], turn: Any = 0, of: int = 1) -> Facts:
        at = rows["image"]
        sides = images.height[at], images.width[at]
        return facts(rows, *sides, next(flats), noisy, twin[at] >= 0, together[at] * of + turn)

    result: list[Row] = []
    for label, (rows, noisy) in tops.items():
        top = known(rows, noisy)
        windows, turn, count = drawn[label]
        control = known(windows, np.zeros(len(windows), bool), turn, count)
        own = len(images.by_label[label])
        keep = len(rows) if len(rows) == config.per_label else None
        times = lists_of(control.groups, count, own, keep, chance[label])
        result += warnings(images.labels[label], top, Control(control, times), config.seed)
    return result


def _twins(
    images: Images, double: list[Row]
) -> tuple[Int[np.ndarray, " n"], Int[np.ndarray, " n"]]:
    """By image its group of near-duplicates (-1: none); and a number that images share which are
    resampled together: those of a group, else near-duplicates."""
    twin = np.full(len(images.names), -1, np.int64)
    for row in double:
        twin[images.rows[row["image_id"]]] = row["group"]
    alone = len(images.names)
    together = np.arange(alone)
    together[twin >= 0] = alone + twin[twin >= 0]
    grouped = images.group >= 0
    together[grouped] = 2 * alone + twin.max(initial=0) + images.group[grouped]
    return twin, together
