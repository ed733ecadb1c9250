"""The viewer: a patch, its image with the window, the heat map, and what is known of it."""

from __future__ import annotations

from typing import Any

import gradio as gr

from diffmine.app.parts import Value, component

SCRIPTS = (
    "viewer/zoom.js",
    "heat/heat.js",
    *(
        f"viewer/{name}.js"
        for name in ("grey", "numbers", "paint", "ruler", "marker", "pane", "hands")
    ),
    *(f"viewer/{name}.js" for name in ("settings", "toolbar", "screen")),
)


def viewer(value: Value | None = None, **settings: Any) -> gr.HTML:
    """A patch, its image with the box, the heat map and what is known of it, and the full screen.
    Events: turned, score(score), film(beside), out,
    example(of, box), pick(id)."""
    template = '<div class="dm-viewer" aria-live="polite"></div><dialog class="dm-screen"></dialog>'
    return component("viewer", template, value, settings, scripts=SCRIPTS)
