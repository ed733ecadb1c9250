"""The page itself: the address bar, the keys and the help."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from diffmine.app.parts import Value, component, page_template

MOST_KEYS = 10


def page(tabs: Sequence[str], value: Value | None = None, **settings: Any) -> gr.HTML:
    """The address bar, the keys (digits open the tabs of those titles) and the help."""
    opened = list(tabs[:MOST_KEYS])
    template = page_template(
        "page/page.html", last=str(len(opened) % MOST_KEYS), tabs=", ".join(opened)
    )
    return component("page", template, value, settings, TABS=opened)
