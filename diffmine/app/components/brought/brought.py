"""Baskets that come in a link or as a file."""

from __future__ import annotations

from typing import Any

import gradio as gr

from diffmine.app.parts import component, page_template

MOST = 900_000
"""Bytes of a file: with its quotes it must fit into one event."""


def brought(**settings: Any) -> gr.HTML:
    """A field for files that is not shown. Events: brought and file, with the text."""
    return component("brought", page_template("brought/brought.html"), None, settings, MOST=MOST)
