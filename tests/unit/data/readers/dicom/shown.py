"""What is seen of small films, and what the standard says of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from diffmine.data.readers.dicom import reader

WIDE = np.arange(48 * 64, dtype=np.uint16).reshape(48, 64)
Window = Callable[[float], float]


def grey(path: Path) -> np.ndarray:
    """What is seen of a grey file."""
    pixels = np.asarray(reader.read(path))
    assert (pixels == pixels[..., :1]).all()
    return pixels[..., 0].astype(int)


def expected(values: np.ndarray, shown: Window) -> np.ndarray:
    """What a window shows of values, 0 to 255."""
    return np.array([[255 * shown(float(value)) for value in row] for row in values])


def linear(x: float, c: float = 1500, w: float = 801) -> float:
    """PS3.3 C.11.2.1.2.1, as it is printed there, to 0..1."""
    if x <= c - 0.5 - (w - 1) / 2:
        return 0.0
    if x > c - 0.5 + (w - 1) / 2:
        return 1.0
    return (x - (c - 0.5)) / (w - 1) + 0.5


def colours() -> np.ndarray:
    """A small picture of noise in colours."""
    return np.random.default_rng(3).integers(0, 256, (24, 32, 3), np.uint8)
