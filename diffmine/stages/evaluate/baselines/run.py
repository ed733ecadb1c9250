"""Run every baseline on an atlas and time it."""

from __future__ import annotations

import time
from collections.abc import Iterator

from diffmine.atlas.reader import Atlas
from diffmine.engine import Progress, silent
from diffmine.stages.evaluate.baselines.classifier import classifier
from diffmine.stages.evaluate.baselines.discriminative import discriminative
from diffmine.stages.evaluate.baselines.samples import Baseline, Mined, hog_of, samples_of

BASELINES: dict[str, Baseline] = {
    "discriminative patches": discriminative,
    "classifier": classifier,
}


def run_baselines(
    atlas: Atlas, needed: set[str], window: float, keep: int, seed: int, progress: Progress = silent
) -> Iterator[tuple[str, Mined, float]]:
    """Name, what it mined, and seconds for one label. `needed` images are among its samples.

    Raises UsageError when scikit-image is not installed.
    """
    hog_of()
    samples = samples_of(atlas, needed)
    for number, (name, baseline) in enumerate(BASELINES.items(), start=1):
        started = time.monotonic()
        mined = baseline(samples, atlas.labels, window, keep, seed)
        yield name, mined, (time.monotonic() - started) / len(atlas.labels)
        progress("evaluate", number, len(BASELINES), "baselines")
