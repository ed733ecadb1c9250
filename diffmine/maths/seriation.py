"""Correspondence analysis: labels that show the same elements lie together (seriation).

    S = D_r^(-1/2) (P - r c^T) D_c^(-1/2) = U diag(s) V^T,    places = D_c^(-1/2) V diag(s)

of a table P of elements by labels that sums to 1, with r and c its sums over labels and elements
(Greenacre, Correspondence Analysis in Practice). Archaeology orders finds by the first axis; where
labels drift in one direction the second bends into an arch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float


@dataclass(frozen=True)
class Places:
    """Where labels lie on up to two axes (principal coordinates; NaN for a label that shows none of
    the elements), and the share of all differences that each axis explains, 0 to 1."""

    at: Float[np.ndarray, "labels axes"]
    told: Float[np.ndarray, " axes"]


def correspondence(table: Float[np.ndarray, "elements labels"]) -> Places:
    """Places of the labels; `table` holds shares or counts, NaN for unknown. There are fewer than
    two axes where fewer than three labels, or elements, are shown at all.

    An axis has no direction of its own: the last label lies above the first on each.
    """
    table = np.nan_to_num(np.asarray(table, np.float64))
    rows, columns = table.sum(axis=1) > 0, table.sum(axis=0) > 0
    inside = table[np.ix_(rows, columns)]
    axes = max(0, min(2, *(length - 1 for length in inside.shape)))
    at = np.full((table.shape[1], axes), np.nan)
    if not axes:
        return Places(at, np.zeros(0))
    inside = inside / inside.sum()
    of_rows, of_columns = inside.sum(axis=1), inside.sum(axis=0)
    expected = np.outer(of_rows, of_columns)
    _, lengths, vectors = np.linalg.svd(
        (inside - expected) / np.sqrt(expected), full_matrices=False
    )
    coordinates = (vectors[:axes] * lengths[:axes, None] / np.sqrt(of_columns)).T
    at[columns] = np.where(coordinates[-1] < coordinates[0], -coordinates, coordinates)
    inertia = lengths**2
    return Places(at, inertia[:axes] / max(inertia.sum(), 1e-300))
