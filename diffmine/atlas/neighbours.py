"""Which patches are near to a patch: exact search over the features of all labels.

Every feature is compared: a million of 128 numbers in about 33 ms on one processor core, so an
index would save nothing that is felt and take minutes to build (benchmarks/neighbours.py).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from jaxtyping import Float

from diffmine.atlas.names import Names

_BLOCK = 65_536


class Neighbours:
    """Features by the patch's name; `matrix` holds them as float32, scaled to length 1."""

    def __init__(self, names: Names, matrix: Float[np.ndarray, "n d"]) -> None:
        self.names = names
        self.matrix = np.empty(matrix.shape, np.float32)
        for start in range(0, len(matrix), _BLOCK):
            rows = matrix[start : start + _BLOCK].astype(np.float32)
            lengths = np.linalg.norm(rows, axis=1, keepdims=True)
            self.matrix[start : start + _BLOCK] = rows / np.maximum(lengths, 1e-12)

    @classmethod
    def of(cls, table: pa.Table) -> Neighbours:
        """From a table of `patch_id` and `feature`."""
        return cls(Names(table["patch_id"]), feature_matrix(table))

    def nearest(self, name: str, count: int) -> list[tuple[str, float]]:
        """Names of the patches most like one, with their cosine, nearest first and without itself;
        none when the patch has no feature."""
        own = self.names.row(name)
        if own is None:
            return []
        cosine = self.matrix @ self.matrix[own]  # n
        cosine[own] = -np.inf
        rows = highest(cosine, min(count, len(cosine) - 1))
        return [(self.names[row], float(cosine[row])) for row in rows]

    def near(self, vector: Float[np.ndarray, " d"], count: int) -> list[tuple[str, float]]:
        """Names of the patches most like a feature of length 1, with their cosine, nearest first;
        none when it is one of another model."""
        if vector.shape != self.matrix.shape[1:]:
            return []
        cosine = self.matrix @ vector  # n
        return [(self.names[row], float(cosine[row])) for row in highest(cosine, count)]

    def centre(self, names: Sequence[str]) -> Float[np.ndarray, " d"] | None:
        """Mean feature of some patches; None when none of them has one."""
        rows = self.names.rows(names)
        rows = rows[rows >= 0]
        return self.matrix[rows].mean(axis=0) if len(rows) else None

    def among(
        self, vector: Float[np.ndarray, " d"], names: Sequence[str], count: int
    ) -> list[tuple[str, float]]:
        """Those of `names` that are most like a vector, with their products, nearest first."""
        rows = self.names.rows(names)
        known = [name for name, row in zip(names, rows, strict=True) if row >= 0]
        products = self.matrix[rows[rows >= 0]] @ vector  # known
        return [(known[row], float(products[row])) for row in highest(products, count)]


def feature_matrix(table: pa.Table) -> Float[np.ndarray, "n d"]:
    """The column `feature` of a table, float16."""
    parts = [
        chunk.flatten().to_numpy(zero_copy_only=False).reshape(len(chunk), -1)
        for chunk in table["feature"].chunks
        if len(chunk)
    ]
    return np.concatenate(parts) if parts else np.zeros((0, 1), np.float16)


def highest(values: Float[np.ndarray, " n"], count: int) -> list[int]:
    """Where the highest `count` values are, the highest first, equal ones in their order."""
    count = min(count, len(values))
    if count < 1:
        return []
    least = np.partition(values, len(values) - count)[len(values) - count]
    rows = np.flatnonzero(values >= least)
    return [int(row) for row in rows[np.argsort(-values[rows], kind="stable")][:count]]
