"""Undo and Redo of everything that is kept, and a line that says what was done."""

from __future__ import annotations

from typing import Any

import gradio as gr

from diffmine.app.parts import component, page_template


def past(**settings: Any) -> gr.HTML:
    """The two buttons and the line. Events: undo and redo, with the act."""
    return component("past", page_template("past/past.html"), None, settings)
