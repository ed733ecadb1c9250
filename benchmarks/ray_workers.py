"""What a second worker of a cluster gives, and what a lost one costs.

    python -m benchmarks.ray_workers [--images N] [--draws D]

Scores N drawn pictures with the small model, in workers of one core: with one, with two, and with
two of which one is killed (SIGKILL) in the middle of a shard when half of the shards are there.
Prints rows a second (images times draws times two prompts) from each worker's first shard to the
last one, what that is for each worker, whether all wrote the same bytes, and what the loss cost:
images that were scored again, beside those that a restart would have scored again.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from benchmarks.million import collect, draw
from diffmine.atlas.writer import open_workspace
from diffmine.config import BuildConfig, ModelConfig, TypicalityConfig
from diffmine.engine.ray import Ray
from diffmine.pipeline.build import run_stage
from diffmine.pipeline.models import use_model

SHARD = 32


@dataclass
class Watched:
    """An engine that notes when each piece of another came back; with `kill` it kills a worker in
    the middle of a piece once half of the pieces are there."""

    engine: Ray
    kill: bool = False
    times: list[float] = field(default_factory=list)
    lost: float = 0

    def map(
        self, function: Any, pieces: Sequence[Any], hear: Callable[..., None]
    ) -> Iterator[tuple[int, Any]]:
        """As `Engine.map`."""

        def listen(place: int, done: float, note: str = "") -> None:
            hear(place, done, note)
            half = len(self.times) >= len(pieces) // 2 and SHARD * 0.4 < done < SHARD * 0.6
            if self.kill and half and not self.lost:
                self.lost = done
                os.kill(_busiest(), signal.SIGKILL)

        for found in self.engine.map(function, pieces, listen):
            self.times.append(time.monotonic())
            yield found

    def rate(self, workers: int, rows: int) -> float:
        """Rows a second, at so many rows a piece."""
        later = len(self.times) - workers
        return later * rows / (self.times[-1] - self.times[workers - 1])


def _busiest() -> int:
    """The process of the worker that has computed most."""
    workers = [
        process
        for process in psutil.Process().children(recursive=True)
        if "ray::Worker" in " ".join(process.cmdline())
    ]
    return max(workers, key=lambda process: process.cpu_times().user).pid


def scored(atlas: Path, draws: int, workers: int, kill: bool = False) -> tuple[Watched, str]:
    """Score a copy of the atlas with so many workers: what was seen, and a digest of the maps."""
    shutil.rmtree(atlas.with_name("copy"), ignore_errors=True)
    atlas = shutil.copytree(atlas, atlas.with_name("copy"))
    config = TypicalityConfig(draws=draws, shard=SHARD, adaptive=False, precision="fp32")
    ray = Ray(cores=workers)
    watched = Watched(ray, kill)
    try:
        workspace = open_workspace(atlas)
        with workspace.hold():
            run_stage(workspace, "typicality", BuildConfig(typicality=config), watched)
    finally:
        ray.close()
    parts = sorted((atlas / "maps").glob("*.parquet"))
    return watched, hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=1280)
    parser.add_argument("--draws", type=int, default=8)
    options = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    rows = SHARD * options.draws * 2
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        draw(folder, options.images)
        collect(folder, options.images)
        atlas = folder / "atlas"
        workspace = open_workspace(atlas)
        with workspace.hold():
            use_model(workspace, ModelConfig(model="tiny"))
        rates: dict[int, float] = {}
        digests: list[str] = []
        for workers in (1, 2, 1, 2):
            watched, digest = scored(atlas, options.draws, workers)
            rates[workers] = max(rates.get(workers, 0), watched.rate(workers, rows))
            digests.append(digest)
            print(f"{workers} worker(s): {watched.rate(workers, rows):,.1f} rows/s", flush=True)
        print(f"for each of two, of one alone: {rates[2] / rates[1] / 2:.3f}", flush=True)
        watched, digest = scored(atlas, options.draws, 2, kill=True)
        digests.append(digest)
        again, equal = options.images / 2, len(set(digests)) == 1
        print(f"one killed: {watched.lost:g} images scored again; by a restart {again:g}, that is")
        print(f"{again / watched.lost:.0f} times as many; all wrote the same bytes: {equal}")


if __name__ == "__main__":
    main()
