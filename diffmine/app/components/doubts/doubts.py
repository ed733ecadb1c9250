"""What speaks against a list of patches, a sentence each, with a button that shows its patches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from diffmine.app.cache import digest
from diffmine.app.parts import Value, component
from diffmine.live.signs import Sign


def doubts(value: Value | None = None, **settings: Any) -> gr.HTML:
    """Sentences with buttons. Event: show(key)."""
    return component("doubts", '<ul class="dm-doubts"></ul>', value, settings)


def doubts_value(signs: Sequence[Sign], pressed: str = "") -> Value:
    """The value of such sentences; `pressed` is the key of the one whose patches are shown."""
    items = [
        {"key": sign.key, "text": f"{sign.text}.", "button": sign.has_patches} for sign in signs
    ]
    return {"rev": digest(items, pressed), "items": items, "pressed": pressed}
