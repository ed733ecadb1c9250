"""Around which box an outline of SVG lies: the shapes that annotation tools write.

Curves are followed in a few steps; of an arc its ends are taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

Edges = tuple[float, float, float, float]
"""Left, top, right and bottom."""
Spot = complex
LONGEST = 1_000_000
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?")
_SHAPE = re.compile(r"<\s*(?:\w+:)?(polygon|polyline|path|rect|circle|ellipse|line)\b([^>]*)>")
_ATTRIBUTE = re.compile(r"([\w-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_COMMAND = re.compile(r"([MmLlHhVvCcSsQqTtAaZz])([^MmLlHhVvCcSsQqTtAaZz]*)")
_TAKES = {"m": 2, "l": 2, "h": 1, "v": 1, "c": 6, "s": 4, "q": 4, "t": 2, "a": 7, "z": 0}
_STEPS = 8


def edges(text: str) -> Edges | None:
    """The edges of all shapes of an SVG; None where it has none that can be read."""
    spots: list[Spot] = []
    for shape, inside in _SHAPE.findall(text[:LONGEST]):
        given = {name: one or other for name, one, other in _ATTRIBUTE.findall(inside)}
        spots += _spots(shape, given)
    if not spots:
        return None
    across, down = [spot.real for spot in spots], [spot.imag for spot in spots]
    return min(across), min(down), max(across), max(down)


def _spots(shape: str, given: dict[str, str]) -> list[Spot]:
    """Points of a shape between which it lies."""
    if shape == "path":
        return list(_path(given.get("d", "")))
    if shape in ("polygon", "polyline"):
        return _pairs(_numbers(given.get("points", "")))

    def number(name: str) -> float:
        return next(iter(_numbers(given.get(name, "0"))), 0.0)

    if shape == "line":
        return [complex(number(f"x{at}"), number(f"y{at}")) for at in (1, 2)]
    if shape == "rect":
        corner = complex(number("x"), number("y"))
        return [corner, corner + complex(number("width"), number("height"))]
    middle, radius = complex(number("cx"), number("cy")), number("r")
    reach = complex(number("rx") or radius, number("ry") or radius)
    return [middle - reach, middle + reach]


def _numbers(text: str) -> list[float]:
    return [float(number) for number in _NUMBER.findall(text)]


def _pairs(numbers: list[float]) -> list[Spot]:
    return [complex(*pair) for pair in zip(numbers[::2], numbers[1::2], strict=False)]


def _path(text: str) -> Iterator[Spot]:
    here = start = 0j
    for name, told in _COMMAND.findall(text):
        kind, numbers = name.lower(), _numbers(told)
        if kind == "z":
            here = start
            continue
        for at in range(0, len(numbers) - _TAKES[kind] + 1, _TAKES[kind]):
            given = numbers[at : at + _TAKES[kind]]
            points = _ends(kind, given, here, relative=name.islower())
            if kind == "m" and at == 0:
                start = points[-1]
            curve = [here, *points]
            if kind in "csq":
                yield from (_bezier(curve, step / _STEPS) for step in range(1, _STEPS))
            here = points[-1]
            yield here


def _ends(kind: str, given: list[float], here: Spot, *, relative: bool) -> list[Spot]:
    """The points of a command, the last one where it leads to."""
    from_ = here if relative else 0j
    if kind == "h":
        return [complex(given[0] + from_.real, here.imag)]
    if kind == "v":
        return [complex(here.real, given[0] + from_.imag)]
    return [from_ + spot for spot in _pairs(given[-2:] if kind == "a" else given)]


def _bezier(points: list[Spot], share: float) -> Spot:
    while len(points) > 1:
        points = [one + share * (other - one) for one, other in pairwise(points)]
    return points[0]
