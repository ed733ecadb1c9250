"""Figures over the labels as Plotly's JSON, drawn by the component Chart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from diffmine.app import texts
from diffmine.app.cache import Cache, digest, file_ref
from diffmine.app.components.chart.listing import Series, listing
from diffmine.app.parts import MANY, Value
from diffmine.export.charts import Curve, Curves
from diffmine.export.charts.curves import runs
from diffmine.export.charts.drawing import COLOURS

BLUE = "#0072B2"
VERMILION = "#D55E00"
BAND = "rgba(0,114,178,.18)"
_DASHES = ("solid", "dash", "dot", "longdashdot")
_SYMBOLS = ("circle", "square", "triangle-up", "x")


def number(value: Any) -> float | None:
    """A finite number, else None: what JSON can carry."""
    return float(value) if value is not None and math.isfinite(value) else None


def chart_value(
    cache: Cache, traces: Sequence[Value], layout: Value, *, title: str, alt: str, empty: str
) -> Value:
    """The value of a Chart."""
    value: Value = {"title": title, "data": list(traces), "layout": layout, "alt": alt}
    value["empty"] = empty
    return {"rev": digest(value), **value, "lib": file_ref(cache.plotly)}


def as_list(value: Value, list_: Value) -> Value:
    """A chart that is drawn as a list of names instead (listing.py)."""
    bare = value | {"data": [], "layout": {}, "list": list_}
    return bare | {"rev": digest(value["rev"], list_)}


def curves_value(
    cache: Cache,
    chart: Curves,
    notes: Sequence[Sequence[str]],
    empty: str = texts.NOTHING_STORED,
    marked: str = "",
) -> Value:
    """The value of a Chart that draws some curves and can be taken away as a file. `notes` say of
    each curve what stands at each of its places, of which `marked` stands out. The traces: first
    one for the band of each curve that has one, then each curve (`curve_of`)."""
    if chart.empty:
        return chart_value(cache, [], {}, title=chart.title, alt=chart.title, empty=empty)
    traces = [
        _band(chart, curve, COLOURS[at % 4])
        for at, curve in enumerate(chart.curves)
        if curve.low and chart.ordered
    ]
    traces += [
        _line(chart, curve, at, list(text), marked)
        for at, (curve, text) in enumerate(zip(chart.curves, notes, strict=True))
    ]
    layout: Value = {
        "xaxis": {
            "tickvals": list(chart.places),  # chart.js leaves out what has no room
            "ticktext": list(chart.names),
            "tickangle": 0,
            "zeroline": False,
            "showgrid": False,
        },
        "yaxis": {
            "tickformat": ".0%" if chart.share else None,
            "rangemode": "tozero",
            "zeroline": True,
        },
    }
    if len(chart.curves) > 1:
        layout |= {
            "showlegend": True,
            "legend": {"orientation": "h", "y": 1, "yanchor": "bottom", "traceorder": "normal"},
        }
    told = "; ".join(
        f"{curve.name}, {name}: {note}"
        for curve, text in zip(chart.curves, notes, strict=True)
        for name, note in zip(chart.names, text, strict=True)
        if note
    )
    alt = f"{chart.title}. {told}"
    value = chart_value(cache, traces, layout, title=chart.title, alt=alt, empty=empty)
    if not chart.ordered and len(chart.names) > MANY:
        series = [
            Series(curve.name, COLOURS[at % 4], curve.values, curve.low, curve.high)
            for at, curve in enumerate(chart.curves)
        ]
        several = [texts.BETWEEN_NOTES.join(told) for told in zip(*notes, strict=True)]
        value = as_list(
            value, listing(chart.names, series, several, marked=marked, share=chart.share)
        )
    return value | {"rev": digest(value["rev"], "files"), "files": True}


def curve_of(chart: Curves, trace: int) -> int:
    """Which of the curves a trace of `curves_value` is, below 0 for a band."""
    return trace - sum(bool(curve.low and chart.ordered) for curve in chart.curves)


def traces_of(chart: Curves) -> int:
    """How many traces `curves_value` draws."""
    return len(chart.curves) - curve_of(chart, 0)


def _band(chart: Curves, curve: Curve, colour: str) -> Value:
    """The band of a curve as outlines, one for each stretch of places that follow each other."""
    x: list[float | None] = []
    y: list[float | None] = []
    for run in runs(curve.low):
        places, back = [chart.places[at] for at in run], run[::-1]
        x += [*places, *reversed(places), None]
        y += [*(curve.high[at] for at in run), *(curve.low[at] for at in back), None]
    band: Value = {"type": "scatter", "x": x, "y": y, "mode": "lines", "fill": "toself"}
    band |= {"hoverinfo": "skip", "showlegend": False, "fillcolor": _clear(colour, 0.18)}
    return band | {"line": {"width": 1, "color": _clear(colour, 0.3)}}


def _clear(colour: str, opacity: float) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def _line(chart: Curves, curve: Curve, at: int, notes: list[str], marked: str) -> Value:
    colour = COLOURS[at % 4]
    line: Value = {
        "type": "scatter",
        "mode": "lines+markers" if chart.ordered else "markers",
        "name": curve.name,
        "x": list(chart.places),
        "y": list(curve.values),
        "customdata": list(chart.names),
        "text": notes,
        "hovertemplate": "%{customdata}: %{text}<extra></extra>",
        "line": {"color": colour, "width": 2, "dash": _DASHES[at % 4]},
        "marker": {
            "size": [13 if name == marked else 8 for name in chart.names],
            "color": colour,
            "symbol": _SYMBOLS[at % 4],
        },
    }
    bars = None if chart.ordered else _bars(curve.values, curve.low, curve.high, (), False)
    return line | ({"error_y": bars | {"color": colour}} if bars else {})


def over_labels(
    cache: Cache,
    labels: Sequence[str],
    values: Sequence[float | None],
    *,
    title: str,
    notes: Sequence[str] = (),
    low: Sequence[float | None] = (),
    high: Sequence[float | None] = (),
    errors: Sequence[float | None] = (),
    ordered: bool = True,
    marked: str = "",
    percent: bool = False,
    zero: bool = False,
    empty: str = texts.NOTHING_STORED,
) -> Value:
    """One value per label, with a band (`low`, `high`) or error bars; `marked` stands out."""
    names = list(labels)
    layout: Value = {
        "xaxis": {"type": "category", "categoryorder": "array", "categoryarray": names},
        "yaxis": {
            "tickformat": ".0%" if percent else None,
            "rangemode": "tozero",
            "zeroline": zero,
        },
    }
    if not any(value is not None for value in values):
        return chart_value(cache, [], layout, title=title, alt=title, empty=empty)
    traces: list[Value] = []
    if ordered and low and high:
        hidden: Value = {"type": "scatter", "x": names, "mode": "lines", "hoverinfo": "skip"}
        hidden["line"] = {"width": 0}
        band = {"fill": "tonexty", "fillcolor": BAND}
        traces += [{**hidden, "y": list(low)}, {**hidden, "y": list(high), **band}]
    main: Value = {
        "type": "scatter",
        "mode": "lines+markers" if ordered else "markers",
        "x": names,
        "y": list(values),
        "customdata": names,
        "text": list(notes) or names,
        "hovertemplate": "%{customdata}: %{text}<extra></extra>",
        "line": {"color": BLUE, "width": 2},
        "marker": {
            "size": [12 if name == marked else 8 for name in names],
            "color": [VERMILION if name == marked else BLUE for name in names],
        },
    }
    bars = _bars(values, low, high, errors, ordered)
    traces.append(main | ({"error_y": bars} if bars else {}))
    told = "; ".join(f"{name}: {note}" for name, note in zip(names, notes, strict=False))
    alt = f"{title}. {told}"
    value = chart_value(cache, traces, layout, title=title, alt=alt, empty=empty)
    if ordered or len(names) <= MANY:
        return value
    ends = zip(values, errors, strict=True) if errors else ()
    pairs = [(None, None) if v is None or e is None else (v - e, v + e) for v, e in ends]
    bounds = ([one for one, _ in pairs], [two for _, two in pairs]) if pairs else (low, high)
    series = [Series(title, BLUE, list(values), *bounds)]
    return as_list(value, listing(names, series, list(notes) or names, marked=marked))


def _bars(
    values: Sequence[float | None],
    low: Sequence[float | None],
    high: Sequence[float | None],
    errors: Sequence[float | None],
    ordered: bool,
) -> Value | None:
    line = {"type": "data", "thickness": 1.2, "width": 4, "color": BLUE}
    if errors:
        return line | {"array": list(errors)}
    if not low or not high or ordered:
        return None
    known = list(zip(values, low, high, strict=True))
    above = [None if v is None or h is None else h - v for v, _, h in known]
    below = [None if v is None or lo is None else v - lo for v, lo, _ in known]
    return line | {"symmetric": False, "array": above, "arrayminus": below}
