"""Windows of one image of 512 pixels, the paper's procedure beside ours, from what scoring left on
the disk to five windows.

    python -m benchmarks.selection [--size 64] [--images 20]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks import plain
from benchmarks.make_maps import LATENT, SIDE, smooth
from diffmine.maths.choose import choose
from diffmine.maths.grid import grid

KEEP = 5
Box = tuple[int, int]


def select_plain(file: Path, size: int) -> list[Box]:
    """100 x 2 maps brought to pixels and averaged over windows; a row a window, sorted."""
    return plain.select(plain.pooled(file, SIDE, SIDE, size), size, KEEP)


def select_ours(file: Path, size: int) -> list[list[Box]]:
    """The same for every image of a part of mean maps."""
    column = pq.read_table(file, columns=["mean"])["mean"].combine_chunks()
    maps = column.flatten().to_numpy(zero_copy_only=False).astype(np.float64)
    windows = grid((LATENT, LATENT), (SIDE, SIDE), size)
    sums = windows.sums(maps.reshape(-1, LATENT, LATENT))
    return [[(w.row, w.col) for w in choose([windows], [each], [1.0], KEEP)] for each in sums]


def main() -> None:
    """Time both on the same losses and print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=64, help="side of the windows, in pixels")
    parser.add_argument("--images", type=int, default=20, help="images that ours is timed on")
    options = parser.parse_args()
    chance = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as name:
        losses, part = Path(name) / "losses.npy", Path(name) / "part.parquet"
        shape = (2, plain.DRAWS, 4, LATENT, LATENT)
        noise = smooth(chance, 2 * plain.DRAWS).reshape(2, plain.DRAWS, 1, LATENT, LATENT)
        kept = (1 + noise + 0.1 * chance.normal(size=shape)).astype(np.float16)
        np.save(losses, kept)
        apart = kept.astype(np.float64).mean(axis=2)
        maps = [(apart[0] - apart[1]).mean(axis=0).astype(np.float16).ravel()] * options.images
        pq.write_table(pa.table({"mean": pa.array(maps, pa.list_(pa.float16()))}), part)
        select_ours(part, options.size)  # the grid is made once
        seconds, found = zip(
            *(_timed(way, file, options.size)
              for way, file in ((select_plain, losses), (select_ours, part))),
            strict=True,
        )  # fmt: skip
    each = seconds[1] / options.images
    print(
        f"plain {seconds[0]:.1f} s an image, ours {1000 * each:.2f} ms "
        f"({seconds[0] / each:,.0f}x); "
        f"windows that are the same: {len({*found[0]} & {*found[1][0]})} of {KEEP}"
    )


def _timed(way: object, file: Path, size: int) -> tuple[float, list[Box]]:
    started = time.perf_counter()
    found = way(file, size)  # type: ignore[operator]
    return time.perf_counter() - started, found


if __name__ == "__main__":
    main()
