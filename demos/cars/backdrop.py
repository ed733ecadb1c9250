"""Sky, ground, and the things behind the car."""

from __future__ import annotations

import math

from demos.cars.canvas import HEIGHT, WIDTH, Canvas, Colour, Point2
from demos.cars.scene import Scene
from demos.cars.shapes import tint

EDGE = 24  # pixels beyond the picture, so that a tilt bares no corner


def backdrop(canvas: Canvas, scene: Scene) -> None:
    """All behind the car."""
    _rect(canvas, -EDGE, -EDGE, WIDTH + EDGE, scene.horizon + 1, scene.sky[0], scene.sky[1])
    tree, size, house, storeys, sun, height = scene.backdrop
    if "sun" in scene.things:
        with canvas.element("sun"):
            _sun(canvas, 14 + 100 * sun, 9 + 6 * height)
    if "house" in scene.things:
        with canvas.element("house"):
            _house(canvas, 14 + 100 * house, scene.horizon, 0.8 + 0.5 * storeys)
    if "tree" in scene.things:
        with canvas.element("tree"):
            _tree(canvas, 8 + 112 * tree, scene.horizon, 0.8 + 0.5 * size)
    far = tint(scene.ground, 0.86)
    _rect(canvas, -EDGE, scene.horizon, WIDTH + EDGE, HEIGHT + EDGE, tint(scene.ground, 1.08), far)
    _rect(canvas, -EDGE, scene.horizon, WIDTH + EDGE, scene.horizon + 1.6, tint(far, 0.8))


def _rect(
    canvas: Canvas,
    left: float,
    top: float,
    right: float,
    bottom: float,
    colour: Colour,
    below: Colour | None = None,
) -> None:
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    # The ground hides the feet of what stands behind it.
    canvas.flat([canvas.camera.place(c) for c in corners], colour, below, hides=True)


def _round(canvas: Canvas, x: float, y: float, radius: float, colour: Colour) -> None:
    angles = (math.tau * step / 24 for step in range(24))
    points: list[Point2] = [(x + radius * math.cos(a), y + radius * math.sin(a)) for a in angles]
    canvas.flat([canvas.camera.place(point) for point in points], colour, hides=True)


def _sun(canvas: Canvas, x: float, y: float) -> None:
    _round(canvas, x, y, 5.6, (250, 240, 196))
    _round(canvas, x, y, 4.8, (255, 250, 224))


def _tree(canvas: Canvas, x: float, ground: float, size: float) -> None:
    _rect(canvas, x - 1.4 * size, ground - 16 * size, x + 1.4 * size, ground + 1, (92, 74, 58))
    for dx, dy, radius, green in (
        (-6, -18, 7.5, 0.8), (6, -18, 7, 0.72), (0, -21, 8.5, 0.9), (-2, -26, 7, 1.0),
        (4, -27, 5.5, 1.08),
    ):  # fmt: skip
        colour = tint((98, 128, 84), green)
        _round(canvas, x + dx * size, ground + dy * size, radius * size, colour)


def _house(canvas: Canvas, x: float, ground: float, size: float) -> None:
    wall, roof, dark = (202, 188, 168), (142, 94, 78), (110, 118, 128)
    wide, tall = 15 * size, 19 * size
    _rect(canvas, x - wide, ground - tall, x + wide, ground + 1, wall)
    gable: list[Point2] = [
        (x - wide - 2, ground - tall), (x - wide + 6, ground - tall - 10 * size),
        (x + wide - 6, ground - tall - 10 * size), (x + wide + 2, ground - tall),
    ]  # fmt: skip
    canvas.flat([canvas.camera.place(point) for point in gable], roof, hides=True)
    for share in (-0.6, 0.0, 0.6):
        left = x + share * wide - 2.2 * size
        _rect(
            canvas,
            left,
            ground - tall + 4 * size,
            left + 4.4 * size,
            ground - tall + 11 * size,
            dark,
        )
