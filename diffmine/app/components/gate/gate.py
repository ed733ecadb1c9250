"""What is to be accepted before an atlas of medical findings is seen."""

from __future__ import annotations

from typing import Any

import gradio as gr

from diffmine.app.parts import Value, component


def gate(value: Value | None = None, **settings: Any) -> gr.HTML:
    """A dialog over the whole page until it is accepted that this is for research alone: once in a
    session of the browser. Value: {shut, other}."""
    template = '<dialog class="dm-gate" closedby="none" aria-labelledby="dm-gate-title"></dialog>'
    return component("gate", template, value, settings)
