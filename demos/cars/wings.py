"""Wings, running boards, fins and strips: what the side of a car carries."""

from __future__ import annotations

from contextlib import nullcontext

from demos.cars.canvas import Canvas, Colour, Point2
from demos.cars.car import Car
from demos.cars.shapes import BLACK, CHROME, arc, band, face, rounded, solid, tint

CHROME_LINE: Colour = (244, 246, 248)


def wings(canvas: Canvas, car: Car, paint: Colour, *, far: bool) -> None:
    """The wings of one side; those of the far side are drawn before the body."""
    if "pontoon_body" in car.elements:
        shapes, name = _pontoons(car), "pontoon_body"
    elif car.body.kind == "full":
        return
    elif "flowing_wing" in car.elements:
        shapes, name = _flowing(car), "flowing_wing"
    else:
        shapes, name = _cycle(car), ""
    depth = 9.0 if car.body.kind == "merged" else 7.0
    near, behind = -car.body.width, -car.body.width + depth
    if car.body.kind == "full":
        near, behind = -car.body.width - 0.8, -car.body.width + 4
    for points in shapes[::-1]:
        with canvas.element(name) if name and not far else nullcontext():
            if far:
                solid(canvas, points, -behind, -near, tint(paint, 0.8))
            else:
                solid(canvas, points, near, behind, paint, shine=1.2)


def running_board(canvas: Canvas, car: Car) -> None:
    """The step between the wheels."""
    if "running_board" not in car.elements:
        return
    body = car.body
    start, end = body.wheels[0] + body.radius - 1, body.wheels[1] - body.radius + 1
    low = body.sill - 5.5
    with canvas.element("running_board"):
        board = [(start, low), (start, low + 3.6), (end, low + 3.6), (end, low)]
        solid(canvas, board, -body.width, -body.inner[1] + 1, (70, 66, 62))
        face(
            canvas, band([(start, low + 2.7), (end, low + 2.7)], 1.0), -body.width, (214, 206, 184)
        )


def strips(canvas: Canvas, car: Car) -> None:
    """Chrome and plastic along the side."""
    body = car.body

    def side(x: float, z: float) -> float:
        return -(body.width if body.kind == "merged" else car.half(x, z)) - 0.3

    start = car.nose_x(body.strip) + (3 if body.kind == "full" else 6)
    if "chrome_strip" in car.elements:
        high = max(body.strip, min(2 * body.radius + 3.0, body.belt - 3.0))
        with canvas.element("chrome_strip"):
            line = [(start, high), (start + 18, high - 0.2), (62, high - 1.4), (96, high + 0.8)]
            face(canvas, band(line, 2.5), side, (110, 116, 124))
            face(canvas, band(line, 1.7), side, CHROME_LINE)
    if "side_trim" in car.elements:
        with canvas.element("side_trim"):
            low = body.sill + 6.0
            face(canvas, band([(start, low), (start + 30, low), (96, low)], 3.4), side, BLACK)


def fin(canvas: Canvas, car: Car, paint: Colour, *, far: bool) -> None:
    """The tail fin of one side, with its lamp: high in the 1950s, low in the 1960s."""
    if "tail_fin" not in car.elements:
        return
    belt, lift = car.body.belt, 11.0 if car.decade == "1950s" else 6.5
    start = 60 if car.decade == "1950s" else 70
    points = rounded(
        [
            (start, belt - 2.0),
            (start + 4, belt + 0.4, 3),
            (88, belt + lift * 0.36, 8),
            (103.5, belt + lift, 0.8),
            (104.5, belt + lift - 2.4, 0.8),
            (100.5, belt - 5, 2),
            (86, belt - 5, 8),
        ]
    )
    half = car.half(90, belt)
    near, behind = (half - 2.6, half + 0.2) if far else (-half - 0.3, -half + 2.6)
    with canvas.element("tail_fin"):
        solid(canvas, points, near, behind, paint, shine=1.4)
        lamp = [
            (100.6, belt + lift * 0.66),
            (103.4, belt + lift * 0.7),
            (101.8, belt - 1.5),
            (99, belt - 2.0),
        ]
        face(canvas, lamp, near, (206, 34, 30))
        edge = [(start + 4, belt + 0.4), (88, belt + lift * 0.38), (103.2, belt + lift - 0.5)]
        face(canvas, band(edge, 1.0), near, CHROME)


def _cycle(car: Car) -> list[list[Point2]]:
    radius = car.body.radius
    shapes = []
    for x, (start, end) in zip(car.body.wheels, ((192, -4), (184, -12)), strict=True):
        outer = arc(x, radius, radius + 3.2, start, end, 18)
        inner = arc(x, radius, radius + 1.0, end, start, 18)
        shapes.append(outer + inner)
    return shapes


def _flowing(car: Car) -> list[list[Point2]]:
    (front, rear), r, sill = car.body.wheels, car.body.radius, car.body.sill
    low = sill - 5.5
    first = rounded(
        [
            (front - r - 4.5, r * 0.75, 1), (front - r - 4, r * 1.8, 8),
            (front - 1, 2 * r + 6.5, 11), (front + r + 5, r * 1.5, 10),
            (front + r + 20, low + 3.0, 6), (front + r + 18, low), (front + r + 2, low + 1, 4),
            (front + r * 0.85, r * 1.3, 6), (front, r * 1.85, 8), (front - r * 0.9, r * 1.4, 6),
            (front - r - 1.5, r * 0.7),
        ]
    )  # fmt: skip
    second = rounded(
        [
            (rear - r - 15, low), (rear - r - 11, low + 3.0, 5), (rear - r - 2, r * 1.5, 8),
            (rear - 1, 2 * r + 6, 11), (rear + r + 5, r * 1.8, 11), (rear + r + 10, r * 0.6, 2),
            (rear + r + 3, r * 0.6), (rear + r * 0.85, r * 1.3, 6), (rear, r * 1.85, 8),
            (rear - r * 0.9, r * 1.3, 6), (rear - r - 2, low + 1, 4),
        ]
    )  # fmt: skip
    return [first, second]


def _pontoons(car: Car) -> list[list[Point2]]:
    sill, top = car.body.sill, car.body.belt + 0.5
    first = [
        (-1, sill, 2), (-3.5, top * 0.6, 8), (3, top + 0.5, 11), (30, top, 14),
        (47, top * 0.62, 12), (49, sill, 4),
    ]  # fmt: skip
    second = [
        (59, sill, 2), (58, top * 0.75, 11), (67, top + 0.5, 11), (86, top, 14),
        (102, top * 0.6, 10), (100, sill, 4),
    ]  # fmt: skip
    return [rounded(first), rounded(second)]
