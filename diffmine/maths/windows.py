"""Windows by their plain definition, on the map in pixels (section 3.3, note 3).

    score of a window = mean of T(x | c) over its pixels;  keep the best that do not overlap

`choose.py` makes the same choice without looking at every pixel.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from diffmine.config import MineConfig
from diffmine.errors import UsageError

_TRIES = 64


@dataclass(frozen=True)
class Window:
    """A square of an image in pixels, with its mean typicality and standard error."""

    row: int
    col: int
    size: int
    typicality: float
    se: float = 0.0


def window_sizes(config: MineConfig, height: int, width: int) -> list[int]:
    """Sides of the windows in pixels for an image, ascending; UsageError below two pixels."""
    sizes = set()
    for window in config.windows:
        side = window * min(height, width) if window < 1 else window
        if round(side) < 2:
            raise UsageError(f"A window of {window} is {side:.1f} pixels here; take at least 2.")
        sizes.add(round(side))
    return sorted(sizes)


def window_means(
    map: Float[np.ndarray, "H W"], size: int
) -> Float[np.ndarray, "H-{size}+1 W-{size}+1"]:
    """Mean of every `size` x `size` window, by an integral image in float64."""
    integral = np.zeros((map.shape[0] + 1, map.shape[1] + 1))
    integral[1:, 1:] = map.cumsum(axis=0, dtype=np.float64).cumsum(axis=1)
    low, high = integral[:-size], integral[size:]
    return (high[:, size:] - high[:, :-size] - low[:, size:] + low[:, :-size]) / size**2


def best_windows(
    means: Float[np.ndarray, "h w"], size: int, keep: int, sign: int = 1
) -> list[Window]:
    """The `keep` best windows that do not overlap, best first; `sign` -1 takes the lowest.

    Of equal windows the first in reading order wins.
    """
    left = means * sign
    windows: list[Window] = []
    for _ in range(keep):
        row, col = np.unravel_index(int(left.argmax()), left.shape)
        if left[row, col] == -np.inf:
            break
        windows.append(Window(int(row), int(col), size, float(means[row, col])))
        rows = slice(max(row - size + 1, 0), row + size)
        left[rows, max(col - size + 1, 0) : col + size] = -np.inf
    return windows


def random_windows(
    means: Float[np.ndarray, "h w"], size: int, keep: int, seed: str
) -> list[Window]:
    """Up to `keep` windows that do not overlap, drawn from `seed` (the control, section 4.2)."""
    places = random_places(means.shape, [size], keep, seed, positions=True)
    return [Window(row, col, side, float(means[row, col])) for row, col, side in places]


def random_places(
    shape: Sequence[int], sizes: Sequence[int], keep: int, seed: str, *, positions: bool = False
) -> list[tuple[int, int, int]]:
    """Up to `keep` squares (row, col, size) that do not overlap, of sizes drawn evenly.

    Each is uniform over what those before leave free. `shape` is the image's height and width in
    pixels, or with `positions` the number of places of the one size.
    """
    rows = [shape[0] - (0 if positions else size - 1) for size in sizes]
    cols = [shape[1] - (0 if positions else size - 1) for size in sizes]
    taken: list[tuple[int, int, int]] = []
    for at, down, across in _draws(seed, _TRIES):
        kind = at % len(sizes)
        place = (down % rows[kind], across % cols[kind], sizes[kind])
        if not any(overlap(place, other) for other in taken):
            taken.append(place)
            if len(taken) == keep:
                return taken
    return _crowded(rows, cols, sizes, keep, seed, taken)


def overlap(one: tuple[int, int, int], other: tuple[int, int, int]) -> bool:
    """Whether two squares (row, col, size) share a pixel."""
    return (
        one[0] < other[0] + other[2]
        and other[0] < one[0] + one[2]
        and one[1] < other[1] + other[2]
        and other[1] < one[1] + one[2]
    )


def _draws(seed: str, count: int) -> Iterator[tuple[int, int, int]]:
    """Triples of 64-bit numbers; a generator of numpy's would cost more to create than all this."""
    digest = hashlib.shake_128(seed.encode("utf-8", "surrogateescape")).digest(24 * count)
    numbers = iter(np.frombuffer(digest, "<u8").tolist())
    return zip(numbers, numbers, numbers, strict=True)


def _crowded(
    rows: list[int],
    cols: list[int],
    sizes: Sequence[int],
    keep: int,
    seed: str,
    taken: list[tuple[int, int, int]],
) -> list[tuple[int, int, int]]:
    """The rest of the squares, where free places are too rare to hit by chance: list them all."""
    free = [np.ones((r, c), bool) for r, c in zip(rows, cols, strict=True)]

    def close(place: tuple[int, int, int]) -> None:
        row, col, side = place
        for size, mask in zip(sizes, free, strict=True):
            mask[max(row - size + 1, 0) : row + side, max(col - size + 1, 0) : col + side] = False

    for place in taken:
        close(place)
    for at, number, _ in _draws(f"{seed}/crowded", keep - len(taken)):
        open_ = [k for k in range(len(sizes)) if free[k].any()]
        if not open_:
            break
        kind = open_[at % len(open_)]
        left = np.flatnonzero(free[kind])
        row, col = divmod(int(left[number % len(left)]), cols[kind])
        taken.append((row, col, sizes[kind]))
        close(taken[-1])
    return taken
