"""The pictures that baselines see: grey, with their labels, in two halves that share no group."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from jaxtyping import Float, UInt8
from PIL import Image

from diffmine.atlas.reader import Atlas
from diffmine.atlas.several import labels_of
from diffmine.errors import UsageError
from diffmine.stages.evaluate.patches import Place

MOST = 400
"""Images of a label that a baseline learns from; the others are neither learned nor mined."""


@dataclass(frozen=True)
class Sample:
    """An image as mined, grey, 0 to 255; `half` is 0 or 1 and the same for a whole group."""

    image_id: str
    labels: tuple[str, ...]
    half: int
    grey: UInt8[np.ndarray, "h w"]


@dataclass
class Mined:
    """Patches of each label, best first; maps by (image_id, label) in cells of any size."""

    places: dict[str, list[Place]] = field(default_factory=dict)
    maps: dict[tuple[str, str], Float[np.ndarray, "h w"]] = field(default_factory=dict)


class Baseline(Protocol):
    """A way of mining."""

    def __call__(
        self, samples: list[Sample], labels: list[str], window: float, keep: int, seed: int
    ) -> Mined:
        """Mine `keep` patches for each label; `window` is a share of the short side below 1, else
        pixels."""


def samples_of(atlas: Atlas, needed: set[str]) -> list[Sample]:
    """Up to MOST images of each label, by the hash of their names, and all that are `needed`."""
    columns = ["image_id", "label", "labels", "group"]
    table = atlas.table("images", columns)
    rows = table.to_pylist()
    for row, every in zip(rows, labels_of(table), strict=True):
        row["every"] = every
    taken: dict[str, int] = {}
    chosen = []
    for row in sorted(rows, key=lambda row: _hash(row["image_id"])):
        first = row["every"][0]
        if row["image_id"] in needed or taken.get(first, 0) < MOST:
            taken[first] = taken.get(first, 0) + 1
            chosen.append(row)
    return [_sample(atlas, row) for row in sorted(chosen, key=lambda row: row["image_id"])]


def _sample(atlas: Atlas, row: dict[str, Any]) -> Sample:
    half = _hash(row["group"] or row["image_id"])[0] % 2
    grey = np.asarray(atlas.pictures.picture(row["image_id"]).convert("L"))
    return Sample(row["image_id"], tuple(row["every"]), half, grey)


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()


def side_of(window: float, shape: tuple[int, ...]) -> int:
    """The side of the window in an image, in pixels."""
    return max(2, round(window * min(shape) if window < 1 else window))


def hog_of() -> Callable[..., np.ndarray]:
    """scikit-image's histograms of oriented gradients; UsageError when it is not installed."""
    try:
        from skimage.feature import hog
    except ImportError as error:
        raise UsageError(
            "The baselines need scikit-image; install it with pip install 'diffmine[baselines]'."
        ) from error
    return hog


def cells(grey: UInt8[np.ndarray, "h w"], cell: int) -> Float[np.ndarray, "r c 9"]:
    """Nine orientations for each cell of `cell` pixels, normalised by its block of 2 x 2 cells."""
    blocks = hog_of()(
        grey, 9, (cell, cell), (2, 2), block_norm="L2-Hys", feature_vector=False
    )  # r c 2 2 9
    return np.ascontiguousarray(blocks[:, :, 0, 0], np.float32)


def shrunk(grey: UInt8[np.ndarray, "h w"], side: int) -> UInt8[np.ndarray, "side side"]:
    """A picture at `side` x `side` pixels."""
    resized = Image.fromarray(grey).resize((side, side), Image.Resampling.BILINEAR)
    return np.asarray(resized)


def best_apart(
    windows: Iterator[tuple[float, str, int, int, int, int | None]], keep: int
) -> list[Place]:
    """The first `keep` of (score, image_id, row, col, size, element) that do not overlap."""
    places: list[Place] = []
    by_image: dict[str, list[Place]] = {}
    for score, image_id, row, col, size, element in windows:
        there = by_image.setdefault(image_id, [])
        if all(abs(p.row - row) >= size or abs(p.col - col) >= size for p in there):
            there.append(Place(image_id, row, col, size, score, element))
            places.append(there[-1])
            if len(places) == keep:
                break
    return places
