"""Values that live in the visitor's page: the server keeps nothing of a visit between two events.

Each is a component whose value is `{"held": NAME, ...}`. The page notes the values that answers
bring, sends events one after the other and with each the values as the one before it left them
(components/page/held.js). A handler is thus a function of what it is given, and of two choices the
later one wins however long each takes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import gradio as gr

from diffmine.app.parts import Value

Kind = TypeVar("Kind")


def held(
    component: gr.HTML,
    name: str,
    read: Callable[[Value], Kind],
    write: Callable[[Kind], Value],
) -> gr.HTML:
    """Let a component hold a value under a name. Handlers get what `read` makes of what the page
    sends, of which nothing is sure ({} where it sends nothing), and hand back what `write` takes;
    a ready value, a dict, goes as it is."""

    def to_handler(value: Any) -> Kind:
        return read(value if isinstance(value, dict) else {})

    def to_page(value: Any) -> Value:
        return {"held": name, **(value if isinstance(value, dict) else write(value))}

    # On the component itself: of a subclass gradio would write a stub file beside the source.
    vars(component).update(preprocess=to_handler, postprocess=to_page, diffmine_held=True)
    component.value = {"held": name}
    return component


def unseen() -> gr.HTML:
    """A component that shows nothing, to hold a value."""
    return gr.HTML(html_template="", js_on_load=None, visible=False)


def is_held(component: Any) -> bool:
    """Whether a component holds a value of the page."""
    return bool(vars(component).get("diffmine_held"))
