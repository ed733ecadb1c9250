"""A Plotly figure."""

from __future__ import annotations

from typing import Any

import gradio as gr

from diffmine.app.parts import Value, component, page_template


def chart(value: Value | None = None, **settings: Any) -> gr.HTML:
    """A Plotly figure. Events: point(curve, point); file(kind), where its value has `files`."""
    return component(
        "chart",
        page_template("chart/chart.html"),
        value,
        settings,
        scripts=("chart/fit.js", "chart/listing.js"),
    )
