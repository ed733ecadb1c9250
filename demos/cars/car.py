"""One car: which elements it has, and its body once they and chance have shaped it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from demos.cars.bodies import BODIES, HEIGHT_NOISE, HEIGHTS, ROUND, WEDGE, Body
from demos.cars.canvas import Point2
from demos.cars.elements import read_elements
from demos.cars.shapes import Corner, rounded

# A car has at most one element of each of these.
EXCLUSIVE = (
    ("separate_lamp", "twin_round_lamps", "square_lamp", "flush_lamp"),
    ("slim_bumper", "black_bumper", "body_bumper"),
    ("tall_grille", "heavy_chrome_grille"),
    ("flowing_wing", "pontoon_body"),
    ("wedge_nose", "rounded_nose"),
    ("upright_windscreen", "split_windscreen"),
    ("spoked_wheel", "whitewall_tyre"),
)
CABINS = {
    "1920s": "tall_cabin", "1930s": "sloping_back", "1940s": "humped_roof",
    "1950s": "wide_glass_cabin", "1960s": "flat_roof", "1970s": "fastback", "1990s": "arched_roof",
}  # fmt: skip
"""Of each body that has one of its own; a box_roofline takes its place."""
LENGTH = 100.0


@dataclass(frozen=True)
class Car:
    """A car of a decade, ready to be drawn."""

    decade: str
    year: int
    elements: frozenset[str]
    body: Body
    height: float  # of the roof, in hundredths of the length

    @property
    def profile(self) -> list[Point2]:
        """The body below the windows."""
        body = self.body
        foot = body.cabin[0][0], body.belt, 3.0
        return rounded([*body.nose, foot, (body.cabin[3][0], body.cabin[3][1], 3.0), *body.tail])

    def profile_until(self, end: float) -> list[Point2]:
        """The profile from the front to x = end."""
        points = self.profile
        first = next(index for index, (x, _) in enumerate(points) if x > end)
        (x0, z0), (x1, z1) = points[first - 1], points[first]
        share = (end - x0) / (x1 - x0)
        return [*points[:first], (end, z0 + share * (z1 - z0)), (end, points[0][1])]

    @property
    def roof(self) -> list[Point2]:
        """The cabin."""
        return rounded(self.body.cabin)

    def half(self, x: float, z: float) -> float:
        """Half of the body's width at x."""
        front, middle = self.body.inner
        if self.body.kind == "full":
            round_nose = "rounded_nose" in self.elements
            reach, loss = (16.0, 5.5) if round_nose else (4.0, 1.2)
            gone = min(1.0, max(0.0, (reach - x) / reach))
            return middle - loss * gone**2
        share = min(1.0, max(0.0, x / self.body.cabin[0][0]))
        return front + (middle - front) * share

    def lean(self, x: float, z: float) -> float:
        """Half of the cabin's width at height z."""
        foot, top = self.body.belt, self.height
        share = min(1.0, max(0.0, (z - foot) / (top - foot)))
        return self.half(self.body.cabin[0][0], foot) - 0.6 - self.body.lean * share

    def nose_x(self, z: float) -> float:
        """Where the front stands at height z."""
        found = [x for x, x_z in self.profile if abs(x_z - z) < 1.5 and x < 30]
        if found:
            return min(found)
        front = sorted((abs(point[1] - z), point[0]) for point in self.profile if point[0] < 30)
        return front[0][1]


def draw_car(decade: str, rng: np.random.Generator) -> Car:
    """A car of the decade, by chance."""
    elements = draw_elements(decade, rng)
    body = _shaped(BODIES[decade], elements)
    ratio = HEIGHTS[decade] + HEIGHT_NOISE * float(np.clip(rng.standard_normal(), -2, 2))
    top = max(corner[1] for corner in body.cabin)
    body = _moved(body, ratio * LENGTH / top, *(float(rng.uniform(-1, 1)) for _ in range(3)))
    year = int(decade[:4]) + int(rng.integers(10))
    return Car(decade, year, elements, body, ratio * LENGTH)


def measured_ratio(car: Car) -> float:
    """Height over length of the drawn body."""
    points = car.profile + car.roof
    reach = car.body.radius + (0.0 if car.body.kind == "full" else 3.5)  # with the wings
    xs = [x for x, _ in points]
    xs += [car.body.wheels[0] - reach, car.body.wheels[1] + reach]
    return max(z for _, z in points) / (max(xs) - min(xs))


def draw_elements(decade: str, rng: np.random.Generator) -> frozenset[str]:
    """Which elements the car has, with the frequencies of the table."""
    # A cabin takes no chance of its own.
    drawn = [e for e in read_elements() if e.informative and e.name not in CABINS.values()]
    frequency = {e.name: e.at(decade) for e in drawn}
    chosen = set()
    for group in EXCLUSIVE:
        dice = rng.random()
        for name in group:
            if 0 <= dice < frequency[name]:
                chosen.add(name)
                break
            dice -= frequency[name]
    grouped = {name for group in EXCLUSIVE for name in group}
    chosen |= {n for n, share in frequency.items() if n not in grouped and rng.random() < share}
    if decade in CABINS and "box_roofline" not in chosen:
        chosen.add(CABINS[decade])
    return frozenset(chosen)


def _shaped(body: Body, elements: frozenset[str]) -> Body:
    """The body its elements ask for."""
    if body.kind != "full":
        body = replace(body, kind="merged" if "pontoon_body" in elements else "carriage")
    if "wedge_nose" in elements:
        body = replace(body, nose=_above(WEDGE, body.sill))
    if "rounded_nose" in elements:
        body = replace(body, nose=_above(ROUND, body.sill))
    foot, front, rear, end = body.cabin
    if "box_roofline" in elements:
        end_x = min(end[0], 80.0)
        rear = (end_x - 5.0, max(front[1], rear[1]), 0.8)
        front, end = (foot[0] + 9.0, front[1], 0.8), (end_x, body.belt)
    # Only the 1920s table stands upright already.
    if "upright_windscreen" in elements:
        front = (foot[0], front[1], 1.5)
    return replace(body, cabin=(foot, front, rear, end))


def _above(corners: tuple[Corner, ...], sill: float) -> tuple[Corner, ...]:
    return tuple((corner[0], corner[1] + sill, *corner[2:]) for corner in corners)


def _moved(body: Body, squash: float, cabin: float, roof: float, wheel: float) -> Body:
    """Heights made to fit, and the cabin, the roof's rear and the wheels moved a little."""

    def fit(corners: tuple[Corner, ...], shift: float = 0.0) -> tuple[Corner, ...]:
        return tuple((c[0] + shift, c[1] * squash, *c[2:]) for c in corners)

    foot, front, rear, end = fit(body.cabin, 1.5 * cabin)
    rear = (rear[0] + 2.0 * roof, *rear[1:])
    return replace(
        body,
        nose=fit(body.nose),
        tail=fit(body.tail),
        cabin=(foot, front, rear, end),
        belt=body.belt * squash,
        sill=body.sill * squash,
        strip=body.strip * squash,
        wheels=(body.wheels[0] + 0.5 * wheel, body.wheels[1] + 0.8 * wheel),
    )
