"""Crops of freely licensed pictures that Debian ships: photographs, wallpapers, painted textures.

Only what is in the public domain or under CC0, CC BY or CC BY-SA is taken (demos/debian.py).
"""

from __future__ import annotations

import csv
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path

import numpy as np
from jaxtyping import UInt8
from PIL import Image

from demos.debian import terms_of, unpacked

PACKAGES = (
    "lomiri-wallpapers-16.04",
    "lomiri-wallpapers-20.04",
    "ukui-wallpapers",
    "supertuxkart-data",
)
_FREE = re.compile(r"(CC0|CC-BY|public-domain)(?!.*\b(GPL|NC|ND)\b)")
_ENDINGS = (".jpg", ".jpeg", ".png", ".webp")
_LEAST = 256
"""Short side in pixels of the smallest picture that is taken."""
_FLAT = 5.0
"""Standard deviation of a crop, in 8-bit levels, below which there is nothing to see in it."""
_PHOTOGRAPH = 1000
"""Short side in pixels from which a picture gives many crops."""


@dataclass(frozen=True)
class Source:
    """A picture, and what its package says of it."""

    path: Path
    package: str
    authors: str
    licence: str


def fetch(folder: Path) -> Path:
    """Download and unpack the packages below `folder`, each once."""
    for package in PACKAGES:
        unpacked(package, folder)
    return folder


def sources(folder: Path) -> list[Source]:
    """The free pictures of the unpacked packages, by name."""
    return sorted(
        (each for package in PACKAGES for each in _of_package(folder / package)),
        key=lambda source: source.path,
    )


def _of_package(place: Path) -> Iterator[Source]:
    terms = terms_of(place, place.name)
    for path in place.rglob("*"):
        if path.suffix.lower() not in _ENDINGS or path.is_symlink():
            continue
        licence, authors = terms(path)
        if _FREE.match(licence) and _is_picture(path):
            yield Source(path, place.name, authors, licence)


def _is_picture(path: Path) -> bool:
    """Large enough, and no map of normals, which game engines keep as blue pictures."""
    with Image.open(path) as picture:
        if min(picture.size) < _LEAST:
            return False
        red, green, blue = np.asarray(picture.convert("RGB").resize((8, 8))).mean((0, 1))
    return not (blue > 200 and abs(red - 128) < 30 and abs(green - 128) < 30)


def write_credits(path: Path, taken: list[Source]) -> None:
    """Whose pictures they are, by package, licence and authors, as CSV."""
    counts = Counter((each.package, each.licence, each.authors) for each in taken)
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["package", "licence", "authors", "pictures"])
        rows.writerows([*key, count] for key, count in sorted(counts.items()))


def crops(taken: list[Source], side: int, few: int, many: int) -> UInt8[np.ndarray, "n s s 3"]:
    """Random crops, each made `side` pixels: from one pixel for one to the whole short side.

    A photograph gives `many`, a texture `few`; what is nearly of one colour is left out.
    """
    jobs = [(each.path, side, few, many, seed) for seed, each in enumerate(taken)]
    out = []
    with Pool() as pool:
        for done, some in enumerate(pool.imap(_crops_of, jobs, chunksize=4), start=1):
            out.append(some)
            if done % 100 == 0 or done == len(jobs):
                print(f"crops of {done}/{len(jobs)} pictures", file=sys.stderr)
    return np.concatenate(out)


def _crops_of(job: tuple[Path, int, int, int, int]) -> UInt8[np.ndarray, "n s s 3"]:
    path, side, few, many, seed = job
    chance = np.random.default_rng([2026, seed])
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(path) as opened:
        picture = _on_ground(opened, chance)
    short = min(picture.size)
    count = many if short >= _PHOTOGRAPH and path.suffix.lower() != ".png" else few
    out = np.empty((count, side, side, 3), np.uint8)
    for at in range(count):
        window = round(side * (short / side) ** chance.random()) if short > side else short
        left, top = (int(chance.integers(0, edge - window + 1)) for edge in picture.size)
        box = (left, top, left + window, top + window)
        crop = picture.resize((side, side), Image.Resampling.LANCZOS, box, reducing_gap=3)
        out[at] = np.asarray(crop)
    return out[out.std(axis=(1, 2)).max(axis=1) > _FLAT]


def _on_ground(picture: Image.Image, chance: np.random.Generator) -> Image.Image:
    """RGB; what is transparent shows a ground of a random grey."""
    if "A" not in picture.getbands() and "transparency" not in picture.info:
        return picture.convert("RGB")
    grey = int(chance.integers(0, 256))
    whole = picture.convert("RGBA")
    ground = Image.new("RGBA", whole.size, (grey, grey, grey, 255))
    return Image.alpha_composite(ground, whole).convert("RGB")
