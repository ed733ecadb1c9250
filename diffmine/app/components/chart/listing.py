"""Very many names without an order as a list: one below the other, the highest first, each with its
values on a common scale. chart.js draws it, without Plotly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from diffmine.app.parts import Value
from diffmine.export.charts.curves import Number, ticks

_TICKS = 4


@dataclass(frozen=True)
class Series:
    """A value of each name, None where there is none, with the ends of its bar (empty without)."""

    name: str
    colour: str
    values: Sequence[Number]
    low: Sequence[Number] = ()
    high: Sequence[Number] = ()


def listing(
    names: Sequence[str],
    series: Sequence[Series],
    notes: Sequence[str],
    *,
    marked: str = "",
    share: bool = False,
    first: str = "",
) -> Value:
    """The part of a chart's value that makes it a list. `notes` say what stands at each name;
    `marked` stands out and `first` comes first, whatever its value."""
    values = series[0].values
    order = sorted(
        range(len(names)),
        key=lambda at: (names[at] != first, values[at] is None, -(values[at] or 0.0), at),
    )
    known = [
        value
        for one in series
        for column in (one.values, one.low, one.high)
        for value in column
        if value is not None
    ]
    least, most = min([0.0, *known]), max([0.0, *known])
    most = most if most > least else least + 1
    return {
        "names": list(names),
        "order": order,
        "notes": list(notes),
        "marked": marked,
        "series": [
            {"name": one.name, "colour": one.colour}
            | {key: list(getattr(one, key)) for key in ("values", "low", "high")}
            for one in series
        ],
        "least": least,
        "most": most,
        "ticks": [
            {"at": at, "text": f"{at:.0%}" if share else f"{at:g}"}
            for at in ticks(least, most, _TICKS)
        ],
    }
