"""The greedy choice of windows over all places and sizes, looking only where it can matter.

    next window = the one of the highest score that shares no pixel with those before
    score       = mean of T over the window * weight of its size

A cell whose bound (grid.py) lies below the best score so far cannot hold the next window, so only a
few cells of some thousands are computed. Of equal windows the smaller wins, then the first in
reading order: the choice is that of windows.best_windows, which looks everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from diffmine.maths.grid import Axis, Grid

_ROUNDING = 1e-12


@dataclass(frozen=True)
class Choice:
    """A chosen window with its mean typicality and its score."""

    row: int
    col: int
    size: int
    typicality: float
    score: float


def size_weights(sizes: Sequence[int], power: float) -> list[float]:
    """(size / smallest size)^power: by how much the mean over a larger window counts more."""
    return [(size / min(sizes)) ** power for size in sizes]


def choose(
    grids: Sequence[Grid],
    sums: Sequence[Float[np.ndarray, "_ _"]],
    weights: Sequence[float],
    keep: int,
    sign: int = 1,
    floor: float = -np.inf,
) -> list[Choice]:
    """The `keep` best windows of a map, best first; `sign` -1 takes the lowest.

    `sums` are the control sums for each grid (ascending in size). The list ends early where
    sign * score falls below `floor`.
    """
    scans = [_Scan(g, s * sign, w) for g, s, w in zip(grids, sums, weights, strict=True)]
    choices: list[Choice] = []
    while len(choices) < keep:
        best, row, col, winner = -np.inf, 0, 0, None
        for scan in scans:
            if (place := scan.best(max(floor, best))) and place[0] > best:
                (best, row, col), winner = place, scan
        if winner is None:
            break
        mean = sign * best / winner.weight
        choices.append(Choice(row, col, winner.grid.size, mean, sign * best))
        for scan in scans:
            scan.close(row, col, winner.grid.size)
    return choices


class _Scan:
    """What is known of the windows of one size: a bound for each cell, or its exact best."""

    def __init__(self, grid: Grid, sums: Float[np.ndarray, "k l"], weight: float) -> None:
        self.grid, self.sums, self.weight = grid, sums, weight
        self.factor = weight / grid.size**2
        self.taken: list[tuple[int, int, int]] = []
        shape = (grid.rows.cells, grid.cols.cells)
        self.bound = grid.bounds(sums) * self.factor
        self.single = grid.rows.order == grid.cols.order == 1
        if not self.single:
            self.bound += _ROUNDING * np.abs(self.bound).max()
        self.upper = self.bound.copy()
        self.exact = np.full(shape, self.single)
        self.place = np.zeros(shape, np.int64)  # row * columns + col of a cell's best

    def best(self, floor: float) -> tuple[float, int, int] | None:
        """The best free window (score, row, col); None when all lie below `floor`."""
        flat = self.upper.reshape(-1)
        at = int(flat.argmax())
        if flat[at] < floor or flat[at] == -np.inf:
            return None
        if self.single:
            row, col = divmod(at, self.grid.cols.count)
            return float(flat[at]), row, col
        if not self.exact.reshape(-1)[at]:
            self._work_out(np.array([at]))
        rest = np.flatnonzero((flat >= flat[at]) & ~self.exact.reshape(-1))
        if len(rest):
            self._work_out(rest)
        top = flat.max()
        if top < floor or top == -np.inf:
            return None
        first = self.place.reshape(-1)[flat == top].min()
        row, col = divmod(int(first), self.grid.cols.count)
        return float(top), row, col

    def _work_out(self, cells: Int[np.ndarray, " n"]) -> None:
        """Put the exact best of some cells where their bounds were."""
        rows, cols = self.grid.rows, self.grid.cols
        down, across = np.divmod(cells, cols.cells)
        values = self.grid.values(self.sums, down, across) * self.factor  # n step step
        r = rows.first + down[:, None] * rows.step + np.arange(rows.step)  # n step
        c = cols.first + across[:, None] * cols.step + np.arange(cols.step)  # n step
        free = ((r >= 0) & (r < rows.count))[:, :, None] & ((c >= 0) & (c < cols.count))[:, None]
        for row, col, side in self.taken:
            low, left = row - self.grid.size, col - self.grid.size
            free &= ~(
                ((r > low) & (r < row + side))[:, :, None]
                & ((c > left) & (c < col + side))[:, None]
            )
        flat = np.where(free, values, -np.inf).reshape(len(cells), -1)
        inside = flat.argmax(axis=1)
        every = np.arange(len(cells))
        self.upper.reshape(-1)[cells] = flat[every, inside]
        at_r, at_c = np.divmod(inside, cols.step)
        self.place.reshape(-1)[cells] = r[every, at_r] * cols.count + c[every, at_c]
        self.exact.reshape(-1)[cells] = True

    def close(self, row: int, col: int, side: int) -> None:
        """Take out all windows that would touch the square (row, col, side)."""
        self.taken.append((row, col, side))
        rows = _cells(self.grid.rows, row - self.grid.size + 1, row + side - 1)
        cols = _cells(self.grid.cols, col - self.grid.size + 1, col + side - 1)
        self.bound[rows[1], cols[1]] = -np.inf
        self.upper[rows[0], cols[0]] = self.bound[rows[0], cols[0]]
        self.exact[rows[0], cols[0]] = self.single


def _cells(axis: Axis, low: int, high: int) -> tuple[slice, slice]:
    """Cells that hold some of the positions low to high, and those that hold no other."""
    low, high = max(low, 0), min(high, axis.count - 1)
    start, stop = (low - axis.first) // axis.step, (high - axis.first) // axis.step + 1
    # Places outside the image count as taken: nothing is free there.
    first = start if low == 0 else -((axis.first - low) // axis.step)
    last = stop if high == axis.count - 1 else (high + 1 - axis.first) // axis.step
    return slice(start, stop), slice(first, max(last, first))
