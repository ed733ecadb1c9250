"""What a race saves, and what that costs: scoring for the best patches of each label beside all
draws for every image, both judged by many draws of another seed.

    python -m benchmarks.race DATA MODEL [--images 100] [--top 5 33] [--truth 128] [--window 16]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

from diffmine.atlas.manifest import Manifest
from diffmine.atlas.reader import Atlas
from diffmine.atlas.writer import Workspace, create_workspace
from diffmine.config import DataConfig, MineConfig, TypicalityConfig
from diffmine.data.records import Dataset
from diffmine.data.sources import open_dataset
from diffmine.maths.windows import best_windows, window_means
from diffmine.model.score import in_pixels
from diffmine.pipeline.models import use_model
from diffmine.stages.collect.run import run as collect
from diffmine.stages.mine.run import run as mine
from diffmine.stages.typicality.run import run as typicality
from diffmine.words.race import account

PER_IMAGE, OTHER_SEED = 5, 7
Place = tuple[str, int, int]


def scored(
    folder: Path, data: Dataset, model: str, config: TypicalityConfig
) -> tuple[Workspace, float]:
    """An atlas with maps, and the seconds that they took."""
    atlas = create_workspace(folder, Manifest("race", list(data.labels)))
    with atlas.hold():
        collect(atlas, data, DataConfig(image_size=64, view=0))
        use_model(atlas, model)
        started = time.perf_counter()
        figures = typicality(atlas, config).figures
    print(f"{folder.name}: {figures['rows']:,.0f} predictions", flush=True)
    return atlas, time.perf_counter() - started


def chosen(atlas: Workspace, window: int, top: int) -> dict[str, list[Place]]:
    """The best patches of each label."""
    mine(atlas, MineConfig(windows=(window,), per_image=PER_IMAGE, per_label=top))
    places: dict[str, list[Place]] = {label: [] for label in atlas.labels}
    for row in atlas.table("patches", ["label", "kind", "image_id", "row", "col"]).to_pylist():
        if row["kind"] == "top":
            places[row["label"]].append((row["image_id"], row["row"], row["col"]))
    return places


class Truth:
    """Maps of many draws, in pixels."""

    def __init__(self, atlas: Atlas, window: int) -> None:
        self.window = window
        self.label = {
            row["image_id"]: row["label"]
            for row in atlas.table("images", ["image_id", "label"]).to_pylist()
        }
        self.maps: dict[str, np.ndarray] = {}
        for name in self.label:
            found = atlas.map(name, self.label[name])
            assert found is not None
            image = atlas.image(name)
            values = torch.from_numpy(np.asarray(found[0], np.float32))
            self.maps[name] = in_pixels(values, image["height"], image["width"]).numpy()

    def best(self, top: int) -> dict[str, list[Place]]:
        """The truly best patches of each label."""
        every: dict[str, list[tuple[float, Place]]] = {label: [] for label in self.label.values()}
        for name, values in self.maps.items():
            means = window_means(values, self.window)
            for window in best_windows(means, self.window, PER_IMAGE):
                place = (name, window.row, window.col)
                every[self.label[name]].append((window.typicality, place))
        return {
            label: [p for _, p in sorted(own, reverse=True)[:top]] for label, own in every.items()
        }

    def _part(self, place: Place) -> tuple[slice, slice]:
        _, row, col = place
        return slice(row, row + self.window), slice(col, col + self.window)

    def mean(self, places: list[Place]) -> float:
        """Mean typicality of some patches."""
        return float(np.mean([self.maps[p[0]][self._part(p)].mean() for p in places]))

    def overlap(self, places: list[Place], others: list[Place]) -> float:
        """Share of the area of some patches that others cover."""
        covered = {name: np.zeros_like(self.maps[name], bool) for name, *_ in others}
        for other in others:
            covered[other[0]][self._part(other)] = True
        shares = [covered[p[0]][self._part(p)].mean() if p[0] in covered else 0.0 for p in places]
        return float(np.mean(shares))


def main() -> None:
    """Run all and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("model")
    parser.add_argument("--images", type=int, default=100, help="of each label")
    parser.add_argument("--top", type=int, nargs="+", default=[5, 33], help="patches of each label")
    parser.add_argument("--truth", type=int, default=128)
    parser.add_argument("--window", type=int, default=16)
    options = parser.parse_args()
    data = open_dataset(options.data).limited(options.images)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)

        def run(name: str, config: TypicalityConfig) -> tuple[Workspace, float]:
            return scored(root / name, data, options.model, config)

        truth = Truth(run("truth", _all(options.truth, OTHER_SEED))[0], options.window)
        every, seconds = run("all draws", _all(32, 0))
        for top in options.top:
            raced = TypicalityConfig(draws=32, adaptive=True, top=top, window=options.window)
            race, quick = run(f"race for {top}", raced)
            print(account(race.manifest.config.get("race", {})))
            best = truth.best(top)
            for name, atlas, took in (("all draws", every, seconds), ("race", race, quick)):
                own = chosen(atlas, options.window, top)
                value = np.mean(
                    [truth.mean(own[label]) / truth.mean(best[label]) for label in best]
                )
                shared = np.mean([truth.overlap(own[label], best[label]) for label in best])
                print(
                    f"best {top}: {name} {took:.1f} s ({seconds / took:.2f}x), {value:.3f} of the "
                    f"best, overlap {shared:.3f}",
                    flush=True,
                )


def _all(draws: int, seed: int) -> TypicalityConfig:
    return TypicalityConfig(draws=draws, seed=seed, adaptive=False)


if __name__ == "__main__":
    main()
