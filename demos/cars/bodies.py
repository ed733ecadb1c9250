"""The bodies of the decades as tables of corners (x, z, radius), in hundredths of the length.

They exaggerate, as a caricature does; they follow no car.
"""

from __future__ import annotations

from dataclasses import dataclass

from demos.cars.shapes import Corner

HEIGHTS = {  # over the length: the first known trend
    "1920s": 0.52, "1930s": 0.485, "1940s": 0.45, "1950s": 0.42,
    "1960s": 0.39, "1970s": 0.365, "1980s": 0.345, "1990s": 0.33,
}  # fmt: skip
HEIGHT_NOISE = 0.011


@dataclass(frozen=True)
class Body:
    """A body before chance and its elements change it."""

    kind: str  # "carriage" (wings apart from the body), "merged" or "full"
    wheels: tuple[float, float]  # x of the front and rear wheel
    radius: float  # of the wheels
    sill: float  # z of the lower edge
    belt: float  # z below the windows
    width: float  # half of it, over the wings
    inner: tuple[float, float]  # half width of the body at its front and from the doors on
    nose: tuple[Corner, ...]  # from the sill at the front up to the bonnet
    tail: tuple[Corner, ...]  # from the boot down to the sill at the rear
    cabin: tuple[Corner, ...]  # front foot, front of the roof, rear of the roof, rear foot
    lean: float  # how far the sides of the cabin lean in at the roof
    windows: tuple[tuple[float, float], ...]  # parts of the cabin's length, 0 to 1
    strip: float  # z of the side strip


BODIES = {
    "1920s": Body(
        "carriage", (16.5, 83), 12.2, 12, 33, 19, (8, 13.5),
        ((13, 13), (13, 35, 2), (16, 36.5, 1)),
        ((90, 34, 2), (91, 13, 2)),
        ((39, 33), (39, 52, 1.5), (84, 51.5, 7), (90, 33)),
        1.0, ((0.05, 0.33), (0.39, 0.65), (0.71, 0.93)), 26,
    ),
    "1930s": Body(
        "carriage", (15.5, 82), 11.2, 10, 33, 20, (8, 14.5),
        ((8, 11), (6, 37, 5), (13, 38, 3)),
        ((94, 30, 8), (97, 12, 4)),
        ((43, 33), (49, 48.5, 5), (70, 48.5, 12), (93, 30)),
        2.0, ((0.06, 0.40), (0.46, 0.80)), 27,
    ),
    "1940s": Body(
        "merged", (19, 79), 10.2, 8, 29, 21, (13, 17),
        ((3, 9, 2), (1, 24, 6), (6, 32, 8), (20, 34, 8)),
        ((95, 26, 9), (100, 10, 5)),
        ((37, 29), (45, 45, 8), (67, 45, 14), (91, 28)),
        2.5, ((0.07, 0.42), (0.48, 0.82)), 20,
    ),
    "1950s": Body(
        "full", (20, 79), 9.8, 8, 28, 21.5, (20, 20),
        ((2, 8.5), (-1, 11, 2), (-1.5, 24, 4), (3, 28, 4)),
        ((97, 27, 3), (100.5, 20, 4), (98, 8.5, 2)),
        ((34, 28), (38, 42, 3), (69, 42, 6), (79, 28)),
        3.0, ((0.05, 0.46), (0.52, 0.93)), 20,
    ),
    "1960s": Body(
        "full", (19, 79), 9.2, 8, 25, 21, (20, 20),
        ((2, 8.5), (0, 10, 1.5), (-1, 24, 1), (1, 26, 1.5)),
        ((98, 25.5, 1), (100, 23, 1.5), (98, 8.5, 2)),
        ((34, 25), (43, 39, 2.5), (66, 39, 2.5), (76, 25)),
        3.0, ((0.04, 0.47), (0.52, 0.95)), 19,
    ),
    "1970s": Body(
        "full", (19, 78), 9.0, 7.5, 24.5, 21, (20, 20),
        ((2, 8), (0, 10, 1), (-0.5, 21, 1), (1, 22.5, 1)),
        ((97, 25.5, 1.5), (100, 22, 1), (98, 8, 2)),
        ((37, 24.5), (50, 36.5, 2), (68, 36.5, 4), (90, 25.5)),
        4.0, ((0.06, 0.48), (0.54, 0.76)), 18,
    ),
    "1980s": Body(
        "full", (19, 78), 8.6, 7, 22.5, 20.5, (19.5, 19.5),
        ((1, 7.5), (0, 9, 1), (0, 21.5, 0.6), (1, 23, 0.6)),
        ((99, 23, 0.6), (100, 21, 0.6), (99, 7.5, 1)),
        ((33, 22.5), (45, 34.5, 4), (70, 34.5, 7), (84, 22.5)),
        3.0, ((0.05, 0.37), (0.41, 0.71), (0.75, 0.95)), 12.5,
    ),
    "1990s": Body(
        "full", (19, 79), 8.8, 6.5, 22, 21, (20, 20),
        ((2, 7), (0, 9, 2), (0, 16, 3), (4, 19.5, 4)),
        ((96, 23, 7), (101, 15, 6), (98, 7, 3)),
        ((27, 21.5), (47, 33, 13), (66, 33, 13), (91, 22.5)),
        5.0, ((0.10, 0.47), (0.52, 0.86)), 13,
    ),
}  # fmt: skip

WEDGE: tuple[Corner, ...] = ((3, 0), (-1.5, 2.5, 1), (-1, 10, 1.5))  # z above the sill
ROUND: tuple[Corner, ...] = ((5, 0, 2), (-1, 2, 4), (-0.5, 9, 6), (12, 14, 9))
