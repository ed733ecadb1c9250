"""A chart in lines, surfaces and text on a sheet of 720 x 420 points, or a higher one for long
names, for any pen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from diffmine.export.charts.axis import LETTERS as _TEXT
from diffmine.export.charts.axis import LINE, MOST, Axis, axis_of
from diffmine.export.charts.curves import Curve, Curves, ranked, runs, ticks
from diffmine.export.lettering import font_for, lines, short

WIDTH, HEIGHT = 720.0, 420.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 62.0, 18.0, 58.0, 76.0
_ROOM = WIDTH - _LEFT - _RIGHT
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")
"""Of the curves in their order: Okabe and Ito's, with marks of different shapes as well."""
DASHES = ((), (6, 3), (2, 2), (8, 3, 2, 3))
INK, SOFT, RULE = "#222222", "#555555", "#dddddd"
_TITLE, _SMALL = 13, 8
Side = Literal["start", "middle", "end"]
Point = tuple[float, float]


@runtime_checkable
class Pen(Protocol):
    """What draws. Lengths are points from the top left corner."""

    def path(
        self, points: Sequence[Point], colour: str, width: float, dash: tuple[int, ...]
    ) -> None:
        """A line through some points."""

    def surface(self, points: Sequence[Point], colour: str, opacity: float) -> None:
        """A filled polygon."""

    def text(self, text: str, at: Point, size: int, colour: str, side: Side, turned: bool) -> None:
        """A line of text whose baseline begins, ends or is centred there; `turned` upwards."""


@dataclass(frozen=True)
class _Frame:
    """Where the values of a chart lie on the sheet."""

    left: float
    right: float
    low: float
    high: float

    def x(self, place: float) -> float:
        share = (place - self.left) / ((self.right - self.left) or 1)
        return _LEFT + share * (WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        share = (value - self.low) / ((self.high - self.low) or 1)
        return HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM)


def height_of(chart: Curves) -> float:
    """Height of a chart's sheet in points: HEIGHT, and more where long names are turned."""
    return HEIGHT + _more(axis_of(_sorted(chart), _ROOM))


def _sorted(chart: Curves) -> Curves:
    return ranked(chart) if not chart.ordered and len(chart.names) > MOST else chart


def draw(pen: Pen, chart: Curves) -> None:
    """Draw a chart: title, axes, bands, curves, names of the curves, foot."""
    chart = _sorted(chart)
    frame, axis = _frame(chart), axis_of(chart, _ROOM)
    _head(pen, chart)
    _up(pen, chart, frame)
    _across(pen, chart, frame, axis)
    for at, curve in enumerate(chart.curves):
        colour = COLOURS[at % len(COLOURS)]
        if chart.ordered:
            _band(pen, chart, curve, frame, colour)
        else:
            _bars(pen, chart, curve, frame, colour)
    for at, curve in enumerate(chart.curves):
        _curve(pen, chart, curve, frame, at)
    foot = short(chart.foot, font_for(chart.foot or " ", _SMALL), int(WIDTH - 2 * _RIGHT))
    pen.text(foot, (_RIGHT, HEIGHT + _more(axis) - 10), _SMALL, SOFT, "start", False)


def _frame(chart: Curves) -> _Frame:
    known = [
        value
        for curve in chart.curves
        for column in (curve.values, curve.low, curve.high)
        for value in column
        if value is not None
    ]
    low, high = min([0.0, *known]), max([0.0, *known])
    room = 0.06 * ((high - low) or 1)
    steps = chart.places
    half = 0.5 if len(steps) < 2 else 0.5 * (steps[-1] - steps[0]) / (len(steps) - 1)
    left, right = (steps[0] - half, steps[-1] + half) if steps else (0.0, 1.0)
    return _Frame(left, right, low - (room if low < 0 else 0), high + room)


def _head(pen: Pen, chart: Curves) -> None:
    font = font_for(chart.title, _TITLE)
    for at, line in enumerate(lines(chart.title, font, int(WIDTH - 2 * _RIGHT), 2)):
        pen.text(line, (_RIGHT, 20.0 + 15 * at), _TITLE, INK, "start", False)
    if len(chart.curves) < 2:
        return
    wide = (WIDTH - _LEFT - _RIGHT) / len(chart.curves)
    for at, curve in enumerate(chart.curves):
        left, top = _LEFT + at * wide, _TOP - 8
        _mark(pen, (left + 12, top - 3), at)
        pen.path([(left, top - 3), (left + 24, top - 3)], COLOURS[at % 4], 1.6, DASHES[at % 4])
        name = short(curve.name, font_for(curve.name, _TEXT), int(wide) - 36)
        pen.text(name, (left + 30, top), _TEXT, INK, "start", False)


def _up(pen: Pen, chart: Curves, frame: _Frame) -> None:
    steps = ticks(frame.low, frame.high)
    digits = _digits(steps)
    for value in steps:
        top = frame.y(value)
        pen.path([(_LEFT, top), (WIDTH - _RIGHT, top)], SOFT if value == 0 else RULE, 0.6, ())
        text = f"{100 * value:.{max(digits - 2, 0)}f} %" if chart.share else f"{value:,.{digits}f}"
        text = text.replace("-", "−")
        pen.text(text, (_LEFT - 6, top + 3.5), _TEXT, SOFT, "end", False)
    pen.text(chart.up, (14.0, (HEIGHT - _BOTTOM + _TOP) / 2), _TEXT, SOFT, "middle", True)


def _digits(steps: Sequence[float]) -> int:
    """Digits after the point that tell the steps apart."""
    return max((len(f"{step:.10f}".rstrip("0").partition(".")[2]) for step in steps), default=0)


def _across(pen: Pen, chart: Curves, frame: _Frame, axis: Axis) -> None:
    base = HEIGHT - _BOTTOM
    for at, own in zip(axis.places, axis.names, strict=True):
        x = frame.x(chart.places[at])
        pen.path([(x, base), (x, base + 4)], SOFT, 0.6, ())
        for row, line in enumerate(own):
            if axis.turned:
                pen.text(line, (x + 3.5, base + 8), _TEXT, SOFT, "end", True)
            else:
                half = font_for(line, _TEXT).getlength(line) / 2
                middle = min(max(x, half + 6), WIDTH - half - 6)  # not cut by the sheet's edge
                pen.text(line, (middle, base + 16 + LINE * row), _TEXT, SOFT, "middle", False)
    text = chart.across
    if axis.left:
        text += f" ({len(axis.places):,} of {len(chart.names):,} are named; the CSV names all)"
    middle, foot = (WIDTH + _LEFT) / 2, HEIGHT + _more(axis) - 28
    pen.text(text.strip(), (middle, foot), _TEXT, SOFT, "middle", False)


def _more(axis: Axis) -> float:
    """Points by which the sheet is higher, for names that take more than two lines."""
    return max(axis.depth - 2 * LINE, 0.0)


def _band(pen: Pen, chart: Curves, curve: Curve, frame: _Frame, colour: str) -> None:
    if not curve.low or not curve.high:
        return
    bounds = [
        None if low is None or high is None else high
        for low, high in zip(curve.low, curve.high, strict=True)
    ]
    for run in runs(bounds):
        upper = [(frame.x(chart.places[at]), frame.y(curve.high[at] or 0.0)) for at in run]
        lower = [(frame.x(chart.places[at]), frame.y(curve.low[at] or 0.0)) for at in run]
        if len(run) > 1:
            pen.surface([*upper, *reversed(lower)], colour, 0.18)
        else:
            pen.path([upper[0], lower[0]], colour, 1.2, ())


def _bars(pen: Pen, chart: Curves, curve: Curve, frame: _Frame, colour: str) -> None:
    for place, low, high in zip(chart.places, curve.low, curve.high, strict=False):
        if low is not None and high is not None:
            x = frame.x(place)
            pen.path([(x, frame.y(low)), (x, frame.y(high))], colour, 1.0, ())


def _curve(pen: Pen, chart: Curves, curve: Curve, frame: _Frame, at: int) -> None:
    for run in runs(curve.values):
        points = [(frame.x(chart.places[one]), frame.y(curve.values[one] or 0.0)) for one in run]
        if chart.ordered and len(points) > 1:
            pen.path(points, COLOURS[at % 4], 1.8, DASHES[at % 4])
        for point in points if not chart.ordered or len(chart.names) <= 80 else []:
            _mark(pen, point, at)


def _mark(pen: Pen, at: Point, curve: int) -> None:
    """A mark whose shape says the curve: square on its corner, square, triangle, cross-legged."""
    x, y = at
    shapes: list[Callable[[float], list[Point]]] = [
        lambda r: [(x - r, y), (x, y - r), (x + r, y), (x, y + r)],
        lambda r: [(x - r, y - r), (x + r, y - r), (x + r, y + r), (x - r, y + r)],
        lambda r: [(x - r, y + r), (x, y - r), (x + r, y + r)],
        lambda r: [(x - r, y - r), (x + r, y + r), (x + r, y - r), (x - r, y + r)],
    ]
    pen.surface(shapes[curve % 4](3.4 if curve % 4 == 0 else 2.8), COLOURS[curve % 4], 1.0)
