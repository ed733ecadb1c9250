"""What trust costs: collecting a data set that has not changed, beside listing its files.

    python -m benchmarks.trust FOLDER [--images 100000]

Draws IMAGES small pictures with ten labels into FOLDER/data (once), collects them into FOLDER/atlas
(once), and times, each as the least of three: listing the data set, a collect that finds it as it
was, and reading every file of the atlas as `diffmine check` does. The plainest way to the same
knowledge, the digest of every picture, is timed beside them.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from diffmine.atlas.health import health
from diffmine.atlas.manifest import Manifest
from diffmine.atlas.writer import create_workspace
from diffmine.config import DataConfig
from diffmine.data.sources import open_dataset
from diffmine.engine import Report
from diffmine.stages.collect.run import run as collect

SIDE, LABELS = 32, 10


def draw(folder: Path, count: int) -> None:
    """`count` pictures of coloured squares."""
    random = np.random.default_rng(0)
    for number in range(count):
        place = folder / f"label{number % LABELS}"
        place.mkdir(parents=True, exist_ok=True)
        cells = random.integers(0, 255, (4, 4, 3), dtype=np.uint8)
        picture = Image.fromarray(cells).resize((SIDE, SIDE), Image.Resampling.NEAREST)
        picture.save(place / f"{number:06d}.png", compress_level=1)


def collected(data: Path, out: Path) -> Report:
    """What a collect did."""
    dataset = open_dataset(data)
    atlas = create_workspace(out, Manifest("squares", list(dataset.labels)))
    with atlas.hold():
        atlas.mend()
        return collect(atlas, dataset, DataConfig(image_size=SIDE))


def least(run: Callable[[], object]) -> float:
    """Seconds of the quickest of three runs."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    """Time it and say so."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--images", type=int, default=100_000)
    options = parser.parse_args()
    data, out = options.folder / "data", options.folder / "atlas"
    if not data.is_dir():
        draw(data, options.images)
    print(f"collected: {collected(data, out)}")
    files = [record.path for record in open_dataset(data)]
    atlas = create_workspace(out, Manifest("squares", []))
    listing = least(lambda: open_dataset(data))
    print(f"listing {len(files)} files: {listing:.2f} s")
    unchanged = least(lambda: collected(data, out))
    print(
        f"listing and collecting what is as it was: {unchanged:.2f} s, {unchanged / listing:.2f} x"
    )
    print(f"reading every file of the atlas: {least(lambda: health(atlas)):.2f} s")
    plain = least(lambda: [hashlib.sha256(path.read_bytes()).digest() for path in files])
    print(f"the digest of every picture, each time: {plain:.2f} s, {plain / unchanged:.2f} x")


if __name__ == "__main__":
    main()
