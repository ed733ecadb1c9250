"""Near-duplicates: images whose 64-bit difference hashes differ in at most three bits.

    bit = grey value grows from a pixel to its right neighbour, in the picture scaled to 9 x 8

Of four bands of 16 bits one is equal when at most three bits differ, so only images that share a
band are compared, each with its next neighbours in the order of hashes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from jaxtyping import Int, Int64, UInt64
from PIL import Image

DISTANCE = 3
_BANDS = 4
_NEIGHBOURS = 64


def picture_hash(picture: Image.Image) -> int:
    """The difference hash of a picture as a signed 64-bit number."""
    small = picture.convert("L").resize((9, 8), Image.Resampling.BOX)
    grey = np.asarray(small, np.int16)  # 8 9
    bits = np.packbits(grey[:, 1:] > grey[:, :-1])
    return int(bits.view(">i8")[0])


def near(one: int, other: int) -> bool:
    """Whether two hashes are those of near-duplicates."""
    return ((one ^ other) & (2**64 - 1)).bit_count() <= DISTANCE


def near_duplicates(
    names: Sequence[str], hashes: Int64[np.ndarray, " n"]
) -> list[tuple[int, int, int]]:
    """Groups of near-duplicates: (row, group number, bits that differ from the group's first).

    Rows of a group stand in the order of their names, groups in that of their first. A chain of
    near-duplicates is one group. Equal hashes are always found; others when fewer than 64 hashes
    that share the band lie between them, so that the work grows with n log n.
    """
    unique, of = np.unique(hashes, return_inverse=True)
    root = _joined(unique.view(np.uint64))[of]
    members: dict[int, list[int]] = {}
    for row, key in enumerate(root.tolist()):
        members.setdefault(key, []).append(row)
    groups = [sorted(rows, key=lambda r: names[r]) for rows in members.values() if len(rows) > 1]
    groups.sort(key=lambda rows: names[rows[0]])
    entries = []
    for number, rows in enumerate(groups):
        apart = np.bitwise_count((hashes[rows] ^ hashes[rows[0]]).view(np.uint64))
        entries += [(row, number, int(bits)) for row, bits in zip(rows, apart, strict=True)]
    return entries


def _joined(hashes: UInt64[np.ndarray, " n"]) -> Int[np.ndarray, " n"]:
    """A number for each of the different hashes, the same for all of a chain of near ones."""
    root = np.arange(len(hashes))
    for one, other in _pairs(hashes):
        join(root, one, other)
    return root


def join(
    root: Int[np.ndarray, " n"], one: Int[np.ndarray, " k"], other: Int[np.ndarray, " k"]
) -> None:
    """Give the chains of each pair one root, in place: the lower one."""
    while (apart := root[one] != root[other]).any():
        one, other = one[apart], other[apart]
        a, b = root[one], root[other]
        np.minimum.at(root, np.maximum(a, b), np.minimum(a, b))
        while ((up := root[root]) != root).any():
            root[:] = up


def _pairs(
    hashes: UInt64[np.ndarray, " n"],
) -> Iterator[tuple[Int[np.ndarray, " k"], Int[np.ndarray, " k"]]]:
    """Near pairs among different hashes, by band and by distance in the order of the band."""
    for band in range(_BANDS):
        key = (hashes >> np.uint64(16 * band)) & np.uint64(0xFFFF)
        order = np.lexsort((hashes, key))
        for step in range(1, _NEIGHBOURS + 1):
            one, other = order[:-step], order[step:]
            same = key[one] == key[other]
            if not same.any():
                break
            one, other = one[same], other[same]
            near = np.bitwise_count(hashes[one] ^ hashes[other]) <= DISTANCE
            yield one[near], other[near]
