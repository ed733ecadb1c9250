"""The names along the axis of a chart: in lines beside each other where all have room, else turned
upwards. Of more than have room every n-th is named, and the axis says so."""

from __future__ import annotations

from dataclasses import dataclass

from diffmine.export.charts.curves import Curves, marked
from diffmine.export.lettering import font_for, lines, short

LETTERS = 10
"""Size of the names in points."""
LINE = 11.0
MOST = 16
"""So many names at most stand beside each other; more are turned."""
_MOST_LINES, _GAP = 4, 6
_DEPTH = 300
"""Points of the longest turned name, about 60 letters; longer ones are cut."""
_NUMBERS = 110
"""Letters that have room along a line of numbers, which needs not name every place."""


@dataclass(frozen=True)
class Axis:
    """The places that are named, the lines of each name, whether they are `turned`, the `depth` in
    points that they take, and how many places are named by none (`left`)."""

    places: tuple[int, ...]
    names: tuple[tuple[str, ...], ...]
    turned: bool
    depth: float
    left: int = 0


def axis_of(chart: Curves, room: float) -> Axis:
    """The names of a chart whose places take `room` points."""
    names = chart.names
    if chart.at:
        places = marked(names, MOST, _NUMBERS)
        return _flat(places, names, room / max(len(places), 1)) or _turned(names, room)
    every = range(len(names))
    flat = _flat(every, names, room / max(len(names), 1)) if len(names) <= MOST else None
    return flat or _turned(names, room)


def _flat(places: range | list[int], names: tuple[str, ...], step: float) -> Axis | None:
    """Names in lines at most `step` wide; None where a word or a name is too long for that."""
    wide = int(step) - _GAP
    broken = [tuple(lines(names[at], font_for(names[at], LETTERS), wide)) for at in places]
    if any(font_for(word, LETTERS).getlength(word) > wide for at in places for word in
           names[at].split()) or any(len(own) > _MOST_LINES for own in broken):  # fmt: skip
        return None
    depth = LINE * max(map(len, broken), default=1)
    return Axis(tuple(places), tuple(broken), False, depth)


def _turned(names: tuple[str, ...], room: float) -> Axis:
    """Names turned upwards, a line each."""
    every = -(-int(len(names) * LINE) // max(int(room), 1)) or 1
    places = tuple(range(0, len(names), every))
    shown = [short(names[at], font_for(names[at], LETTERS), _DEPTH) for at in places]
    widths = [font_for(name, LETTERS).getlength(name) for name in shown]
    left = len(names) - len(places)
    return Axis(places, tuple((name,) for name in shown), True, max(widths, default=0.0), left)
