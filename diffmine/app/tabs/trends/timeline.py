"""The part of Trends that follows the actual years: chart, width of its bins, first and last."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import gradio as gr

from diffmine.app.bins import time_of
from diffmine.app.chartfiles import ChartFiles
from diffmine.app.components.chart.chart import chart
from diffmine.app.components.chart.figures import curve_of, curves_value, traces_of
from diffmine.app.components.rows.rows import rows
from diffmine.app.components.wall.wall import item, wall_value
from diffmine.app.desk import Desk
from diffmine.app.parts import LAST, NOTHING, Updates, Value
from diffmine.app.shelf import Shelf
from diffmine.app.tabs.trends import texts
from diffmine.app.tabs.trends.ends import ends
from diffmine.app.tabs.trends.years import (
    behind,
    by_year,
    date_of,
    elements_of,
    notes,
    told,
)
from diffmine.app.texts import plurals
from diffmine.app.view import View, checked_index, choice, index, payload
from diffmine.atlas.records import Patch

NOTHING_DRAWN: Value = {"rev": "none", "title": "", "data": [], "layout": {}, "empty": ""}
TAB = "trends"


class Timeline:
    """Elements by year, in bins of as many years as `width` says, and `below` what stands
    below their chart. Points that are pressed show their patches in `line` and `wall`."""

    def __init__(self, desk: Desk, width: gr.Dropdown, below: Callable[[], None]) -> None:
        self.desk = desk
        self.width = width
        own = desk.own
        self.chart = own(chart(elem_id="years"))
        below()
        self.told = own(gr.Markdown(elem_classes="dm-line"))
        self.ends = own(rows(elem_id="ends"))

    def show(self, view: View) -> Updates:
        """The chart over the years, where an atlas has different ones."""
        shelf = self.desk.shelf(view)
        time, curves = time_of(shelf, view.bin), by_year(shelf, view)
        if time is None or curves is None:
            hidden = gr.Dropdown(visible=False)
            nothing = {self.chart: NOTHING_DRAWN, self.ends: NOTHING}
            return {self.told: "", self.width: hidden, **nothing}
        widths = [(plurals(width, "year"), str(width)) for width in time.widths]
        drawn = curves_value(shelf.cache, curves, notes(curves), texts.NO_YEARS)
        return {
            self.told: told(shelf, view),
            self.width: gr.Dropdown(choices=widths, value=str(time.width), visible=True),
            self.chart: drawn,
            self.ends: ends(shelf, elements_of(view)),
        }

    def wire(self, files: ChartFiles, line: gr.Markdown, wall: gr.HTML) -> None:
        """Connect the width, the chart and its files."""
        desk = self.desk
        self.width.input(self.on_width, [desk.state, self.width], desk.to(TAB), **LAST)
        self.chart.point(self.on_point, [desk.state], [line, wall], **LAST)
        files.wire(self.chart, lambda view: by_year(desk.shelf(view), view))

    def on_width(self, view: View, width: Any) -> Updates:
        """Bins of another width."""
        time = time_of(self.desk.shelf(view), view.bin)
        widths = [str(one) for one in time.widths] if time else []
        return self.desk.go(replace(view, bin=int(choice(width, widths))), TAB)

    def on_point(self, view: View, event: gr.EventData) -> tuple[str, Value]:
        """The patches behind a point, each with the date of its image."""
        shelf = self.desk.shelf(view)
        curves = by_year(shelf, view)
        traces = traces_of(curves) if curves else 0
        trace = index(event, "curve", traces)
        assert curves is not None
        curve = checked_index(curve_of(curves, trace), len(curves.curves))
        at = checked_index(payload(event, "point"), len(curves.names))
        text, patches = behind(shelf, view, curve, at)
        return text, dated_wall(shelf, patches, view.patch)


def dated_wall(shelf: Shelf, patches: list[Patch], selected: str) -> Value:
    """A wall of patches with the dates of their images."""
    items = [item(shelf, patch, caption=date_of(shelf, patch.image_id)) for patch in patches]
    sheet = shelf.sheet(patches) if patches else None
    return wall_value(sheet, items, selected=selected, empty=texts.NONE_MINED, size=72)
