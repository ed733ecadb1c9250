"""Wheels: a tyre, a rim or spokes, perhaps a white ring."""

from __future__ import annotations

from contextlib import nullcontext

from demos.cars.canvas import Canvas, Colour
from demos.cars.car import Car
from demos.cars.shapes import BLACK, CHROME, CHROME_SHADE, RUBBER, disc, face, stroke, tint

DEPTH = 5.5  # of a tyre
WOOD: Colour = (226, 200, 140)


def far_wheels(canvas: Canvas, car: Car) -> None:
    """The wheels on the far side: tyres only, as little of them is seen."""
    outer = car.body.width - 0.5
    for x in reversed(car.body.wheels):
        for step in range(4):
            y = outer - DEPTH * step / 3
            face(canvas, disc(x, car.body.radius, car.body.radius), y, tint(RUBBER, 0.8))


def wheel(canvas: Canvas, car: Car, x: float, rim: int) -> None:
    """One wheel of the near side."""
    radius = car.body.radius
    outer = -(car.body.width - 0.3)
    for step in range(4):
        y = outer + DEPTH * (1 - step / 3)
        face(canvas, disc(x, radius, radius), y, tint(RUBBER, 0.8), hides=True)
    if "spoked_wheel" in car.elements:
        with canvas.element("spoked_wheel"):
            _spokes(canvas, x, radius, outer)
        return
    white = "whitewall_tyre" in car.elements
    with canvas.element("whitewall_tyre") if white else nullcontext():
        face(canvas, disc(x, radius, radius), outer, RUBBER)
        if white:
            face(canvas, disc(x, radius, radius * 0.86), outer, (246, 244, 236))
    face(canvas, disc(x, radius, radius * 0.57), outer, BLACK if white else tint(RUBBER, 1.25))
    _rim(canvas, x, radius, outer, rim)


def arch(canvas: Canvas, car: Car, x: float, y: float) -> None:
    """The dark opening above a wheel, cut off at the sill."""
    radius = car.body.radius
    points = [(px, max(pz, car.body.sill + 0.2)) for px, pz in disc(x, radius + 0.4, radius + 1.3)]
    face(canvas, points, y, (20, 20, 23), hides=True)


def _spokes(canvas: Canvas, x: float, radius: float, y: float) -> None:
    face(canvas, disc(x, radius, radius), y, RUBBER)
    face(canvas, disc(x, radius, radius * 0.84), y, WOOD)
    face(canvas, disc(x, radius, radius * 0.74), y, (44, 42, 42))
    rim = disc(x, radius, radius * 0.78, 20)
    for index in range(0, 20, 2):
        face(canvas, stroke((x, radius), rim[index], 1.15), y, WOOD)
    face(canvas, disc(x, radius, radius * 0.2), y, CHROME_SHADE)


def _rim(canvas: Canvas, x: float, radius: float, y: float, rim: int) -> None:
    """One of three plain wheels: which one is left to chance in all decades."""
    face(canvas, disc(x, radius, radius * 0.54), y, (206, 210, 214), (128, 134, 142))
    if rim == 0:
        face(canvas, disc(x, radius, radius * 0.3), y, CHROME, CHROME_SHADE)
    elif rim == 1:
        for px, pz in disc(x, radius, radius * 0.36, 6):
            face(canvas, disc(px, pz, radius * 0.1, 8), y, (52, 54, 58))
    else:
        face(canvas, disc(x, radius, radius * 0.42), y, (150, 156, 164))
        face(canvas, disc(x, radius, radius * 0.16), y, (70, 72, 78))
