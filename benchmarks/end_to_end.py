"""Score, mine, features and clusters of an embedded atlas's images, beside the paper's procedure.

    python -m benchmarks.end_to_end [--atlas assets/atlases/type] [--images 200] [--truth 512]

Everything runs in one process on the same images and model. Times are printed as ratios to
benchmarks/plain.py; with --truth the windows chosen are judged by so many other draws.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch
from PIL import Image
from sklearn.cluster import KMeans

from benchmarks import plain
from diffmine.atlas.manifest import Manifest
from diffmine.atlas.reader import Atlas, open_atlas
from diffmine.atlas.writer import Workspace, create_workspace, open_workspace
from diffmine.config import ClusterConfig, MineConfig, TypicalityConfig
from diffmine.engine import Report, here, silent
from diffmine.maths.windows import best_windows, window_means
from diffmine.model.draws import draws
from diffmine.model.score import in_pixels
from diffmine.stages.cluster import run as cluster
from diffmine.stages.mine.run import run as mine
from diffmine.stages.typicality.run import run as typicality

WINDOW, PER_IMAGE = 24, 5
MINE = MineConfig(windows=(WINDOW,), per_image=PER_IMAGE)
Place = tuple[str, int, int, float]  # image, row, col, score
Chosen = dict[str, list[Place]]  # by label
Result = TypeVar("Result")


@dataclass
class Run:
    """Seconds by step, bytes kept on the disk, and the windows chosen by label."""

    seconds: dict[str, float] = field(default_factory=dict)
    kept: int = 0
    chosen: Chosen = field(default_factory=dict)
    figures: dict[str, float] = field(default_factory=dict)

    def time(self, step: str, work: Callable[[], Result]) -> Result:
        """Do some work and note how long it took."""
        started = time.perf_counter()
        result = work()
        self.seconds[step] = self.seconds.get(step, 0.0) + time.perf_counter() - started
        return result

    @property
    def total(self) -> float:
        """All steps together."""
        return sum(self.seconds.values())


def subset(source: Atlas, folder: Path, images: int) -> Workspace:
    """An atlas of images spread over another one, with its model and nothing computed."""
    table = pq.read_table(source.path / "images.parquet")
    rows = np.unique(np.linspace(0, len(table) - 1, min(images, len(table))).round().astype(int))
    atlas = create_workspace(folder, Manifest(title="benchmark", labels=list(source.labels)))
    with_pictures: pa.Table = table.take(rows)
    pq.write_table(with_pictures, folder / "images.parquet")
    atlas.note("images.parquet")
    atlas.manifest.keys["images"] = "benchmark"
    atlas.attach_model(Path(source.needed_model()), str(source.needed_model()))
    return open_workspace(folder)


# The paper's procedure


def run_plain(atlas: Atlas, folder: Path) -> Run:
    """Every step of benchmarks/plain.py, one image after the other."""
    run, model = Run(), plain.Plain.load(Path(atlas.needed_model()))
    prompts = json.loads((Path(atlas.needed_model()) / "diffmine.json").read_text())
    folder.mkdir()
    images = atlas.table("images", ["image_id", "label"]).to_pylist()
    features: dict[str, list[np.ndarray]] = {}
    for number, row in enumerate(images):
        picture = atlas.pictures.picture(row["image_id"])
        words = (prompts["null_prompt"], prompts["prompt"].replace("{label}", row["label"]))
        channels = int(model.unet.config.in_channels)
        shape = (channels, picture.height // 4, picture.width // 4)
        drawn = draws("", plain.DRAWS, shape, preset="paper")
        file = folder / f"{number}.npy"
        run.time("score", partial(plain.score, model, picture, words, drawn.noise, drawn.t, file))
        means = run.time("windows", partial(plain.pooled, file, *_size(picture), WINDOW))
        boxes = run.time("choice", partial(plain.select, means, WINDOW, PER_IMAGE))
        for at, box in enumerate(boxes):
            score = float(means[box])
            run.chosen.setdefault(row["label"], []).append((row["image_id"], *box, score))
            work = partial(plain.feature, model, picture, words[1], box, WINDOW, at)
            features.setdefault(row["label"], []).append(run.time("features", work))
    for vectors in features.values():
        count = min(32, max(1, len(vectors) // 8))
        run.time("clusters", partial(KMeans(count, n_init=4).fit, np.stack(vectors)))
    run.kept = sum(file.stat().st_size for file in folder.iterdir())
    return run


def _size(picture: Image.Image) -> tuple[int, int]:
    return picture.height, picture.width


# Ours


def run_ours(atlas: Workspace, config: TypicalityConfig, clusters: bool = True) -> Run:
    """The stages typicality and mine, then features and elements of the stage cluster (its map
    has no counterpart in the paper and is left out)."""
    run = Run()
    run.figures = run.time("score", lambda: typicality(atlas, config)).figures
    run.time("windows", lambda: mine(atlas, MINE))
    if clusters:
        run.time("features", lambda: _cluster(atlas))
    for label in atlas.labels:
        run.chosen[label] = [
            (patch.image_id, patch.row, patch.col, patch.typicality)
            for patch in atlas.patches(label)
        ]
    run.kept = sum(part.stat().st_size for part in atlas.parts("maps"))
    run.figures["sums"] = float(sum(part.stat().st_size for part in atlas.parts("sums")))
    return run


def _cluster(atlas: Workspace) -> None:
    atlas.begin("cluster", ClusterConfig())
    patches = [patch for label in atlas.labels for patch in atlas.patches(label)]
    report = Report("cluster")
    matrix = cluster._features(atlas, patches, ClusterConfig(), here, silent, report)
    for label in atlas.labels:
        rows = [k for k, patch in enumerate(patches) if patch.label == label]
        scores = [patches[k].typicality for k in rows]
        cluster.label_elements(matrix[rows], scores, ClusterConfig())


# How good the choice is


def truth_of(atlas: Workspace, draws: int) -> dict[str, np.ndarray]:
    """Window means of maps of very many draws of another seed, by image."""
    config = TypicalityConfig(draws=draws, seed=1, sums=False)
    typicality(atlas, config)
    truth = {}
    for row in atlas.table("images", ["image_id", "label", "height", "width"]).to_pylist():
        mean = atlas.map(row["image_id"], row["label"])
        assert mean is not None
        pixels = in_pixels(torch.from_numpy(mean[0]), row["height"], row["width"])
        truth[row["image_id"]] = window_means(pixels.numpy(), WINDOW)
    return truth


def quality(chosen: Chosen, best: Chosen, truth: dict[str, np.ndarray], top: int) -> list[float]:
    """Mean true typicality of the `top` windows of every label, and the share of their area that
    the truly best windows cover."""
    values, shared = [], []
    for label, windows in best.items():  # of few images not every label has one
        first = sorted(chosen[label], key=lambda place: -place[3])[:top]
        values += [float(truth[image][row, col]) for image, row, col, _ in first]
        true = sorted(windows, key=lambda place: -place[3])[:top]
        shared += [max((_common(one, other) for other in true), default=0.0) for one in first]
    return [float(np.mean(values)), float(np.mean(shared))]


def _common(one: Place, other: Place) -> float:
    if one[0] != other[0]:
        return 0.0
    high, wide = (max(WINDOW - abs(a - b), 0) for a, b in zip(one[1:3], other[1:3], strict=True))
    return high * wide / WINDOW**2


def best_of(atlas: Atlas, truth: dict[str, np.ndarray]) -> Chosen:
    """The windows that the truth itself would choose."""
    chosen: Chosen = {}
    for row in atlas.table("images", ["image_id", "label"]).to_pylist():
        for window in best_windows(truth[row["image_id"]], WINDOW, PER_IMAGE):
            place = (row["image_id"], window.row, window.col, window.typicality)
            chosen.setdefault(row["label"], []).append(place)
    return chosen


# The table


def main() -> None:
    """Run all of it and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--atlas", type=Path, default=Path("assets/atlases/type"))
    parser.add_argument("--images", type=int, default=200)
    parser.add_argument("--top", type=int, default=200, help="windows that are judged, of all")
    parser.add_argument("--truth", type=int, default=512, help="draws of the truth; 0: no judging")
    parser.add_argument("--compile", action="store_true", help="ours with the UNet compiled")
    options = parser.parse_args()
    source = open_atlas(options.atlas)
    top = options.top // len(source.labels)
    ours = TypicalityConfig(compile=options.compile, shard=max(options.images, 1))
    race = replace(ours, adaptive=True, top=top, window=WINDOW)
    ways = {
        "ours": ours,
        "ours, adaptive": race,
        "ours, the paper's draws": replace(ours, preset="paper"),
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        runs: dict[str, Run] = {}
        warm = subset(source, folder / "warm", 4)  # imports, kernels
        atlas = subset(source, folder / "plain", options.images)
        head = "score | windows and choice | features and clusters | all | kept"
        print(f"| {options.images} images | {head} |")
        print("|---|---|---|---|---|---|")
        # Before ours, which changes how the process keeps its memory.
        run_plain(warm, folder / "warm losses")
        runs["plain"] = run_plain(atlas, folder / "losses")
        _print("plain", runs, options.images)
        shutil.rmtree(folder / "losses")
        run_ours(warm, ours)
        for way, config in ways.items():
            runs[way] = run_ours(subset(source, folder / way, options.images), config)
            _print(way, runs, options.images)
        if options.truth:
            truth = truth_of(atlas, options.truth)
            best = best_of(atlas, truth)
            for way, run in {"truth": Run(chosen=best), **runs}.items():
                value, overlap = quality(run.chosen, best, truth, top)
                print(f"| {way} | {value:.5f} | {overlap:.1%} |")


def _print(way: str, runs: dict[str, Run], images: int) -> None:
    base, run = runs["plain"], runs[way]
    cells = [
        _cell(base, run, "score"),
        _cell(base, run, "windows", "choice"),
        _cell(base, run, "features", "clusters"),
        f"{run.total:.1f} s ({base.total / run.total:.1f}x)",
        f"{run.kept / images:,.0f} B ({base.kept / run.kept:.0f}x)",
    ]
    print(f"| {way} | {' | '.join(cells)} |", flush=True)
    if run.figures:
        print(" ", {name: round(value, 4) for name, value in run.figures.items()}, flush=True)


def _cell(base: Run, run: Run, *steps: str) -> str:
    plain_seconds = sum(base.seconds.get(step, 0.0) for step in steps)
    seconds = sum(run.seconds.get(step, 0.0) for step in steps)
    return f"{seconds:.1f} s ({plain_seconds / max(seconds, 1e-9):.1f}x)"


if __name__ == "__main__":
    main()
