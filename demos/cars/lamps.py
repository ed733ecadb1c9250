"""Lamps at the front: free, twin, rectangular, flush, or the plain round ones of all decades."""

from __future__ import annotations

from demos.cars.canvas import Canvas, Colour, Point3
from demos.cars.car import Car
from demos.cars.front import LENS, lamp_zone, ring
from demos.cars.shapes import CHROME, CHROME_SHADE, disc, face, rounded, solid, stroke, tint

FRAME: Colour = (60, 62, 68)


def lamps(canvas: Canvas, car: Car, *, far: bool) -> None:
    """The lamp or lamps of one side."""
    side = 1.0 if far else -1.0
    if "separate_lamp" in car.elements:
        _free(canvas, car, side)
    elif "twin_round_lamps" in car.elements:
        with canvas.element("twin_round_lamps"):
            _twin(canvas, car, side)
    elif "square_lamp" in car.elements:
        with canvas.element("square_lamp"):
            _square(canvas, car, side)
    elif "flush_lamp" in car.elements:
        with canvas.element("flush_lamp"):
            _flush(canvas, car, side)
    else:
        _plain(canvas, car, side)


def _free(canvas: Canvas, car: Car, side: float) -> None:
    x, z = car.nose_x(28) - 3.0, 0.68 * max(corner[1] for corner in car.body.nose) + 3.5
    y = side * (car.body.inner[0] + 5.0)
    stalk = stroke((x + 3.5, z - 11), (x + 2.5, z - 3), 1.6)
    solid(canvas, stalk, y - 0.8, y + 0.8, (60, 58, 58))
    bucket = rounded(
        [
            (x, z - 4.8, 0.8),
            (x, z + 4.8, 0.8),
            (x + 4.5, z + 4.0, 3),
            (x + 7.5, z, 3),
            (x + 4.5, z - 4.0, 3),
        ]
    )
    with canvas.element("separate_lamp"):
        face(canvas, bucket, y, CHROME, CHROME_SHADE)
        canvas.fill(ring(x, y, z, 5.2), (92, 84, 66))
        canvas.fill(ring(x, y, z, 4.2), LENS, tint(LENS, 0.82))


def _place(car: Car, share: float) -> tuple[float, float, float]:
    """x, y and z of a lamp, `share` of the half width from the middle."""
    low, high = lamp_zone(car)
    z = (low + high) / 2
    if car.body.kind == "full":
        return car.nose_x(z) - 0.4, share * car.half(0, z), z
    return -3.2 if car.body.kind == "merged" else 5.0, share * (car.body.width - 1), z


def _twin(canvas: Canvas, car: Car, side: float) -> None:
    low, high = lamp_zone(car)
    radius = min(3.9, (high - low) / 2)
    x, y, z = _place(car, side * 0.70)
    pod = [(x, y + dy, z + dz) for dy, dz in _box(2 * radius + 0.9, radius + 0.7)]
    canvas.fill(pod, CHROME_SHADE)
    for offset in (radius, -radius):
        canvas.fill(ring(x - 0.1, y + offset, z, radius), FRAME)
        canvas.fill(ring(x - 0.1, y + offset, z, radius * 0.78), LENS)


def _square(canvas: Canvas, car: Car, side: float) -> None:
    low, high = lamp_zone(car)
    x, y, z = _place(car, side * 0.72)
    tall = min(3.9, (high - low) / 2)
    for wide, half, colour in ((5.6, tall, FRAME), (4.9, tall - 0.7, LENS)):
        canvas.fill(
            [(x, y + dy, z + dz) for dy, dz in _box(wide, half)], colour, tint(colour, 0.85)
        )
    if side < 0:
        # The indicator that wraps around the corner.
        corner = [
            (x + 0.6, z - tall + 0.5),
            (x + 0.6, z + tall - 0.5),
            (x + 4, z + tall - 0.5),
            (x + 4, z - tall + 0.5),
        ]
        face(canvas, corner, lambda px, pz: -car.half(px, pz) - 0.2, (226, 132, 40))


def _flush(canvas: Canvas, car: Car, side: float) -> None:
    low, high = lamp_zone(car)
    low, high = low + 0.3, max(high, low + 5.2)
    x = car.nose_x((low + high) / 2)

    def spot(px: float, share: float, height: float) -> Point3:
        z = low + height * (high - low)
        return px - 0.3, side * (share * car.half(max(px, 0.0), z) + 0.3), z

    back = 13.0 if side < 0 else 3.0
    for grow, colour in ((1.0, tint(FRAME, 1.0)), (0.82, (238, 244, 250))):
        rim = (1 - grow) / 2
        points = [
            spot(x, 0.42 + 0.3 * rim, 0.35), spot(x, 0.62, 0.8 - rim), spot(x + 1, 0.9, 1.0 - rim),
            spot(x + back * 0.45, 1.0, 1.05 - rim), spot(x + back * grow, 1.0, 0.86 - rim),
            spot(x + back * 0.5, 1.0, 0.3 + rim), spot(x + 1, 0.97, 0.05 + rim),
            spot(x, 0.7, 0.0 + rim),
        ]  # fmt: skip
        canvas.fill(points, colour, tint(colour, 0.8))


def _plain(canvas: Canvas, car: Car, side: float) -> None:
    low, high = lamp_zone(car)
    radius = max(2.6, min(4.0, (high - low) / 2 - 0.2))
    x, y, z = _place(car, side * 0.74)
    canvas.fill(ring(x, y, z, radius), CHROME_SHADE)
    canvas.fill(ring(x - 0.1, y, z, radius * 0.8), LENS, tint(LENS, 0.85))
    if side < 0:
        bulge = [(px, pz) for px, pz in disc(x + 1.0, z, radius * 0.8)]
        flat = [(x + 1.0 + (px - x - 1.0) * 0.45, pz) for px, pz in bulge]
        face(canvas, flat, -car.half(1, z) - 0.2, CHROME, CHROME_SHADE)


def _box(half_y: float, half_z: float) -> list[tuple[float, float]]:
    return [(-half_y, -half_z), (-half_y, half_z), (half_y, half_z), (half_y, -half_z)]
