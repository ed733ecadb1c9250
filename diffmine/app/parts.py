"""What the parts of the page share: how their events are wired, and how a component of the app is
made from its files: a constant template, data through `props` as text, one JS file."""

from __future__ import annotations

import html
import json
from functools import cache
from importlib.resources import files
from string import Template
from typing import Any

import gradio as gr

from diffmine.app import texts

Value = dict[str, Any]
Updates = dict[Any, Any]

MANY = 24
"""With more labels than this no list of them is shown whole: some stand for all, are chosen, or lie
in a place of their own that is scrolled."""

NOTHING: Value = {"rev": "none", "items": [], "rows": [], "empty": ""}

HIDDEN: dict[str, Any] = {"visible": "hidden", "elem_classes": "dm-hidden"}
"""Of what is on the page for scripts alone. The class hides it too, as gradio shows it once its row
is told again that it is visible (findings/gradio-hidden-shows-when-its-row-is-shown-twice.sh)."""

# How every event of the page is wired: not an API, no spinner over pictures, no queue.
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "queue": False}
LAST: dict[str, Any] = {**QUIET, "trigger_mode": "always_last"}
# For what counts as often as it is done, as patches put into the basket, and what others may come
# between: the page sends events one after the other anyway (components/page/held.js). Also for an
# event of gradio's own with data: under always_last it would send the data of the first of several
# once more (common.js mends that for our own).
EACH: dict[str, Any] = {**QUIET, "trigger_mode": "multiple"}
# gradio shows a message of a handler only when it went through the queue.
TELLS: dict[str, Any] = {**LAST, "queue": True}
# What takes seconds waits its turn, two at a time; a double press does not start it twice.
MAKES: dict[str, Any] = {
    **QUIET,
    "queue": True,
    "trigger_mode": "once",
    "concurrency_id": "export",
    "concurrency_limit": 2,
}


def component(
    name: str,
    template: str,
    value: Value | None,
    settings: dict[str, Any],
    *,
    scripts: tuple[str, ...] = (),
    **constants: Any,
) -> gr.HTML:
    """The component whose files lie in components/`name`/; `scripts` (`heat/heat.js`) come before
    its own, and `constants` are known to it by their names."""
    # A function, not a subclass: gradio writes a stub file beside the source of each subclass.
    known = "".join(f"const {key} = {json.dumps(value)};\n" for key, value in constants.items())
    return gr.HTML(
        value=value,
        html_template=template,
        js_on_load=known + script(*scripts, f"{name}/{name}.js"),
        apply_default_css=False,
        **settings,
    )


@cache
def script(*paths: str) -> str:
    """The JavaScript of a component: what they all share, then its own files."""
    code = "\n".join(_read(path) for path in ("common.js", *paths))
    used = {name: text for name, text in texts.PAGE.items() if f"TEXTS.{name}" in code}
    return f"const TEXTS = {json.dumps(used)};\n{code}"


def page_template(path: str, **more: str) -> str:
    """A template of components/ (`map/map.html`) with the texts in place of their names."""
    words = texts.PAGE | more
    return Template(_read(path)).substitute(
        {name: html.escape(text) for name, text in words.items()}
    )


def _read(path: str) -> str:
    return (files("diffmine.app") / "components" / path).read_text("utf-8")
