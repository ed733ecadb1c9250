"""Figures of an evaluation as Plotly's JSON: bars by label, curves of precision and recall."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from diffmine.app.cache import Cache
from diffmine.app.components.chart.figures import BLUE, VERMILION, as_list, chart_value
from diffmine.app.components.chart.listing import Series, listing
from diffmine.app.parts import MANY, Value
from diffmine.app.tabs.evaluate import texts

Row = dict[str, Any]
ALL = texts.ALL_LABELS
COLOURS = (VERMILION, BLUE, "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#999999")
_AXIS = {"rangemode": "tozero", "tickformat": ".2f"}


def bars(
    cache: Cache,
    labels: Sequence[str],
    groups: dict[str, dict[str, Row]],
    figure: str,
    *,
    title: str,
    low: str,
    high: str,
) -> Value:
    """A bar with its interval for each name of `groups` and each label ("" for all of them)."""
    traces = []
    for (name, rows), colour in zip(groups.items(), COLOURS * len(groups), strict=False):
        known = [row for row in (rows.get(label) for label in labels) if row is not None]
        values = [row[figure] for row in known]
        error = {
            "type": "data",
            "symmetric": False,
            "array": [_less(row[high], row[figure]) for row in known],
            "arrayminus": [_less(row[figure], row[low]) for row in known],
            "thickness": 1.2,
            "width": 3,
        }
        traces.append(
            {
                "type": "bar",
                "name": name,
                "x": [row["label"] or ALL for row in known],
                "y": values,
                "error_y": error,
                "marker": {"color": colour},
                "customdata": [row["label"] or ALL for row in known],
                "hovertemplate": f"%{{customdata}}, {name}: %{{y:.3f}}<extra></extra>",
            }
        )
    names = [label or ALL for label in labels]
    layout = {
        "barmode": "group",
        "showlegend": True,
        "xaxis": {"type": "category", "categoryorder": "array", "categoryarray": names},
        "yaxis": _AXIS,
    }
    told = "; ".join(
        f"{trace['name']}: " + ", ".join(f"{x} {y:.3f}" for x, y in pairs if y is not None)
        for trace in traces
        for pairs in [list(zip(trace["x"], trace["y"], strict=True))]
    )
    alt = f"{title}. {told}"
    value = chart_value(cache, traces, layout, title=title, alt=alt, empty=texts.NOTHING_JUDGED)
    if not traces or len(names) <= MANY:
        return value
    columns = [(name, [rows.get(label) for label in labels]) for name, rows in groups.items()]
    series = [
        Series(
            name,
            colour,
            *([row[key] if row else None for row in rows] for key in (figure, low, high)),
        )
        for (name, rows), colour in zip(columns, COLOURS * len(columns), strict=False)
    ]
    notes = [
        ", ".join(f"{one.values[at]:.2f}" for one in series if one.values[at] is not None)
        for at in range(len(names))
    ]
    return as_list(value, listing(names, series, notes, first=ALL))


def curves(cache: Cache, rows: Sequence[Row], prevalence: float | None, *, title: str) -> Value:
    """Precision over recall for each score, and the prevalence as a level line."""
    traces: list[Value] = []
    for row, colour in zip(rows, COLOURS * (len(rows) + 1), strict=False):
        count = len(row["precision"])
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": row["score"],
                "x": [(at + 1) / count for at in range(count)],
                "y": row["precision"],
                "line": {"color": colour, "width": 2},
            }
        )
    if traces and prevalence is not None:
        level = {"type": "scatter", "mode": "lines", "name": texts.PREVALENCE, "x": [0, 1]}
        traces.append({**level, "y": [prevalence] * 2, "line": {"color": "#777", "dash": "dot"}})
    layout = {
        "showlegend": True,
        "xaxis": {"title": {"text": texts.RECALL}, "range": [0, 1]},
        "yaxis": _AXIS | {"title": {"text": texts.PRECISION}},
    }
    return chart_value(cache, traces, layout, title=title, alt=title, empty=texts.NO_MAP_JUDGED)


def _less(one: float | None, other: float | None) -> float:
    return 0.0 if one is None or other is None else max(one - other, 0.0)
