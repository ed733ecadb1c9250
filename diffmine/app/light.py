"""What gradio does for each answer and this app has no use for: most of the time of an answer.

Many visitors share one event loop. Each time an answer leaves it for another thread, it waits for
everybody else's turn before it goes on; gradio does so for every output of an event.
"""

from __future__ import annotations

from typing import Any

import gradio as gr
from gradio.blocks import BlocksConfig

AS_IT_IS = (
    gr.Accordion,
    gr.Button,
    gr.Checkbox,
    gr.CheckboxGroup,
    gr.Column,
    gr.Dropdown,
    gr.HTML,
    gr.Markdown,
    gr.Radio,
    gr.Row,
    gr.Slider,
    gr.State,
    gr.Tabs,
    gr.Textbox,
)
"""Components whose new value is sent as it is. That of a file, say, must be copied first."""


class _Plain(BlocksConfig):
    """What the page is made of, of which gradio gives every visitor a copy."""

    def __copy__(self) -> BlocksConfig:
        """One visitor's: without the description of every component, which gradio makes anew when a
        visitor comes and keeps for links to a page as it stands. (The app refuses those.)"""
        copy: Any = super().__copy__()  # type: ignore[no-untyped-call]
        copy.config_for_block = lambda *_: {}
        return copy


def lighten(blocks: gr.Blocks) -> None:
    """Send new values as they are where nothing is to be done with them, in the event loop itself,
    and describe no component that nobody asks about."""
    for event in blocks.fns.values():
        if all(isinstance(component, AS_IT_IS) for component in event.outputs):
            event.postprocess = False
    blocks.default_config.__class__ = _Plain
