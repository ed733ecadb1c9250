"""The paper's procedure written plainly and correctly: what the fast paths are measured against.

One window a row, all rows of an image sorted, windows taken from the top unless they overlap.
"""

from __future__ import annotations

import numpy as np
import pandas as pd


def means(values: np.ndarray, size: int) -> np.ndarray:
    """Mean of every window, one after the other."""
    rows, cols = values.shape[0] - size + 1, values.shape[1] - size + 1
    out = np.empty((rows, cols))
    for row in range(rows):
        for col in range(cols):
            out[row, col] = values[row : row + size, col : col + size].mean()
    return out


def select(found: np.ndarray, size: int, keep: int) -> list[tuple[int, int]]:
    """The best windows that do not overlap, by a data frame with a row for each pixel."""
    rows = [(r, c, found[r, c]) for r in range(found.shape[0]) for c in range(found.shape[1])]
    table = pd.DataFrame(rows, columns=["row", "col", "score"])
    table = table.sort_values("score", ascending=False, kind="stable")
    taken: list[tuple[int, int]] = []
    for row, col in zip(table["row"], table["col"], strict=True):
        if all(abs(row - r) >= size or abs(col - c) >= size for r, c in taken):
            taken.append((int(row), int(col)))
            if len(taken) == keep:
                break
    return taken
