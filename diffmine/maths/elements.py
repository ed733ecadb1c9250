"""Elements as arrays: pairs that may be the same, elements that mix two kinds, and their halves."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float, Int

MIXED = 0.0
_STEPS = 100
_MOST_OWN = 1_000
_MOST_OTHERS = 5_000


def alike(
    centres: Float[np.ndarray, "k d"], spread: Float[np.ndarray, " k"]
) -> list[tuple[int | None, float | None]]:
    """For each element the one it may be the same as, and the cosine of their centres.

    That is the most similar of those whose centre is nearer to its own than the patches of either
    are, on average, to their own centre; (None, None) where there is none.
    """
    lengths = np.maximum(np.linalg.norm(centres, axis=1), 1e-12)
    cosine = centres @ centres.T / np.outer(lengths, lengths)  # k k
    apart = np.linalg.norm(centres[:, None] - centres[None], axis=2)  # k k
    near: Bool[np.ndarray, "k k"] = apart < np.minimum(spread[:, None], spread[None])
    np.fill_diagonal(near, False)
    pairs: list[tuple[int | None, float | None]] = []
    for row in range(len(centres)):
        others = np.flatnonzero(near[row])
        if not len(others):
            pairs.append((None, None))
            continue
        other = int(others[np.argmax(cosine[row, others])])
        pairs.append((other, float(cosine[row, other])))
    return pairs


def silhouette(
    matrix: Float[np.ndarray, "n d"], element: Int[np.ndarray, " n"], one: int, seed: int = 0
) -> float:
    """Mean silhouette of the rows of an element among the elements given, -1 for none; at most
    1,000 of its rows are compared with 5,000. NaN when there is nothing to compare."""
    chance = np.random.default_rng(seed)
    own = _some(np.flatnonzero(element == one), _MOST_OWN, chance)
    rows = _some(np.flatnonzero(element >= 0), _MOST_OTHERS, chance)
    names = [name for name in np.unique(element[rows]).tolist() if name != one]
    mates = own if len(own) > 1 else own[:0]
    if not len(mates) or not names:
        return float("nan")
    inner = _apart(matrix[own], matrix[own]).sum(axis=1) / (len(own) - 1)  # own
    apart = _apart(matrix[own], matrix[rows])  # own rows
    outer = np.min([apart[:, element[rows] == name].mean(axis=1) for name in names], axis=0)
    return float(np.mean((outer - inner) / np.maximum(np.maximum(inner, outer), 1e-12)))


def halves(matrix: Float[np.ndarray, "n d"]) -> Bool[np.ndarray, " n"]:
    """Two groups of rows by 2-means, begun at the sides of the main direction: the same rows give
    the same groups. All False when they cannot be told apart."""
    centred = matrix.astype(np.float64) - matrix.mean(axis=0, dtype=np.float64)
    if len(matrix) < 2 or not np.abs(centred).max() > 1e-6:
        return np.zeros(len(matrix), bool)
    main = np.linalg.svd(centred, full_matrices=False)[2][0]  # d
    second = centred @ main > 0
    for _ in range(_STEPS):
        centres = np.stack([centred[~second].mean(axis=0), centred[second].mean(axis=0)])
        nearer = _apart(centred, centres).argmin(axis=1) == 1
        if (nearer == second).all() or nearer.all() or not nearer.any():
            break
        second = nearer
    return np.asarray(second)


def _some(
    rows: Int[np.ndarray, " n"], most: int, chance: np.random.Generator
) -> Int[np.ndarray, " m"]:
    return rows if len(rows) <= most else np.sort(chance.choice(rows, most, replace=False))


def _apart(a: Float[np.ndarray, "n d"], b: Float[np.ndarray, "m d"]) -> Float[np.ndarray, "n m"]:
    squares = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1)[None] - 2 * a @ b.T  # n m
    return np.sqrt(np.maximum(squares, 0))
