"""Small multiples: the trend of every element of a label, side by side on one scale."""

from __future__ import annotations

from typing import Any

from diffmine.app.components.chart.figures import BAND, BLUE, VERMILION, chart_value, number
from diffmine.app.parts import Value
from diffmine.app.shelf import Row, Shelf
from diffmine.app.tabs.trends import texts

_COLUMNS = 4
_HEIGHT, _HEAD = 96, 34  # pixels of a row of charts, of the first one's title
_MOST = 32
_TRACES = 3  # of an element: the band's lower and upper edge, the curve


def elements_shown(shelf: Shelf, label: str) -> list[int]:
    """The elements whose curves are known, in the order in which they are drawn."""
    known = {row["element"] for row in shelf.trends("element", label=label)}
    ranked = [row["element"] for row in shelf.elements(label)]
    return [element for element in ranked if element in known][:_MOST]


def element_of(curve: int) -> int:
    """Which of the elements shown a trace belongs to."""
    return curve // _TRACES


def traces_of(shelf: Shelf, label: str) -> int:
    """How many traces there are."""
    return _TRACES * len(elements_shown(shelf, label))


def multiples(shelf: Shelf, label: str, *, ordered: bool) -> Value:
    """A small chart for each of the elements shown: its share over the labels, 0 to 1, with a band
    where the labels are `ordered`; `label` is marked. Empty where no trends are stored."""
    shown = elements_shown(shelf, label)
    title = texts.MULTIPLES.format(label=label)
    curves: dict[int, dict[str, Row]] = {}
    for row in shelf.trends("element", label=label):
        curves.setdefault(row["element"], {})[row["target"]] = row
    rows = -(-len(shown) // _COLUMNS)
    layout: Value = {"height": _HEAD + 28 + _HEIGHT * rows, "annotations": []}
    layout["margin"] = {"l": 44, "r": 8, "t": _HEAD, "b": 28}
    traces: list[Value] = []
    for place, element in enumerate(shown):
        name = shelf.element_name(label, element)
        traces += _curve(shelf.labels, curves[element], name, label, place, ordered)
        _add_axes(layout, place, rows, name, shelf.labels)
    peaks = "; ".join(_peak(shelf, label, element, curves[element]) for element in shown)
    alt = f"{title}. {peaks}"
    return chart_value(shelf.cache, traces, layout, title=title if shown else "", alt=alt, empty="")


def _curve(
    labels: list[str], rows: dict[str, Row], name: str, label: str, place: int, ordered: bool
) -> list[Value]:
    low, share, high = (
        [number(rows.get(target, {}).get(column)) for target in labels]
        for column in ("low", "share", "high")
    )
    axis = str(place + 1) if place else ""
    on: Value = {"type": "scatter", "x": labels, "xaxis": f"x{axis}", "yaxis": f"y{axis}"}
    edge = on | {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    edge |= {"visible": ordered}
    pairs = zip(labels, share, strict=True)
    notes = [f"{name}, {target}: {value or 0:.1%}" for target, value in pairs]
    marker = {
        "size": [7 if target == label else 4 for target in labels],
        "color": [VERMILION if target == label else BLUE for target in labels],
    }
    main: dict[str, Any] = on | {
        "mode": "lines+markers" if ordered else "markers",
        "y": share,
        "text": notes,
        "hovertemplate": "%{text}<extra></extra>",
        "line": {"color": BLUE, "width": 1.5},
        "marker": marker,
    }
    band = {"fill": "tonexty", "fillcolor": BAND}
    return [edge | {"y": low}, edge | {"y": high} | band, main]


def _add_axes(layout: Value, place: int, rows: int, name: str, labels: list[str]) -> None:
    """The axes of one chart and its name above them; scales are shared."""
    row, column = divmod(place, _COLUMNS)
    wide, tall = 1 / _COLUMNS, 1 / rows
    left, top = column * wide, 1 - row * tall
    number = str(place + 1) if place else ""
    shared: Value = {"matches": "y"} if place else {"rangemode": "tozero"}
    layout[f"xaxis{number}"] = {
        "domain": [left, left + 0.9 * wide],
        "anchor": f"y{number}",
        "type": "category",
        "categoryorder": "array",
        "categoryarray": labels,
        "tickvals": [],
        "showgrid": False,
    }
    layout[f"yaxis{number}"] = shared | {
        "domain": [top - 0.72 * tall, top],
        "anchor": f"x{number}",
        "tickformat": ".0%",
        "showticklabels": column == 0,
        "nticks": 3,
    }
    layout["annotations"].append(_note(name, left, top, wide))
    if row == rows - 1:  # the first and the last label, each at its end of the axis
        foot, right = top - 0.72 * tall, left + 0.9 * wide
        side = {"yanchor": "top", "yshift": -2}
        layout["annotations"].append(_note(labels[0], left, foot, 0.45 * wide) | side)
        last = _note(labels[-1], right, foot, 0.45 * wide) | side
        layout["annotations"].append(last | {"xanchor": "right"})


def _note(text: str, left: float, top: float, span: float) -> Value:
    """A text above a place, at most `span` of the figure wide: chart.js cuts it."""
    place: Value = {"x": left, "y": top, "xref": "paper", "yref": "paper"}
    place |= {"xanchor": "left", "yanchor": "bottom", "showarrow": False}
    return {"text": text, **place, "font": {"size": 11}, "span": span}


def _peak(shelf: Shelf, label: str, element: int, rows: dict[str, Row]) -> str:
    name = shelf.element_name(label, element)
    known = [(number(row["share"]) or 0.0, target) for target, row in rows.items()]
    share, target = max(known)
    return texts.MULTIPLE_PEAK.format(element=name, label=target, share=share)
