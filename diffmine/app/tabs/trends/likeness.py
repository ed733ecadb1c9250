"""Labels by the elements they share, as a figure (seriation.py)."""

from __future__ import annotations

from diffmine.app.cache import Cache
from diffmine.app.components.chart.figures import BLUE, VERMILION, chart_value
from diffmine.app.parts import Value
from diffmine.app.tabs.trends import texts
from diffmine.maths.seriation import Places

_NAMED = 40


def likeness(
    cache: Cache, labels: list[str], places: Places, *, ordered: bool, marked: str
) -> Value:
    """The labels on the first two axes, joined in their order where there is one."""
    layout: Value = {"hovermode": "closest"}
    if places.at.shape[1] < 2:
        return chart_value(
            cache, [], layout, title=texts.LIKENESS, alt=texts.LIKENESS, empty=texts.NO_LIKENESS
        )
    for name, told in zip(("xaxis", "yaxis"), places.told.tolist(), strict=True):
        layout[name] = {
            "title": {"text": texts.OF_DIFFERENCES.format(share=told)},
            "zeroline": True,
        }
    x, y = (
        [None if value != value else round(value, 4) for value in axis]
        for axis in places.at.T.tolist()
    )
    trace: Value = {
        "type": "scatter",
        "mode": "lines+markers+text" if ordered else "markers+text",
        "x": x,
        "y": y,
        "text": [name if name == marked or len(labels) <= _NAMED else "" for name in labels],
        "customdata": labels,
        "textposition": "top center",  # chart.js finds the side that is free
        "hovertemplate": "%{customdata}<extra></extra>",
        "line": {"color": BLUE, "width": 1, "dash": "dot"},
        "marker": {
            "size": [12 if name == marked else 8 for name in labels],
            "color": [VERMILION if name == marked else BLUE for name in labels],
        },
    }
    known = [(place, name) for place, name in zip(x, labels, strict=True) if place is not None]
    order = texts.ALONG_FIRST_AXIS.format(labels=", ".join(name for _, name in sorted(known)))
    title, empty = texts.LIKENESS, texts.NO_LIKENESS
    return chart_value(cache, [trace], layout, title=title, alt=f"{title}. {order}", empty=empty)
