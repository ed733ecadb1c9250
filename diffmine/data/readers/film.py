"""A film: a grey picture with all the numbers of its file, for a viewer that sets the window.

    value = slope * number + intercept
    grey  = round(255 * shown(value)), inverted for `inverse`; 0 where the number is padding

Numbers are words of 16 bits. Deeper files and floats are read in 65,535 even steps.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
from jaxtyping import Num, UInt8, UInt16
from PIL import Image

from diffmine.data.readers import deep

NUMBERS = 1 << 16
MOST_PIXELS = 25_000_000
"""Of larger films whole blocks of pixels are averaged: a browser holds no more."""
_STRIP = 2**20

Greys = UInt8[np.ndarray, " 65536"]


@dataclass(frozen=True)
class Window:
    """A way to show a film. `kind` is `table` or `window` of the file, numbered from 1, `set` (the
    range of the data set), `all` or `robust` (the film's own values, the latter without the
    outermost 0.5 % at each end); `curve` is LINEAR, LINEAR_EXACT or SIGMOID (PS3.3 C.11.2.1)."""

    kind: str
    number: int = 0
    centre: float = 0.0
    width: float = 0.0
    curve: str = "LINEAR_EXACT"


@dataclass(frozen=True)
class Spacing:
    """Millimetres between the middles of pixels, down and across, and where that holds: `patient`
    (a cross-section), `calibrated`, `imager` (at the detector) or `unsaid`."""

    down: float
    across: float
    at: str


@dataclass(frozen=True)
class Film:
    """`words` (height, width) are the numbers, `tables` the greys of all NUMBERS numbers by each
    table of the file, `windows` every way to show it, the reader's own first. `orientation` is that
    of rows and columns, `flipped` whether the picture was turned over before it was stored,
    `upright` how the file says that it must be turned (an EXIF orientation), which was done."""

    words: UInt16[np.ndarray, "height width"] = field(repr=False)
    bits: int
    windows: list[Window]
    slope: float = 1.0
    intercept: float = 0.0
    unit: str = ""
    padding: tuple[int, int] | None = None
    inverse: bool = False
    tables: list[Greys] = field(default_factory=list, repr=False)
    spacing: Spacing | None = None
    modality: str = ""
    view: str = ""
    laterality: str = ""
    orientation: tuple[str, ...] = ()
    flipped: bool = False
    upright: int = 1

    @property
    def ends(self) -> tuple[float, float]:
        """The least and the largest value that is no padding."""
        low, high = _ends(self.words, self.padding)
        ends = sorted(self.slope * number + self.intercept for number in (low, high))
        return ends[0], ends[1]


def _ends(words: np.ndarray, padding: tuple[int, int] | None) -> tuple[int, int]:
    used, flat = np.zeros(NUMBERS, bool), words.reshape(-1)
    for begin in range(0, flat.size, _STRIP):  # all at once takes eight bytes a pixel
        used |= np.bincount(flat[begin : begin + _STRIP], minlength=NUMBERS) > 0
    if padding:
        used[padding[0] : padding[1] + 1] = False
    numbers = np.flatnonzero(used)
    return (int(numbers[0]), int(numbers[-1])) if numbers.size else (0, 1)


def own_windows(film: Film) -> list[Window]:
    """`all` and `robust` of a film; the latter from a sample, as the reader takes it."""
    flat = film.words.reshape(-1)
    sample = flat[:: max(1, flat.size // deep.SAMPLE)]
    if film.padding:
        sample = sample[(sample < film.padding[0]) | (sample > film.padding[1])]
    windows = [between("all", *film.ends)]
    if sample.size:
        low, high = deep.between(film.slope * sample + film.intercept)
        windows.append(between("robust", low, high))
    return windows


def between(kind: str, low: float, high: float) -> Window:
    """The window from black at `low` to white at `high`."""
    return Window(kind, 0, (low + high) / 2, max(high - low, 1e-9))


def quantised(
    values: Num[np.ndarray, "height width"],
) -> tuple[UInt16[np.ndarray, "height width"], float, float]:
    """Values as words, with slope and intercept; words of 65,535 are no value."""
    good = deep.valid(values)
    low, high = (float(end(values[good])) for end in (np.min, np.max)) if good.any() else (0.0, 1.0)
    slope = (high - low) / (NUMBERS - 2) or 1.0
    words = np.full(values.shape, NUMBERS - 1, np.uint16)
    words[good] = np.round((values[good].astype(np.float64) - low) / slope)
    return words, slope, low


def small_enough(film: Film) -> Film:
    """The film, or its means of 2 x 2, 3 x 3, ... pixels where it has more than MOST_PIXELS."""
    height, width = film.words.shape
    times = int(np.ceil(np.sqrt(height * width / MOST_PIXELS)))
    if times < 2:
        return film
    words = np.empty((height // times, width // times), np.uint16)
    for row in range(len(words)):
        block = film.words[row * times : (row + 1) * times, : words.shape[1] * times]
        words[row] = np.round(block.reshape(times, -1, times).mean(axis=(0, 2)))
    spacing = film.spacing
    if spacing:
        spacing = replace(spacing, down=spacing.down * times, across=spacing.across * times)
    return replace(film, words=words, spacing=spacing)


def square_size(size: tuple[int, ...], ratio: float) -> tuple[int, int]:
    """Width and height of a picture whose pixels, `ratio` times as high as wide, become square: the
    shorter side of them is stretched."""
    width, height = size
    return (width, round(height * ratio)) if ratio > 1 else (round(width / ratio), height)


def squared(film: Film, ratio: float) -> Film:
    """The film with its pixels made square, as `square_size` says."""
    size = square_size(film.words.shape[::-1], ratio)
    picture = Image.fromarray(film.words.astype(np.float32)).resize(size, Image.Resampling.BILINEAR)
    words = np.round(np.clip(np.asarray(picture), 0, NUMBERS - 1)).astype(np.uint16)
    spacing = film.spacing
    if spacing:
        side = min(spacing.down, spacing.across)
        spacing = replace(spacing, down=side, across=side)
    return replace(film, words=words, spacing=spacing)


def packed(words: UInt16[np.ndarray, "height width"]) -> Iterator[bytes]:
    """The numbers as a browser reads them: a zlib stream of little-endian words, row by row, each
    less the one to its left, the first of a row as it is."""
    stream, rows = zlib.compressobj(1), max(1, _STRIP // max(words.shape[1], 1))
    for top in range(0, len(words), rows):
        strip = words[top : top + rows].astype("<u2")
        strip[:, 1:] -= words[top : top + rows, :-1]
        yield stream.compress(strip.tobytes())
    yield stream.flush()


def unpacked(content: bytes, height: int, width: int) -> UInt16[np.ndarray, "height width"]:
    """The numbers of `packed`."""
    steps = np.frombuffer(zlib.decompress(content), "<u2").reshape(height, width)
    return np.add.accumulate(steps, axis=1, dtype=np.uint16)


def told(film: Film) -> dict[str, Any]:
    """All of a film but its numbers and greys, as JSON knows it."""
    facts = {name: value for name, value in vars(film).items() if name not in ("words", "tables")}
    facts["windows"] = [asdict(window) for window in film.windows]
    facts["spacing"] = asdict(film.spacing) if film.spacing else None
    return facts | {
        "ends": list(film.ends),
        "height": len(film.words),
        "width": film.words.shape[1],
    }
