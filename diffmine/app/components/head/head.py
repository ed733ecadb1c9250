"""The title of the page."""

from __future__ import annotations

from typing import Any

import gradio as gr

from diffmine.app.parts import Value, component


def head(value: Value | None = None, **settings: Any) -> gr.HTML:
    """Title and one line of the atlas."""
    return component("head", '<header class="dm-head"></header>', value, settings)
