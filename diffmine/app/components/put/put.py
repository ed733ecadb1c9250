"""A + over pictures of patches that puts them into the basket."""

from __future__ import annotations

from typing import Any

import gradio as gr

from diffmine.app.parts import component, page_template


def put(**settings: Any) -> gr.HTML:
    """The button over the picture that the pointer or the focus is on. Event: put, with the id."""
    return component("put", page_template("put/put.html"), None, settings)
