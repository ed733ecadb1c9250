"""A line that lets pictures be pasted."""

from __future__ import annotations

from typing import Any

import gradio as gr

from diffmine.app.parts import Value, component


def paste(value: Value | None = None, **settings: Any) -> gr.HTML:
    """A line that lets pictures be pasted into a file component."""
    return component("paste", '<p class="dm-paste dm-empty"></p>', value, settings)
