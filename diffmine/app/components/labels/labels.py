"""The label picker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from diffmine.app.parts import Value, component


def event_of(tab: str) -> str:
    """The event by which a label is chosen while that tab is open."""
    return f"choose_{tab}"


def labels(tabs: Sequence[str], value: Value | None = None, **settings: Any) -> gr.HTML:
    """The label picker. Events: one for each tab, by its name: choose_NAME(label, atlas)."""
    template = '<div class="dm-labels"></div>'
    return component("labels", template, value, settings, EVENTS=[event_of(tab) for tab in tabs])
