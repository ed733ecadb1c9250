"""Near-duplicates among pictures that may all look alike, as films of one kind do.

    near: their difference hashes differ in at most 8 of 64 bits, and
    alike: the correlation of their thumbnails' grey values is at least 0.97

Hashes alone would join pictures of one kind: of 973 chest films 25,552 pairs are near, and one is
alike (two files of one exposure). Copies at half the size, of JPEG quality 20, or lighter by a
fifth are both, 99 in 100.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Float, Int, Int64, UInt8
from PIL import Image

from diffmine.maths.duplicates import join, near_duplicates
from diffmine.maths.near_pairs import pairs_near

THUMB = 16
"""Pixels of a side of the thumbnail."""
_SMALL = 64
NEAR = 8
ALIKE = 0.97
PLAIN = 2.0
"""Standard deviation of a thumbnail's grey values of 255 below which a picture shows nothing, and
is like no other."""
_TOGETHER = 1 << 14
"""Thumbnails that are taken out of their bytes together."""


def alike_sets(
    hashes: Int64[np.ndarray, " n"],
    thumbs: UInt8[np.ndarray, "n p"],
    same: Sequence[Sequence[int]] = (),
    waiting: Callable[[int], None] = lambda done: None,
) -> list[list[int]]:
    """Sets of pictures of which each is near and alike to another of its set, by their rows; plain
    pictures are in none. `same` are rows known to be the same, which are in one set whatever they
    show: one of them is compared for all."""
    root = np.arange(len(hashes))
    compared = ~is_plain(thumbs)
    for rows in same:
        root[list(rows)] = min(rows)
        compared[list(rows)] = False
        compared[min(rows)] = not is_plain(thumbs[min(rows)][None])[0]
    chosen = np.flatnonzero(compared)
    for near in pairs_near(hashes[chosen], NEAR, waiting):
        one, other = (chosen[rows] for rows in near)
        good = _correlation(thumbs, one, other) >= ALIKE
        join(root, one[good], other[good])
    _, of, size = np.unique(root, return_inverse=True, return_counts=True)
    order = np.argsort(of, kind="stable")
    cuts = np.cumsum(size)[:-1]
    return [own.tolist() for own in np.split(order, cuts) if len(own) > 1]


def confirmed(
    names: Sequence[str],
    hashes: Int64[np.ndarray, " n"],
    thumb_of: Callable[[int], UInt8[np.ndarray, " p"]],
    same: Sequence[Sequence[int]] = (),
) -> list[tuple[int, int, int]]:
    """Groups of near-duplicates as `near_duplicates` gives them, of pictures that are alike too;
    thumbnails are asked for of those alone whose hashes are near. `same` as in `alike_sets`."""
    rows = [row for row, _, _ in near_duplicates(names, hashes)]
    if not rows:
        return []
    place = {row: k for k, row in enumerate(rows)}
    known = [[place[row] for row in own if row in place] for own in same]
    thumbs = np.stack([thumb_of(row) for row in rows])
    sets = alike_sets(hashes[rows], thumbs, [own for own in known if len(own) > 1])
    groups = [sorted((rows[k] for k in own), key=lambda row: names[row]) for own in sets]
    groups.sort(key=lambda own: names[own[0]])
    entries = []
    for number, own in enumerate(groups):
        apart = np.bitwise_count((hashes[own] ^ hashes[own[0]]).view(np.uint64))
        entries += [(row, number, int(bits)) for row, bits in zip(own, apart, strict=True)]
    return entries


def thumbnail(picture: Image.Image) -> UInt8[np.ndarray, " p"]:
    """The grey values of a picture's thumbnail, row by row."""
    small = picture.resize((_SMALL, _SMALL), Image.Resampling.BOX).convert("L")
    return np.asarray(small.resize((THUMB, THUMB), Image.Resampling.BOX)).ravel()


def is_plain(thumbs: UInt8[np.ndarray, "n p"]) -> np.ndarray:
    """Which pictures show nothing."""
    parts = (thumbs[k : k + _TOGETHER] for k in range(0, len(thumbs), _TOGETHER))
    return np.concatenate([np.zeros(0, bool), *(part.std(axis=1) < PLAIN for part in parts)])


def _correlation(
    thumbs: UInt8[np.ndarray, "n p"], one: Int[np.ndarray, " k"], other: Int[np.ndarray, " k"]
) -> Float[np.ndarray, " k"]:
    """Of each pair of rows; thumbnails are standardised for their pairs alone, for those of all
    pictures would take most of the memory."""
    parts = range(0, len(one), _TOGETHER)
    pairs = ((one[k : k + _TOGETHER], other[k : k + _TOGETHER]) for k in parts)
    return np.concatenate(
        [
            np.einsum("kp,kp->k", _standardised(thumbs[a]), _standardised(thumbs[b]))
            for a, b in pairs
        ]
    )


def _standardised(thumbs: UInt8[np.ndarray, "n p"]) -> Float[np.ndarray, "n p"]:
    """Thumbnails without their mean and of length 1."""
    values = thumbs.astype(np.float32)
    values -= values.mean(axis=1, keepdims=True)
    values /= np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-6)
    return values
