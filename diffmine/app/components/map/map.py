"""The map: points of a plane, with crops that the browser asks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from diffmine.app.parts import component, page_template

MANY = 200_000
"""Points from which on the page paints pixels itself."""


def scatter_map(crops: Callable[[Any], Any], **settings: Any) -> gr.HTML:
    """The map; `crops` gives pictures of points. Events: point, outline(outline), cleared."""
    served = {"server_functions": [_named(crops, "crops")], **settings}
    scripts = ("map/many.js",)
    page = page_template("map/map.html")
    return component("map", page, None, served, scripts=scripts, MANY=MANY)


def _named(read: Callable[[Any], Any], name: str) -> Callable[[Any], Any]:
    def function(data: Any) -> Any:
        return read(data)

    function.__name__ = name
    return function
