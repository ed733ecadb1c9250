"""What the bases learn from, as arrays: photographs and textures, drawings, dead leaves."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from multiprocessing import Pool
from pathlib import Path

import numpy as np
from jaxtyping import UInt8
from PIL import Image

from demos.base.autoencoder import Kind
from demos.base.dead_leaves import dead_leaves
from demos.base.photographs import crops, fetch, sources, write_credits
from demos.embed import run_module
from diffmine.data.image import as_mined
from diffmine.data.readers import read_image
from diffmine.data.sources import open_dataset

SIDES = (64, 128)
DRAWN: Mapping[str, tuple[str, ...]] = {
    "cars": ("--counts", "200,1,1", "--pairs", "0"),
    "type": ("--counts", "220,1,1"),
    "chest": ("--counts", "250,1,1"),
}
"""The recipes and how many of each are drawn: about 1,600 to 2,000 pictures."""
LEAVES = 1200
FEW, MANY = 8, 240
"""Crops of a texture and of a photograph."""

Pictures = UInt8[np.ndarray, "n s s 3"]


class Gallery:
    """The pictures in a working folder, each kind made once and kept there."""

    def __init__(self, work: Path) -> None:
        self.work = work
        work.mkdir(parents=True, exist_ok=True)

    def kinds(self) -> list[Kind]:
        """What the autoencoder learns from, at both sides."""
        kinds = [Kind(self.photographs(side), 0.32) for side in SIDES]
        for name in DRAWN:
            kinds += [Kind(self.drawings(name, side), 0.09 * 64 / side / 1.5) for side in SIDES]
        return [*kinds, Kind(self.leaves(SIDES[0]), 0.09)]

    def photographs(self, side: int) -> Pictures:
        """Crops of what Debian ships; notes whose they are in `credits.csv` of the folder."""

        def made() -> Pictures:
            taken = sources(fetch(self.work / "packages"))
            write_credits(self.work / "credits.csv", taken)
            return crops(taken, max(SIDES), FEW, MANY)

        whole = self._kept(f"photographs-{max(SIDES)}", made)
        if side == max(SIDES):
            return whole
        return self._kept(f"photographs-{side}", lambda: _smaller(whole, side))

    def drawings(self, name: str, side: int) -> Pictures:
        """Pictures of a demo's recipe as centred squares."""

        def made() -> Pictures:
            folder = self.work / name
            if not (folder / "test").is_dir():
                run_module(f"demos.{name}.recipe", "--out", str(folder), *DRAWN[name])
            records = open_dataset(folder / "train").records
            return np.stack([_square(read_image(record.path), side) for record in records])

        return self._kept(f"{name}-{side}", made)

    def leaves(self, side: int) -> Pictures:
        """Dead leaves."""

        def made() -> Pictures:
            with Pool() as pool:
                jobs = ((seed, side) for seed in range(LEAVES))
                return np.stack(list(pool.imap(_leaf, jobs, chunksize=32)))

        return self._kept(f"leaves-{side}", made)

    def _kept(self, name: str, make: Callable[[], Pictures]) -> Pictures:
        path = self.work / f"{name}.npy"
        if not path.exists():
            print(f"making {name}", file=sys.stderr)
            part = self.work / f"{name}.part.npy"
            np.save(part, make())
            part.replace(path)
        return np.load(path, mmap_mode="r")


def _square(picture: Image.Image, side: int) -> UInt8[np.ndarray, "s s 3"]:
    mined = as_mined(picture, side)
    left, top = (mined.width - side) // 2, (mined.height - side) // 2
    return np.asarray(mined.convert("RGB").crop((left, top, left + side, top + side)))


def _leaf(job: tuple[int, int]) -> UInt8[np.ndarray, "s s 3"]:
    return np.asarray(dead_leaves(*job))


def _smaller(pictures: Pictures, side: int) -> Pictures:
    out = np.empty((len(pictures), side, side, 3), np.uint8)
    for at, picture in enumerate(pictures):
        small = Image.fromarray(picture).resize((side, side), Image.Resampling.LANCZOS)
        out[at] = np.asarray(small)
    return out
