"""What lets a page find the job that it began before it was loaded anew."""

from __future__ import annotations

from typing import Any

import gradio as gr

from diffmine.app.parts import component

KINDS = ("translate", "several", "inspect")
"""The jobs that a page may begin, one of each at a time."""


def running(kind: str, **settings: Any) -> gr.HTML:
    """A component that shows nothing. Event: again, with the key of a job of that kind."""
    return component("running", '<i class="dm-running" hidden></i>', None, settings, KIND=kind)
