"""What gradio does for each answer and this app has no use for: most of the time of an answer.

Many visitors share one event loop. Each time an answer leaves it for another thread, it waits for
everybody else's turn before it goes on; gradio does so for every new value. Of every output that an
event leaves as it is, it makes the component anew.
"""

from __future__ import annotations

from copy import copy
from typing import Any

import gradio as gr
from gradio.blocks import BlocksConfig

from diffmine.app.held import is_held

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
        own: Any = super().__copy__()  # type: ignore[no-untyped-call]
        own.config_for_block = lambda *_: {}
        return own


def lighten(blocks: gr.Blocks) -> None:
    """Send new values as they are where nothing is to be done with them, in the event loop itself;
    touch no component that an event leaves as it is; describe none that nobody asks about."""
    blocks.default_config.__class__ = _Plain
    for event in blocks.fns.values():
        if all(isinstance(component, AS_IT_IS) for component in event.outputs):
            event.postprocess = False
    process = blocks.postprocess_data

    async def postprocess_data(event: Any, values: Any, state: Any) -> list[Any]:
        if not _by_component(values, event.outputs):
            return await process(event, values, state)
        values = {
            component: component.postprocess(value) if is_held(component) else value
            for component, value in values.items()
        }
        new: dict[Any, Any] = {}
        for plain in (True, False):
            part = copy(event)
            part.postprocess = event.postprocess and not plain
            part.outputs = [
                component
                for component in event.outputs
                if component in values and isinstance(component, AS_IT_IS) is plain
            ]
            own = {component: values[component] for component in part.outputs}
            if own:
                new |= zip(part.outputs, await process(part, own, state), strict=True)
        return [_answer(component, new) for component in event.outputs]

    blocks.postprocess_data = postprocess_data  # type: ignore[assignment, method-assign]


def _by_component(values: Any, outputs: Any) -> bool:
    """Whether a handler handed back new values of some of its outputs, by component."""
    return isinstance(values, dict) and bool(values) and all(key in outputs for key in values)


def _answer(component: Any, new: dict[Any, Any]) -> Any:
    """What is sent of an output: its new value, or that it stays as it is."""
    if component in new:
        return new[component]
    return None if isinstance(component, gr.State) else gr.skip()
