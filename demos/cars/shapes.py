"""Curves and solids: a profile in (x, z) drawn out across the car."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from demos.cars.canvas import Canvas, Colour, Point2, Point3

Corner = tuple[float, ...]  # x, z and the radius of the corner, 0 if left out
Across = Callable[[float, float], float]  # y at (x, z)

BLACK: Colour = (30, 30, 33)
RUBBER: Colour = (38, 38, 40)
CHROME: Colour = (236, 240, 244)
CHROME_SHADE: Colour = (120, 128, 138)
GLASS: Colour = (122, 146, 162)
GLASS_SHADE: Colour = (48, 62, 76)


def rounded(corners: Sequence[Corner], steps: int = 7) -> list[Point2]:
    """A closed polygon whose corners are rounded, by quadratic curves."""
    points: list[Point2] = []
    for index, corner in enumerate(corners):
        x, z = corner[0], corner[1]
        radius = corner[2] if len(corner) > 2 else 0.0
        if radius == 0:
            points.append((x, z))
            continue
        before = _towards((x, z), corners[index - 1], radius)
        after = _towards((x, z), corners[(index + 1) % len(corners)], radius)
        for step in range(steps + 1):
            t = step / steps
            a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t**2
            points.append(
                (a * before[0] + b * x + c * after[0], a * before[1] + b * z + c * after[1])
            )
    return points


def _towards(start: Point2, end: Sequence[float], distance: float) -> Point2:
    length = math.hypot(end[0] - start[0], end[1] - start[1])
    share = min(0.5, distance / length) if length else 0.0
    return start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])


def disc(x: float, z: float, radius: float, steps: int = 26) -> list[Point2]:
    """A circle in (x, z)."""
    return arc(x, z, radius, 0.0, 360.0, steps)[:-1]


def arc(x: float, z: float, radius: float, start: float, end: float, steps: int) -> list[Point2]:
    """Points on a circle between two angles in degrees; 0 is the rear, 90 is up."""
    angles = (math.radians(start + (end - start) * step / steps) for step in range(steps + 1))
    return [(x + radius * math.cos(angle), z + radius * math.sin(angle)) for angle in angles]


def tint(colour: Colour, factor: float) -> Colour:
    """Darker below 1; above, mixed with white."""
    if factor <= 1:
        red, green, blue = (round(v * factor) for v in colour)
    else:
        red, green, blue = (round(v + (255 - v) * min(1.0, factor - 1)) for v in colour)
    return red, green, blue


def at(points: Sequence[Point2], y: float | Across) -> list[Point3]:
    """A profile moved to its place across the car."""
    if callable(y):
        return [(x, y(x, z), z) for x, z in points]
    return [(x, y, z) for x, z in points]


def face(
    canvas: Canvas,
    points: Sequence[Point2],
    y: float | Across,
    colour: Colour,
    below: Colour | None = None,
    *,
    hides: bool = False,
) -> None:
    """A profile drawn flat at y."""
    canvas.fill(at(points, y), colour, below, hides=hides)


def solid(
    canvas: Canvas,
    points: Sequence[Point2],
    near: float | Across,
    far: float | Across,
    colour: Colour,
    *,
    shine: float = 1.0,
) -> None:
    """A profile with its thickness: the surfaces seen from the front and above, then the side."""
    close, away = at(points, near), at(points, far)
    turn = _turn(points)
    quads = []
    for index, (x, z) in enumerate(points):
        after = (index + 1) % len(points)
        nx, nz = turn * (points[after][1] - z), turn * (x - points[after][0])
        if canvas.camera.faces(nx, nz):
            quads.append((x + points[after][0], index, after, nx, nz))
    # The rear first: what stands nearer the viewer is drawn over it.
    for _, index, after, nx, nz in sorted(quads, reverse=True):
        length = math.hypot(nx, nz)
        light = 0.74 + 0.52 * max(0.0, nz / length) * shine + 0.1 * min(0.0, nz / length)
        canvas.fill(
            [close[index], close[after], away[after], away[index]], tint(colour, light), hides=True
        )
    outline(canvas, close, tint(colour, 0.5))
    canvas.fill(close, tint(colour, 1.0 + 0.1 * shine), tint(colour, 0.66), hides=True)


def outline(canvas: Canvas, points: Sequence[Point3], colour: Colour, width: float = 0.35) -> None:
    """A thin line around a face, drawn under it: the face moved by the line's width."""
    for dx, dz in ((-width, 0.0), (width, 0.0), (0.0, width), (0.0, -width)):
        canvas.fill([(x + dx, y, z + dz) for x, y, z in points], colour)


def band(points: Sequence[Point2], thickness: float) -> list[Point2]:
    """A line through points, as a polygon of a thickness in z."""
    upper = [(x, z + thickness / 2) for x, z in points]
    return upper + [(x, z - thickness / 2) for x, z in reversed(points)]


def stroke(start: Point2, end: Point2, thickness: float) -> list[Point2]:
    """A straight line as a polygon of a thickness across it."""
    dx, dz = end[0] - start[0], end[1] - start[1]
    length = math.hypot(dx, dz) or 1.0
    ox, oz = -dz / length * thickness / 2, dx / length * thickness / 2
    return [
        (start[0] + ox, start[1] + oz), (end[0] + ox, end[1] + oz),
        (end[0] - ox, end[1] - oz), (start[0] - ox, start[1] - oz),
    ]  # fmt: skip


def _turn(points: Sequence[Point2]) -> float:
    """1 if the points go counterclockwise (x to the right, z up), else -1."""
    area = sum(
        points[index - 1][0] * z - x * points[index - 1][1] for index, (x, z) in enumerate(points)
    )
    return 1.0 if area > 0 else -1.0
