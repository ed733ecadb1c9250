"""Many small pictures from their folder to the app: python -m benchmarks.million COUNT ...

    python -m benchmarks.million 10000 100000 1000000 --folder FOLDER [--json FILE] [--keep]

For each COUNT it draws as many pictures of 64 x 64 pixels (ten labels, all different), looks at
them (`diffmine info`, with its trial of what a build costs), takes them in, gives each a map (made
up, as benchmarks/make_maps does, of the size that the small model gives), mines, clusters with the
small model, and reads what the app reads. Each step is a process of its own. It prints a table of
seconds, seconds of processor, peak of memory (of the process and its children: `private` without
pages of mapped files, which the system takes back when it needs them) and bytes on the disk, and by
which power of the count a step grew.
"""

from __future__ import annotations

import argparse
import io
import json
import math
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import psutil
import pyarrow.parquet as pq
from PIL import Image

from benchmarks.make_maps import filled, scored, smooth
from diffmine.atlas.schemas import MAPS
from diffmine.atlas.writer import Workspace, open_workspace
from diffmine.config import BuildConfig, DataConfig

SIDE, LATENT, LABELS = 64, 16, 10
DIFFERENT = 512
"""Maps that are made up for a part; its images share them."""
IN_A_FOLDER, PART = 1000, 4096


# What is measured


def draw(folder: Path, count: int) -> None:
    """Write the pictures: `pictures/label-3/0042/0042003.png`."""
    for number in range(count):
        label, place = number % LABELS, f"{number // IN_A_FOLDER:04d}"
        path = folder / "pictures" / f"label-{label}" / place / f"{number:07d}.png"
        if number % IN_A_FOLDER < LABELS:
            path.parent.mkdir(parents=True, exist_ok=True)
        out = io.BytesIO()
        _picture(np.random.default_rng(number), label).save(out, "PNG", compress_level=1)
        path.write_bytes(out.getvalue())


def _picture(chance: np.random.Generator, label: int) -> Image.Image:
    """Clouds that are this picture's alone, so that no two are near-duplicates, with a wave whose
    direction is the label's; grey, SIDE pixels square."""
    small = Image.fromarray(chance.integers(0, 256, (9, 9)).astype(np.uint8))
    clouds = np.asarray(small.resize((SIDE, SIDE), Image.Resampling.BICUBIC), np.float32)
    across, down = np.meshgrid(np.arange(SIDE), np.arange(SIDE))
    turned = math.pi * label / LABELS
    along = across * math.cos(turned) + down * math.sin(turned) + chance.uniform(0, 20)
    return Image.fromarray((clouds * 0.6 + 50 * (1 + np.sin(along))).astype(np.uint8))


def look(folder: Path, count: int) -> None:
    """`diffmine info`."""
    from diffmine.pipeline.info.command import info

    info(str(folder / "pictures"))


def collect(folder: Path, count: int) -> None:
    """The pictures as an atlas keeps them."""
    from diffmine.atlas.writer import create_workspace
    from diffmine.data.sources import dataset_of
    from diffmine.pipeline.build import manifest_of
    from diffmine.stages.collect.run import run

    config = DataConfig(image_size=SIDE)
    dataset = dataset_of(folder / "pictures", config)
    atlas = create_workspace(folder / "atlas", manifest_of(dataset, config))
    with atlas.hold():
        report = run(atlas, dataset, config)
    assert report.done == count, f"{report.done} of {count} were taken in"


def maps(folder: Path, count: int) -> None:
    """A made-up map for each image, in parts of 4,096 as scoring writes them."""
    atlas = open_workspace(folder / "atlas")
    chance = np.random.default_rng(0)
    with pq.ParquetFile(atlas.path / "images.parquet") as images:
        batches = images.iter_batches(PART, columns=["image_id", "label"])
        for part, batch in enumerate(batches):
            rows = batch.to_pydict()
            here = len(rows["image_id"])
            values = _small(chance, min(DIFFERENT, here))
            every = chance.permutation(np.arange(here) % len(values))
            error = np.full(values.shape, 0.004)
            columns = scored(rows, LATENT, values, error, every)
            table = filled(columns, here, MAPS)
            path = atlas.path / "maps" / f"part-{part:05d}.parquet"
            path.parent.mkdir(exist_ok=True)
            pq.write_table(table, path, row_group_size=64, compression="zstd")


def _small(chance: np.random.Generator, count: int) -> np.ndarray:
    """Maps like typicality, (count, LATENT * LATENT): every fourth value of larger ones."""
    large = smooth(chance, count)
    side = math.isqrt(large.shape[1])
    step = side // LATENT
    return large.reshape(count, side, side)[:, ::step, ::step].reshape(count, -1)


def mine(folder: Path, count: int) -> None:
    """Windows and patches."""
    _stage(folder, "mine")


def cluster(folder: Path, count: int) -> None:
    """Elements and the map of patches, by the features of the small model."""
    from diffmine.config import ModelConfig
    from diffmine.pipeline.models import use_model

    atlas = open_workspace(folder / "atlas")
    with atlas.hold():
        use_model(atlas, ModelConfig(model="tiny"))
    _stage(folder, "cluster")


def _stage(folder: Path, name: str) -> None:
    from diffmine.pipeline.build import run_stage

    atlas: Workspace = open_workspace(folder / "atlas")
    with atlas.hold():
        run_stage(atlas, name, BuildConfig())


def read(folder: Path, count: int) -> None:
    """What the app reads for its first screen, each label's wall, a search and a patch's like."""
    from diffmine.app.page import build, shelve
    from diffmine.app.shelf import PAGE

    build([folder / "atlas"])
    (shelf,) = shelve([folder / "atlas"]).values()
    for label in shelf.labels:
        patches = shelf.atlas.patches(label, count=PAGE)
        shelf.sheet(patches)
    first = shelf.atlas.patches(shelf.labels[0], count=1)[0]
    assert shelf.similar(first.patch_id)
    shelf.atlas.image(first.image_id)


STEPS: dict[str, Callable[[Path, int], None]] = {
    step.__name__: step for step in (draw, look, collect, maps, mine, cluster, read)
}


# How it is measured


@dataclass(frozen=True)
class Cost:
    """What a step took: `seconds` on the clock and of `processor`; in bytes `memory` at its
    highest, what of it was `private` at its highest, and `disk` afterwards."""

    step: str
    count: int
    seconds: float
    processor: float
    memory: int
    private: int
    disk: int


@contextmanager
def watched() -> Iterator[dict[str, float]]:
    """The highest sum of resident bytes of this process and its children, seen ten times a second,
    of those without mapped files, and the seconds of processor of all."""
    seen: dict[str, float] = {"memory": 0, "private": 0, "processor": 0}
    over = threading.Event()
    children: dict[int, float] = {}
    own = psutil.Process()

    def watch() -> None:
        while not over.wait(0.1):
            infos = [own.memory_info()]
            for child in own.children(recursive=True):
                try:
                    infos.append(child.memory_info())
                    times = child.cpu_times()
                    children[child.pid] = times.user + times.system
                except psutil.Error:
                    continue
            # Linux alone tells pages of mapped files apart.
            private = sum(info.rss - getattr(info, "shared", 0) for info in infos)
            seen["memory"] = max(seen["memory"], sum(info.rss for info in infos))
            seen["private"] = max(seen["private"], private)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()
        times = own.cpu_times()
        seen["processor"] = times.user + times.system + sum(children.values())


def measured(step: str, folder: Path, count: int) -> Cost:
    """Do a step in this process."""
    start = time.monotonic()
    with watched() as seen:
        STEPS[step](folder, count)
    seconds = time.monotonic() - start
    files = (path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file())
    memory, private = int(seen["memory"]), int(seen["private"])
    return Cost(step, count, seconds, seen["processor"], memory, private, sum(files))


def taken(folder: Path, count: int) -> Iterator[Cost]:
    """All steps, each in a process of its own."""
    for step in STEPS:
        command = [sys.executable, "-m", "benchmarks.million", "--step", step]
        command += [str(count), "--folder", str(folder)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        yield Cost(**json.loads(done.stdout.splitlines()[-1]))


def power(costs: list[Cost]) -> float:
    """By which power of the count a step's seconds grew: the slope in logarithms, least squares."""
    counts, seconds = zip(*((math.log(c.count), math.log(c.seconds)) for c in costs), strict=True)
    return float(np.polyfit(counts, seconds, 1)[0])


def table(costs: list[Cost]) -> str:
    """The costs as a table in Markdown."""
    lines = [
        "| step | images | seconds | processor | memory, MB | private, MB | disk, MB |",
        "|---|" + "---|" * 6,
    ]
    for step in STEPS:
        own = [cost for cost in costs if cost.step == step]
        for cost in own:
            figures = f"{cost.seconds:,.1f} | {cost.processor:,.1f}"
            sizes = " | ".join(f"{b / 1e6:,.0f}" for b in (cost.memory, cost.private, cost.disk))
            lines.append(f"| {step} | {cost.count:,} | {figures} | {sizes} |")
        if len(own) > 1:
            lines.append(f"| {step} | grows by the power | {power(own):.2f} | | | | |")
    return "\n".join(lines)


def main() -> None:
    """Measure the counts that are asked for, or do one step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("counts", type=int, nargs="+", metavar="COUNT")
    parser.add_argument("--folder", type=Path, help="where the pictures and atlases go")
    parser.add_argument("--json", type=Path, help="file of the figures")
    parser.add_argument("--keep", action="store_true", help="leave pictures and atlases there")
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        print(json.dumps(asdict(measured(options.step, options.folder, options.counts[0]))))
        return
    costs: list[Cost] = []
    with tempfile.TemporaryDirectory() as made:
        for count in options.counts:
            folder = (options.folder or Path(made)) / str(count)
            shutil.rmtree(folder, ignore_errors=True)
            for cost in taken(folder, count):
                costs.append(cost)
                print(cost, file=sys.stderr, flush=True)
                if options.json:
                    options.json.write_text(json.dumps([asdict(one) for one in costs], indent=1))
            if not options.keep:
                shutil.rmtree(folder)
    print(table(costs))


if __name__ == "__main__":
    main()
