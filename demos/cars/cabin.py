"""The cabin: roof, windows, windscreen and who sits behind it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager

from demos.cars.canvas import Canvas, Colour, Point2, Point3
from demos.cars.car import CABINS, Car
from demos.cars.scene import Scene
from demos.cars.shapes import BLACK, GLASS, GLASS_SHADE, at, face, rounded, solid, stroke, tint

VINYL: tuple[Colour, ...] = ((44, 40, 40), (92, 62, 44), (226, 218, 196))


def cabin(canvas: Canvas, car: Car, scene: Scene) -> None:
    """All of the cabin, from the roof to the driver."""
    with _elements(canvas, car, CABINS.values()):
        with _elements(canvas, car, ("vinyl_roof", "box_roofline")):
            colour = _cloth(scene.paint) if "vinyl_roof" in car.elements else scene.paint
            solid(canvas, car.roof, lambda x, z: -car.lean(x, z), car.lean, colour)
        _windows(canvas, car)
        _windscreen(canvas, car, scene)
    if "driver" in scene.things:
        _driver(canvas, car, scene)


@contextmanager
def _elements(canvas: Canvas, car: Car, names: Iterable[str]) -> Iterator[None]:
    """What is drawn inside belongs to those of the elements that the car has."""
    with ExitStack() as stack:
        for name in names:
            if name in car.elements:
                stack.enter_context(canvas.element(name))
        yield


def _cloth(paint: Colour) -> Colour:
    """The vinyl that stands out most from the paint."""
    return max(VINYL, key=lambda cloth: sum(abs(a - b) for a, b in zip(cloth, paint, strict=True)))


def _spot(car: Car, s: float, t: float) -> Point2:
    """A place on the cabin's side: s from front to rear, t from the belt to the roof."""
    foot, front, rear, end = car.body.cabin
    low = foot[0] + s * (end[0] - foot[0]), foot[1] + s * (end[1] - foot[1])
    high = front[0] + s * (rear[0] - front[0]), front[1] + s * (rear[1] - front[1])
    return low[0] + t * (high[0] - low[0]), low[1] + t * (high[1] - low[1])


def _window(car: Car, start: float, end: float, first: bool, last: bool) -> list[Point2]:
    _, front, rear, _ = car.body.cabin
    radii = (front[2] if first else 0.8, rear[2] if last else 0.8)
    corners = [
        (*_spot(car, start, 0.1), 0.8),
        (*_spot(car, start, 0.86), max(0.8, 0.7 * radii[0])),
        (*_spot(car, end, 0.86), max(0.8, 0.7 * radii[1])),
        (*_spot(car, end, 0.1), 0.8),
    ]
    return rounded(corners)


def _windows(canvas: Canvas, car: Car) -> None:
    panes = car.body.windows
    for index, (start, end) in enumerate(panes):
        points = _window(car, start, end, index == 0, index == len(panes) - 1)
        face(canvas, points, lambda x, z: -car.lean(x, z) - 0.1, GLASS, GLASS_SHADE, hides=True)
        low, high = _spot(car, start + 0.45 * (end - start), 0.16), _spot(car, end - 0.02, 0.8)
        streak = stroke(low, (low[0] + 0.6 * (high[1] - low[1]), high[1]), 1.2)
        if high[0] > low[0] + 0.6 * (high[1] - low[1]):
            face(canvas, streak, lambda x, z: -car.lean(x, z) - 0.1, tint(GLASS, 1.25))


def _windscreen(canvas: Canvas, car: Car, scene: Scene) -> None:
    with _elements(canvas, car, ("upright_windscreen", "split_windscreen")):
        if "upright_windscreen" in car.elements:
            _upright(canvas, car)
        if scene.view == "front":
            _glass(canvas, car, scene)


def _glass(canvas: Canvas, car: Car, scene: Scene) -> None:
    """The panes of the windscreen, seen from the front."""
    foot, front = car.body.cabin[0], car.body.cabin[1]
    length = math.hypot(front[0] - foot[0], front[1] - foot[1])
    top = 0.9 - 0.35 * min(0.5, front[2] / length)

    def pane(*corners: tuple[float, float]) -> list[Point3]:
        return [_pane(car, side, t) for side, t in corners]

    glass = pane((-1, 0.1), (-1, top), (1, top), (1, 0.1))
    canvas.fill(glass, tint(GLASS, 1.12), GLASS_SHADE, hides=True)
    if "split_windscreen" in car.elements:
        bar = pane((-0.1, 0.08), (-0.1, top + 0.03), (0.1, top + 0.03), (0.1, 0.08))
        canvas.fill(bar, tint(scene.paint, 1.25))
    else:
        shine = pane((-0.1, 0.14), (0.35, top - 0.06), (0.55, top - 0.06), (0.1, 0.14))
        canvas.fill(shine, tint(GLASS, 1.3))


def _pane(car: Car, side: float, t: float) -> Point3:
    """A place on the windscreen: side from -1 (near) to 1, t from the belt to the roof."""
    x, z = _spot(car, 0.0, t)
    return x - 0.2, side * (car.lean(x, z) - 1.3), z


def _upright(canvas: Canvas, car: Car) -> None:
    """The frame of the windscreen, its glass from the side and the visor above it."""
    foot, front = car.body.cabin[0], car.body.cabin[1]
    low, high = foot[1] - 0.5, front[1]
    half = car.lean(foot[0], low)
    visor = [
        (front[0] - 5.5, high - 4.2),
        (front[0] - 5.2, high - 2.8),
        (front[0] + 3, high + 0.5),
        (front[0] + 3, high - 1.6),
    ]
    frame = [
        (foot[0] - 2.4, low),
        (foot[0] - 2.4, high - 2),
        (foot[0] + 2.4, high - 1),
        (foot[0] + 2.4, low),
    ]
    solid(canvas, frame, -half - 0.2, half + 0.2, BLACK)
    pane = [
        (foot[0] - 1.3, low + 1.5),
        (foot[0] - 1.3, high - 3.4),
        (foot[0] + 1.3, high - 3.0),
        (foot[0] + 1.3, low + 1.5),
    ]
    face(canvas, pane, -half - 0.3, tint(GLASS, 1.3), GLASS)
    solid(canvas, visor, -half - 0.3, half + 0.3, (56, 54, 54))


def _driver(canvas: Canvas, car: Car, scene: Scene) -> None:
    """Head and shoulders, facing the camera as a flat figure, so that the view changes little."""
    start, end = car.body.windows[0]
    if scene.view == "side":
        x, z = _spot(car, 0.35 * start + 0.65 * end, 0.1)
        spot: Point3 = (x, -car.lean(x, z), z)
    else:
        spot = _pane(car, -0.42, 0.12)
    room = 0.74 * (car.height - car.body.belt)
    size = min(5.6, max(4.2, room * 0.5)) * scene.camera.scale
    cx, cy = canvas.camera.project(spot)
    skin, coat = (214, 170, 140), (58, 52, 62)
    with canvas.element("driver"):
        shoulders = [(cx + size * dx, cy - size * dz) for dx, dz in _SHOULDERS]
        canvas.flat(shoulders, coat)
        head = [(cx + size * 0.42 * px, cy - size * (1.2 + 0.52 * pz)) for px, pz in _ROUND]
        canvas.flat(head, skin)
        hair = [(x, y) for x, y in head if y < cy - size * 1.3]
        canvas.flat(hair, (70, 48, 36))


_ROUND = [(math.cos(a * math.pi / 9), math.sin(a * math.pi / 9)) for a in range(18)]
_SHOULDERS = [(-0.95, 0.0), (-0.85, 0.45), (-0.4, 0.72), (0.4, 0.72), (0.85, 0.45), (0.95, 0.0)]


def antenna(canvas: Canvas, car: Car) -> None:
    """A rod beside the windscreen."""
    x, z = car.body.cabin[0][0] - 3.5, car.body.belt + 0.3
    y = -car.half(x, z) + 1.5
    with canvas.element("antenna"):
        canvas.fill(at(stroke((x, z), (x + 3.0, z + 17), 1.0), y), (46, 48, 52))
