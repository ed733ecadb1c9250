"""Time and memory of mining many maps: python -m benchmarks.make_maps COUNT [FOLDER]

Writes a synthetic atlas of COUNT images of 512 pixels with maps of 64 x 64 (ten labels, parts of
4,096), mines it in a process of its own, and prints maps a second and the peak of its memory. The
maps of a part are few different ones under different names: real files, quickly written.
"""

from __future__ import annotations

import io
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from diffmine.atlas.manifest import Manifest
from diffmine.atlas.schemas import IMAGES, MAPS
from diffmine.atlas.writer import create_workspace, open_workspace
from diffmine.config import MineConfig
from diffmine.stages.mine.run import run

LABELS = [f"label {number}" for number in range(10)]
SIDE, LATENT, PART, DIFFERENT = 512, 64, 4096, 512


def halves(values: np.ndarray) -> pa.ListArray:
    """Rows of float16 as a list column."""
    rows, width = values.shape
    offsets = np.arange(0, rows * width + 1, width, dtype=np.int32)
    return pa.ListArray.from_arrays(offsets, pa.array(values.astype(np.float16).ravel()))


def filled(columns: dict[str, object], count: int, schema: pa.Schema) -> pa.Table:
    """Some columns of `count` rows of a table; the others are null."""
    arrays = [
        pa.array(columns[field.name], field.type, from_pandas=True)
        if field.name in columns
        else pa.nulls(count, field.type)
        for field in schema
    ]
    return pa.table(arrays, schema=schema)


def smooth(chance: np.random.Generator, count: int) -> np.ndarray:
    """Maps like typicality: noise with more of it in long waves, (count, 64 * 64)."""
    noise = np.fft.rfft2(chance.normal(size=(count, LATENT, LATENT)))
    down, across = np.fft.fftfreq(LATENT)[:, None], np.fft.rfftfreq(LATENT)
    maps = np.fft.irfft2(noise / (np.hypot(down, across) + 0.05), s=(LATENT, LATENT))
    return (maps / maps.std() * 0.01).reshape(count, -1)


def make(folder: Path, count: int) -> None:
    """Write the atlas."""
    create_workspace(folder, Manifest(title="many maps", labels=LABELS))
    names = [f"{number:07d}.png" for number in range(count)]
    labels = [LABELS[number % len(LABELS)] for number in range(count)]
    chance = np.random.default_rng(0)
    _images(folder, names, labels, chance)
    (folder / "maps").mkdir(exist_ok=True)
    for part, start in enumerate(range(0, count, PART)):
        mine = slice(start, min(start + PART, count))
        here = len(names[mine])
        values = smooth(chance, min(DIFFERENT, here))
        every = chance.permutation(np.arange(here) % len(values))
        error = np.full((1, LATENT**2), 0.004) * chance.uniform(0.8, 1.2, (len(values), 1))
        rows = {"image_id": names[mine], "label": labels[mine]}
        columns = scored(rows, LATENT, values, error, every)
        path = folder / f"maps/part-{part:05d}.parquet"
        table = filled(columns, here, MAPS)
        pq.write_table(table, path, row_group_size=64, compression="zstd")


def scored(
    rows: dict[str, list[str]], side: int, values: np.ndarray, error: np.ndarray, every: np.ndarray
) -> dict[str, object]:
    """Columns of maps for images (`image_id`, `label`): of each the row of `values` and of `error`
    (maps, side * side) that `every` (images,) names."""
    here = len(every)
    return {
        **rows,
        "score": ["typicality"] * here,
        "height": [side] * here,
        "width": [side] * here,
        "mean": halves(values[every]),
        "standard_error": halves(error[every]),
        "decay": [[1.0, 0.7, 0.4, 0.2, 0.1, 0.05]] * here,
        "draws": [32] * here,
        "typicality": values.mean(axis=1)[every],
        "se": [0.0005] * here,
    }


def _images(folder: Path, names: list[str], labels: list[str], chance: np.random.Generator) -> None:
    out = io.BytesIO()
    Image.fromarray(chance.integers(0, 256, (8, 8)).astype(np.uint8)).resize((SIDE, SIDE)).save(
        out, "PNG"
    )
    picture = {"bytes": out.getvalue(), "path": None}
    with pq.ParquetWriter(folder / "images.parquet", IMAGES, compression="zstd") as writer:
        for start in range(0, len(names), PART):
            rows = [
                {"image_id": name, "label": label, "image": picture, "width": SIDE, "height": SIDE,
                 "hash": int(chance.integers(-(2**63), 2**63))}
                for name, label in zip(names[start : start + PART], labels[start : start + PART],
                                       strict=True)
            ]  # fmt: skip
            writer.write_table(pa.Table.from_pylist(rows, IMAGES), row_group_size=128)


def mine(folder: Path) -> dict[str, float]:
    """Mine the atlas here; seconds and peak memory in GB."""
    atlas = open_workspace(folder)
    start, before = time.monotonic(), time.process_time()
    with atlas.hold():
        report = run(atlas, MineConfig())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return {
        "seconds": time.monotonic() - start,
        "cpu": time.process_time() - before,
        "peak": peak,
        **report.figures,
    }


def measure(folder: Path, count: int) -> dict[str, float]:
    """Make the atlas and mine it in a process of its own, whose memory is only mining."""
    make(folder, count)
    command = [sys.executable, "-m", "benchmarks.make_maps", "mine", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def main(arguments: list[str]) -> None:
    """COUNT [FOLDER], or `mine FOLDER` for the process that is measured."""
    if arguments[0] == "mine":
        print(json.dumps(mine(Path(arguments[1]))))
        return
    count = int(arguments[0])
    with tempfile.TemporaryDirectory() as made:
        found = measure(Path(arguments[1] if len(arguments) > 1 else made) / "atlas", count)
    rate = count / found["seconds"]
    print(
        f"{count:,} maps in {found['seconds']:.1f} s ({found['cpu']:.1f} s of processor), "
        f"{rate:.0f} a second, peak {found['peak']:.2f} GB; "
        f"a million at this rate: {1e6 / rate / 60:.1f} minutes"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
