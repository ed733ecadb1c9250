"""Figures over the labels as Plotly's JSON, drawn by the component Chart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from diffmine.app import texts
from diffmine.app.cache import Cache, digest, file_ref
from diffmine.app.parts import Value

BLUE = "#0072B2"
VERMILION = "#D55E00"
BAND = "rgba(0,114,178,.18)"


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
        "text": list(notes) or names,
        "hovertemplate": "%{x}: %{text}<extra></extra>",
        "line": {"color": BLUE, "width": 2},
        "marker": {
            "size": [12 if name == marked else 8 for name in names],
            "color": [VERMILION if name == marked else BLUE for name in names],
        },
    }
    bars = _bars(values, low, high, errors, ordered)
    traces.append(main | ({"error_y": bars} if bars else {}))
    listing = "; ".join(f"{name}: {note}" for name, note in zip(names, notes, strict=False))
    return chart_value(cache, traces, layout, title=title, alt=f"{title}. {listing}", empty=empty)


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
