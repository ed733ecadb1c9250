"""The front: bumpers, grilles and lamps."""

from __future__ import annotations

import math
from contextlib import nullcontext

from demos.cars.canvas import Canvas, Colour, Point3
from demos.cars.car import Car
from demos.cars.shapes import (
    BLACK,
    CHROME,
    CHROME_SHADE,
    band,
    face,
    rounded,
    solid,
    tint,
)

LENS: Colour = (250, 244, 214)


def bumper_zone(car: Car) -> tuple[float, float]:
    """z of the lower and upper edge of the bumper."""
    sill = car.body.sill
    if "slim_bumper" in car.elements:
        return sill + 1.6, sill + 3.9
    if "black_bumper" in car.elements:
        return sill - 0.2, sill + (4.4 if "wedge_nose" in car.elements else 5.4)
    if "body_bumper" in car.elements:
        return sill - 0.6, sill + 5.6
    return sill + 0.4, sill + 4.4


def bumpers(canvas: Canvas, car: Car, paint: Colour, *, rear: bool) -> None:
    """The bumper of one end."""
    if car.body.kind == "carriage" and car.decade == "1920s":
        return
    low, high = bumper_zone(car)
    front_x, end_x = (car.nose_x(low) - 2.2, 9.0) if not rear else (91.0, 102.6)
    if car.body.kind != "full":
        front_x, end_x = (-4.5, -2.0) if not rear else (101.0, 103.5)
        arm = [(front_x + 1, low + 1), (front_x + 1, low + 2.6)]
        reach = 18.0 if not rear else -16.0
        arm += [(front_x + reach, low + 3.2), (front_x + reach, low + 1.6)]
        face(canvas, arm, -9.0 if rear else -11.0, (72, 74, 78))
    name, colour = "", CHROME_SHADE
    for element, its in (("slim_bumper", CHROME), ("black_bumper", BLACK), ("body_bumper", paint)):
        if element in car.elements:
            name, colour = element, its
    radius = 2.5 if name == "body_bumper" else 0.7
    ends = (radius, 0.3) if not rear else (0.3, radius)
    points = rounded(
        [
            (front_x, low, ends[0]),
            (front_x, high, ends[0]),
            (end_x, high, ends[1]),
            (end_x, low, ends[1]),
        ]
    )

    def near(x: float, z: float) -> float:
        return -(car.half(max(x, 1.0), z) if car.body.kind == "full" else 18.5) - 0.7

    with canvas.element(name) if name else nullcontext():
        solid(canvas, points, near, lambda x, z: -near(x, z), colour)
        if name == "body_bumper":
            line = band([(front_x + 0.3, high - 0.1), (end_x, high - 0.1)], 0.8)
            face(canvas, line, near, tint(paint, 0.42))
            face(
                canvas,
                band([(front_x + 0.6, low + 2), (end_x, low + 2)], 1.1),
                near,
                tint(paint, 0.5),
            )
        elif name == "black_bumper":
            line = band([(front_x, high - 1.6), (end_x, high - 1.6)], 0.8)
            face(canvas, line, near, (92, 92, 96))
        else:
            shine = band([(front_x, high - 0.9), (end_x, high - 0.9)], 1.0)
            face(canvas, shine, near, (250, 252, 253))


def grille(canvas: Canvas, car: Car) -> None:
    """What the front of the bonnet shows."""
    if "tall_grille" in car.elements:
        with canvas.element("tall_grille"):
            _tall(canvas, car)
    elif "heavy_chrome_grille" in car.elements:
        with canvas.element("heavy_chrome_grille"):
            _heavy(canvas, car)
    elif car.body.kind == "full":
        _panel(canvas, car)
    else:
        _radiator(canvas, car)


def _tall(canvas: Canvas, car: Car) -> None:
    low, high = car.body.sill - 1.0, max(z for _, z, *_ in car.body.nose) + 3.0
    x = car.nose_x((low + high) / 2)
    shell = rounded([(x - 3.5, low), (x - 1.5, high, 2.5), (x + 3.2, high, 2), (x + 3.2, low)])
    solid(canvas, shell, -8.4, 8.4, (206, 212, 218))
    slope = 2.0 / (high - low)
    for index in range(6):
        y = -6.3 + index * 12.6 / 5
        top = high - 3.2 - 0.05 * y * y
        canvas.fill(
            [
                (x - 3.5, y - 0.75, low + 1.5), (x - 3.5 + slope * (top - low), y - 0.75, top),
                (x - 3.5 + slope * (top - low), y + 0.75, top), (x - 3.5, y + 0.75, low + 1.5),
            ],
            (44, 46, 52),
        )  # fmt: skip
    cap = rounded(
        [(x - 0.5, high, 0), (x - 0.3, high + 2.6, 0.8), (x + 1.8, high + 2.6, 0.8), (x + 2, high)]
    )
    solid(canvas, cap, -1.0, 1.0, CHROME)


def _heavy(canvas: Canvas, car: Car) -> None:
    low = bumper_zone(car)[1] + 0.6
    high = min(low + 14.5, max(corner[1] for corner in car.body.nose) - 1.5)
    half = (0.55 if car.body.kind == "merged" else 0.62) * car.body.width
    x = min(car.nose_x((low + high) / 2), -1.0 if car.body.kind != "full" else 99.0)
    back = [(x - 0.6, low), (x - 0.2, high), (x + 3, high), (x + 3, low)]
    solid(canvas, back, -half, half, (40, 42, 48))
    step = (high - low) / 4
    for index in range(4):
        z = low + index * step + 0.3
        bar = rounded(
            [
                (x - 3.0, z, 0.8),
                (x - 3.0, z + step * 0.66, 0.8),
                (x + 3.4, z + step * 0.66),
                (x + 3.4, z),
            ]
        )
        solid(canvas, bar, -half - 0.5, half + 0.5, (214, 220, 226))


def _radiator(canvas: Canvas, car: Car) -> None:
    low, high = car.body.sill + 2.0, max(z for _, z, *_ in car.body.nose) - 1.0
    half = car.body.inner[0] - 0.4
    if car.body.kind == "merged":
        low, high, half = low + 6.0, low + 14.0, 8.0
    x = car.nose_x((low + high) / 2) - 0.4
    for inset, colour in ((0.0, (150, 140, 116)), (1.2, (52, 50, 50))):
        side = half - inset
        canvas.fill(
            [
                (x, -side, low + inset),
                (x, -side, high - inset),
                (x, side, high - inset),
                (x, side, low + inset),
            ],
            colour,
        )


def _panel(canvas: Canvas, car: Car) -> None:
    """A plain dark opening between the lamps."""
    low, high = lamp_zone(car)
    if "rounded_nose" in car.elements:
        low, high = low - 1.0, low + 1.4
    share = 0.3 if "rounded_nose" in car.elements else 0.5
    middle, tall = (low + high) / 2, min(6.5, 0.7 * (high - low))
    for inset, colour in ((0.0, (96, 100, 106)), (0.6, (42, 42, 46))):
        bottom, top = middle - tall / 2 + inset, middle + tall / 2 - inset
        x0, x1 = car.nose_x(bottom) - 0.2, car.nose_x(top) - 0.2
        half = share * car.half(0, middle) - inset
        canvas.fill(
            [(x0, -half, bottom), (x1, -half, top), (x1, half, top), (x0, half, bottom)], colour
        )


def lamp_zone(car: Car) -> tuple[float, float]:
    """z between the bumper and the bonnet."""
    if car.body.kind != "full":
        return 0.52 * car.body.belt, 0.85 * car.body.belt
    edge = max(corner[1] for corner in car.body.nose if corner[0] < 3.5)
    return bumper_zone(car)[1] + 0.4, edge - 0.4


def ring(x: float, y: float, z: float, radius: float) -> list[Point3]:
    """A circle that faces the front."""
    angles = (math.tau * step / 22 for step in range(22))
    return [(x, y + radius * math.cos(a), z + radius * math.sin(a)) for a in angles]
