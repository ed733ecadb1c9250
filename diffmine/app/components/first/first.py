"""The steps of a first visit."""

from __future__ import annotations

from typing import Any

import gradio as gr

from diffmine.app import texts
from diffmine.app.parts import component

STEPS_AT = ("#labels", "#wall", "#tabs [role=tablist]")
"""The parts of the page (CSS selectors) that the first steps are about."""


def first_steps(**settings: Any) -> gr.HTML:
    """What to do on a first visit, in three steps; gone once done or skipped."""
    steps = [{"text": text, "at": at} for text, at in zip(texts.FIRST_STEPS, STEPS_AT, strict=True)]
    value = {"steps": steps, "done": texts.FIRST_DONE, "skip": texts.FIRST_SKIP}
    template = '<p class="dm-first" role="status" hidden></p>'
    return component("first", template, value, settings)
