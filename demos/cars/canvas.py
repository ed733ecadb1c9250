"""A camera, and a canvas that keeps a mask for every element drawn on it.

Cars are given in units of a hundredth of their length: x from the front (0) to the rear (100),
y across (negative is near the viewer), z up from the ground.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

WIDTH, HEIGHT = 128, 96  # pixels
SCALE = 4  # drawn at least this much larger, then reduced
COVER = 80  # of 255: from this cover on, a reduced pixel counts as the element's
MIN_SIDE = 8  # pixels, of the longer side of a box; smaller parts are drawn but not reported
MIN_AREA = 12  # pixels of the mask

Point2 = tuple[float, float]
Point3 = tuple[float, float, float]
Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Camera:
    """Where the car stands in the picture and from where it is seen."""

    yaw: float  # radians; 0 is the side view
    pitch: float  # radians, looking down
    distance: float  # in units of the car; math.inf for no perspective
    tilt: float  # radians, of the whole picture
    scale: float  # pixels per unit
    centre: Point2  # pixels, of the car's middle on the ground
    mirrored: bool

    def project(self, point: Point3) -> Point2:
        """Pixels (128 x 96) of a point of the car."""
        x, y, z = point[0] - 50.0, point[1], point[2]
        across = x * math.cos(self.yaw) - y * math.sin(self.yaw)
        away = x * math.sin(self.yaw) + y * math.cos(self.yaw)
        up = z * math.cos(self.pitch) + away * math.sin(self.pitch)
        zoom = self.scale / (1.0 + away / self.distance)
        across = -across if self.mirrored else across
        return self.place((self.centre[0] + across * zoom, self.centre[1] - up * zoom))

    def place(self, point: Point2) -> Point2:
        """Pixels of a point of the untilted picture."""
        x, y = point[0] - WIDTH / 2, point[1] - HEIGHT / 2
        cos, sin = math.cos(self.tilt), math.sin(self.tilt)
        return WIDTH / 2 + x * cos - y * sin, HEIGHT / 2 + x * sin + y * cos

    def faces(self, x: float, z: float) -> bool:
        """Whether a surface across the car with the normal (x, 0, z) is seen."""
        return -x * math.sin(self.yaw) + z * math.tan(self.pitch) > 1e-6


@dataclass(eq=False)
class Part:
    """One drawn instance of an element."""

    element: str
    mask: Image.Image  # "L", drawn size


@dataclass(frozen=True)
class Seen:
    """One instance of an element as the picture shows it."""

    element: str
    mask: NDArray[np.bool_]  # (96, 128)

    @property
    def box(self) -> tuple[int, int, int, int]:
        """x, y, w, h in pixels; x, y is the upper left corner."""
        rows, cols = np.flatnonzero(self.mask.any(axis=1)), np.flatnonzero(self.mask.any(axis=0))
        x, y = int(cols[0]), int(rows[0])
        return x, y, int(cols[-1]) - x + 1, int(rows[-1]) - y + 1


@dataclass
class Canvas:
    """The picture at drawn size and the masks of its elements."""

    image: Image.Image
    camera: Camera
    parts: list[Part] = field(default_factory=list)
    _open: list[Part] = field(default_factory=list)

    @property
    def scale(self) -> int:
        """How many times as large as the picture of 128 x 96 pixels it is drawn."""
        return self.image.width // WIDTH

    @contextmanager
    def element(self, name: str) -> Iterator[None]:
        """What is drawn inside belongs to one instance of the element."""
        part = Part(name, Image.new("L", self.image.size))
        self.parts.append(part)
        self._open.append(part)
        try:
            yield
        finally:
            self._open.remove(part)

    def fill(
        self,
        points: Sequence[Point3],
        colour: Colour,
        below: Colour | None = None,
        *,
        hides: bool = False,
    ) -> None:
        """A face of the car, from `colour` to `below`; `hides` takes it out of masks behind."""
        self.flat([self.camera.project(point) for point in points], colour, below, hides=hides)

    def flat(
        self,
        points: Sequence[Point2],
        colour: Colour,
        below: Colour | None = None,
        *,
        hides: bool = False,
    ) -> None:
        """A polygon in pixels of the tilted picture."""
        drawn = [(x * self.scale, y * self.scale) for x, y in points]
        if below is None:
            ImageDraw.Draw(self.image).polygon(drawn, fill=colour)
        else:
            _shade(self.image, drawn, colour, below)
        for part in self.parts:
            if part in self._open:
                ImageDraw.Draw(part.mask).polygon(drawn, fill=255)
            elif hides:
                ImageDraw.Draw(part.mask).polygon(drawn, fill=0)

    def veil(self, points: Sequence[Point3], strength: float) -> None:
        """Darkens what lies under a face: a shadow, which is no part of an element."""
        placed = [self.camera.project(point) for point in points]
        drawn = [(x * self.scale, y * self.scale) for x, y in placed]
        mask = Image.new("L", self.image.size)
        ImageDraw.Draw(mask).polygon(drawn, fill=round(255 * strength))
        self.image.paste((12, 14, 22), (0, 0), mask)

    def seen(self) -> list[Seen]:
        """The instances large enough to be seen, with masks at the picture's size."""
        found = []
        for part in self.parts:
            mask = np.asarray(part.mask.reduce(self.scale)) >= COVER
            if int(mask.sum()) < MIN_AREA:
                continue
            seen = Seen(part.element, mask)
            if max(seen.box[2:]) >= MIN_SIDE:
                found.append(seen)
        return found


def _shade(image: Image.Image, points: Sequence[Point2], colour: Colour, below: Colour) -> None:
    """Fills a polygon with a vertical change of colour."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    left, top = math.floor(min(xs)), math.floor(min(ys))
    width, height = math.ceil(max(xs)) - left + 1, math.ceil(max(ys)) - top + 1
    mask = Image.new("L", (width, height))
    ImageDraw.Draw(mask).polygon([(x - left, y - top) for x, y in points], fill=255)
    steps = np.linspace(0.0, 1.0, height)[:, None]
    column = np.array(colour) * (1 - steps) + np.array(below) * steps  # (height, 3)
    ramp = Image.fromarray(np.rint(column).astype(np.uint8)[:, None, :])
    image.paste(ramp.resize((width, height), Image.Resampling.NEAREST), (left, top), mask)
