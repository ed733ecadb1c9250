"""From outlines in body coordinates to antialiased layers of 128 x 128 pixels.

Body coordinates (u, v): u from -1 (image left, the patient's right) to 1, v from -1 (top) to 1;
they fill the image when the frame is neither turned, scaled nor shifted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy.ndimage import gaussian_filter

from demos.splits import enlarged

SIZE = 128  # pixels, both sides
SCALE = 4  # outlines are drawn at least this much larger, then reduced

_T = np.linspace(0, 1, 8, endpoint=False)
# Weights of four knots for eight points between the middle two: (8, 4).
CATMULL_ROM = 0.5 * np.stack(
    [-_T + 2 * _T**2 - _T**3, 2 - 5 * _T**2 + 3 * _T**3, _T + 4 * _T**2 - 3 * _T**3, _T**3 - _T**2],
    axis=1,
)
_TURN = np.linspace(0, 2 * np.pi, 40, endpoint=False)
CIRCLE = np.stack([np.cos(_TURN), np.sin(_TURN)], axis=1)  # (40, 2)

Field = NDArray[np.float32]  # (128, 128), or a film drawn larger: that times `Frame.times`
Mask = NDArray[np.bool_]  # the same
Points = NDArray[np.float64]  # (n, 2), u and v


def generator(*parts: object) -> np.random.Generator:
    """A generator seeded by what is drawn, so that no picture depends on another."""
    digest = hashlib.sha256("|".join(str(part) for part in parts).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:16], "big"))


@dataclass(frozen=True)
class Frame:
    """How the body lies on the film: `angle` in radians, `scale` 1 is full size, shifts in u, v.
    `times`: the film is so many times as wide and high; "pixels" are those of 128 x 128."""

    angle: float = 0.0
    scale: float = 1.0
    shift_u: float = 0.0
    shift_v: float = 0.0
    times: int = 1

    @property
    def size(self) -> int:
        """Pixels of a layer, both sides."""
        return SIZE * self.times

    def pixels(self, points: Points) -> Points:
        """Body coordinates (n, 2) to pixel coordinates x, y (n, 2)."""
        matrix, offset = self._to_pixels
        return points @ matrix + offset

    @cached_property
    def _to_pixels(self) -> tuple[Points, Points]:
        cos, sin = np.cos(self.angle), np.sin(self.angle)
        matrix = np.array([[cos, sin], [-sin, cos]]) * self.scale * (SIZE / 2)
        return matrix, np.array([1 + self.shift_u, 1 + self.shift_v]) * (SIZE / 2)

    @cached_property
    def grid(self) -> tuple[Field, Field]:
        """Body coordinates u and v of each pixel's centre, (128, 128) each."""
        row, col = self.places
        x = (col + 0.5) / (SIZE / 2) - 1 - self.shift_u
        y = (row + 0.5) / (SIZE / 2) - 1 - self.shift_v
        cos, sin = np.cos(self.angle), np.sin(self.angle)
        u, v = (x * cos + y * sin) / self.scale, (y * cos - x * sin) / self.scale
        return u.astype(np.float32), v.astype(np.float32)

    @property
    def places(self) -> Field:
        """Row and col of each pixel's centre, counted in 128: (2, 128, 128)."""
        at = np.mgrid[0 : self.size, 0 : self.size].astype(np.float32)
        return ((at + 0.5) / self.times - 0.5).astype(np.float32)


class Canvas:
    """A layer to draw on, large; `field` gives it reduced, 0 to 1."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._scale = max(SCALE, 2 * frame.times)
        self._image = Image.new("L", (SIZE * self._scale, SIZE * self._scale), 0)
        self._draw = ImageDraw.Draw(self._image)

    def fill(self, outline: Points, value: float = 1.0) -> Canvas:
        """Fills a closed outline (n, 2) with a value of 0 to 1; what was there is covered."""
        corners = (self._frame.pixels(outline) * self._scale).ravel().tolist()
        self._draw.polygon(corners, fill=round(255 * value))
        return self

    def stroke(self, path: Points, width: float, value: float = 1.0) -> Canvas:
        """A line along a path (n, 2), `width` in pixels of the reduced layer."""
        corners = (self._frame.pixels(path) * self._scale).ravel().tolist()
        wide = max(1, round(width * self._scale))
        self._draw.line(corners, fill=round(255 * value), width=wide, joint="curve")
        return self

    def strokes(self, paths: NDArray[np.float64], widths: Points, values: Points) -> Canvas:
        """Many lines, in their order: paths (lines, n, 2), widths and values (lines,)."""
        lines = self._frame.pixels(paths) * self._scale
        corners = lines.reshape(len(lines), -1).tolist()
        wide = np.maximum(1, np.rint(widths * self._scale)).astype(int).tolist()
        grey = np.rint(255 * values).astype(int).tolist()
        for corner, width, value in zip(corners, wide, grey, strict=True):
            self._draw.line(corner, fill=value, width=width)
        return self

    def field(self) -> Field:
        """The layer reduced to (128, 128), float32, 0 to 1."""
        reduced = self._image.reduce(self._scale // self._frame.times)
        return np.asarray(reduced, dtype=np.float32) / np.float32(255)


def cover(frame: Frame, *outlines: Points) -> Field:
    """How much of each pixel lies within any of the outlines: (128, 128), 0 to 1."""
    canvas = Canvas(frame)
    for outline in outlines:
        canvas.fill(outline)
    return canvas.field()


def blur(field: Field, sigma: float) -> Field:
    """Gaussian blur, `sigma` in pixels."""
    # The tail beyond 3 sigma costs a quarter of the time and shows nowhere.
    sigma *= len(field) // SIZE
    return gaussian_filter(field, sigma, mode="nearest", truncate=3.0)


def cloud(rng: np.random.Generator, sigma: float, times: int) -> Field:
    """Smooth noise of mean 0 and standard deviation 1, with grains of about `sigma` pixels."""
    noise = blur(rng.standard_normal((SIZE, SIZE), dtype=np.float32), sigma)
    return enlarged((noise - noise.mean()) / noise.std(), times)


def curve(knots: Sequence[tuple[float, float]] | Points, closed: bool = False) -> Points:
    """A Catmull-Rom curve through the knots (n, 2), eight points between two of them."""
    points = np.asarray(knots, dtype=np.float64)
    if closed:
        points = np.concatenate([points[-1:], points, points[:2]])
    else:
        points = np.concatenate([points[:1], points, points[-1:]])
    four = np.stack([points[:-3], points[1:-2], points[2:-1], points[3:]], axis=1)
    found = (CATMULL_ROM @ four).reshape(-1, 2)  # (knots, 8, 2) before
    return found if closed else np.concatenate([found, points[-1:]])


def ellipse(u: float, v: float, width: float, height: float, tilt: float = 0.0) -> Points:
    """An ellipse around (u, v) with half axes `width` and `height`: (40, 2)."""
    cos, sin = np.cos(tilt), np.sin(tilt)
    axes = np.array([[width * cos, width * sin], [-height * sin, height * cos]])
    return CIRCLE @ axes + (u, v)


def band(path: Points, start: float, end: float) -> Points:
    """The outline of a band along a path (n, 2), whose half width goes from start to end."""
    step = path[1:] - path[:-1]
    step = np.concatenate([step[:1], step[:-1] + step[1:], step[-1:]])
    normal = step[:, ::-1] * (-1, 1)
    half = start + (end - start) * np.arange(len(path)) / (len(path) - 1)
    half = (half / np.maximum(np.hypot(step[:, 0], step[:, 1]), 1e-9))[:, None]
    return np.concatenate([path + normal * half, (path - normal * half)[::-1]])
