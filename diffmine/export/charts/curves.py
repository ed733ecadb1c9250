"""What a chart shows, apart from how it is drawn: on the screen, as CSV, SVG and PDF."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

Number = float | None


@dataclass(frozen=True)
class Curve:
    """A value for each place of the chart, None where it is not known, with the bounds of its band
    (none at all where there is no band) and how many images it rests on."""

    name: str
    values: tuple[Number, ...]
    low: tuple[Number, ...] = ()
    high: tuple[Number, ...] = ()
    images: tuple[Number, ...] = ()


@dataclass(frozen=True)
class Curves:
    """Curves over the same places, which are called `names` and lie at `at` on a line of numbers,
    or, where `at` is empty, at equal distances. `across` and `up` are what is drawn along the two
    axes; a `share` is from 0 to 1. Places that are `ordered` are joined. `foot` says whose the data
    are."""

    title: str
    across: str
    up: str
    names: tuple[str, ...]
    curves: tuple[Curve, ...]
    at: tuple[float, ...] = ()
    share: bool = False
    ordered: bool = True
    foot: str = ""

    @property
    def places(self) -> tuple[float, ...]:
        """Where the places lie."""
        return self.at or tuple(float(place) for place in range(len(self.names)))

    @property
    def empty(self) -> bool:
        """Whether nothing is known."""
        return all(value is None for curve in self.curves for value in curve.values)


LONGEST = 28
"""Letters of a name on an axis; longer ones are broken into lines, or cut."""


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round numbers from `low` to `high`, steps of 1, 2 or 5 times a power of ten."""
    span = high - low
    if not span > 0:
        return [low]
    rough = span / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(times * power for times in (1, 2, 5, 10) if times * power >= rough * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(number * step, 12) for number in range(first, last + 1)]


def marked(names: tuple[str, ...], most: int, letters: int) -> list[int]:
    """Which places are named on an axis that has room for `letters`: the first, and every n-th, so
    that no two names touch, at most `most` of them."""
    if not names:
        return []
    longest = min(max(len(name) for name in names), LONGEST) + 2
    room = max(min(most, letters // longest), 1)
    return list(range(0, len(names), -(-len(names) // room)))


def ranked(chart: Curves) -> Curves:
    """A chart whose places have no order with its places from the highest of the first curve on,
    those without a value last."""
    values = chart.curves[0].values if chart.curves else ()
    order = sorted(range(len(values)), key=lambda at: (values[at] is None, -(values[at] or 0.0)))

    def sort(column: tuple[Number, ...]) -> tuple[Number, ...]:
        return tuple(column[at] for at in order) if column else ()

    curves = tuple(
        Curve(one.name, sort(one.values), sort(one.low), sort(one.high), sort(one.images))
        for one in chart.curves
    )
    return replace(chart, names=tuple(chart.names[at] for at in order), curves=curves)


def runs(values: Sequence[Number]) -> list[list[int]]:
    """The places of values that follow each other without a gap."""
    runs: list[list[int]] = [[]]
    for at, value in enumerate(values):
        if value is not None:
            runs[-1].append(at)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]
