"""The app's own components: constant templates, data through `props` as text, one JS file each."""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from string import Template
from typing import Any

import gradio as gr

from diffmine.app import texts, words
from diffmine.app.cache import digest
from diffmine.app.shelf import Shelf
from diffmine.app.sprites import Sheet
from diffmine.atlas.records import Patch

Value = dict[str, Any]
Updates = dict[Any, Any]

NOTHING: Value = {"rev": "none", "items": [], "rows": [], "empty": ""}

# How every event of the page is wired: not an API, no spinner over pictures, no queue.
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "queue": False}
LAST: dict[str, Any] = {**QUIET, "trigger_mode": "always_last"}
# gradio shows a message of a handler only when it went through the queue.
TELLS: dict[str, Any] = {**LAST, "queue": True}
# What takes seconds waits its turn, two at a time, and is not begun twice by a double press.
MAKES: dict[str, Any] = {
    **QUIET,
    "queue": True,
    "trigger_mode": "once",
    "concurrency_id": "export",
    "concurrency_limit": 2,
}


NEEDS = {"viewer": ("zoom", "heat")}
STEPS_AT = ("#labels", "#wall", "#tabs [role=tablist]")
"""The parts of the page (CSS selectors) that the first steps are about."""


@cache
def script(*names: str) -> str:
    """The JavaScript of a component: what all share, then its own files."""
    code = "\n".join(_read(f"js/{each}.js") for each in ("common", *names))
    used = {name: text for name, text in texts.PAGE.items() if f"TEXTS.{name}" in code}
    return f"const TEXTS = {json.dumps(used)};\n{code}"


def _page(name: str) -> str:
    """A template with the texts in the place of their names."""
    return Template(_read(name)).substitute(
        {name: html.escape(text) for name, text in texts.PAGE.items()}
    )


def _read(name: str) -> str:
    return (files("diffmine.app") / name).read_text("utf-8")


def _part(name: str, template: str, value: Value | None, settings: dict[str, Any]) -> gr.HTML:
    # A function, not a subclass: gradio writes a stub file beside the source of each subclass.
    return gr.HTML(
        value=value,
        html_template=template,
        js_on_load=script(*NEEDS.get(name, ()), name),
        apply_default_css=False,
        **settings,
    )


def wall(value: Value | None = None, **settings: Any) -> gr.HTML:
    """Pictures side by side. Event: pick(id)."""
    said = html.escape(texts.PATCHES_SHOWN)
    template = f'<div class="dm-wall" role="group" aria-label="{said}"></div>'
    return _part("wall", template, value, settings)


def filters(value: Value | None = None, **settings: Any) -> gr.HTML:
    """What the walls show of their lists. Event: filter(fields)."""
    return _part("filters", _page("filters.html"), value, settings)


def rows(value: Value | None = None, **settings: Any) -> gr.HTML:
    """Rows of pictures with words before them. Events: open(key), pick(id), merge(key, into)."""
    return _part("rows", '<div class="dm-rows"></div>', value, settings)


def labels(value: Value | None = None, **settings: Any) -> gr.HTML:
    """The label picker. Events: choose_typical(index), choose_elements(index), one for each tab."""
    return _part("labels", '<div class="dm-labels"></div>', value, settings)


def viewer(value: Value | None = None, **settings: Any) -> gr.HTML:
    """A patch, its image with the box, the heat map and what is known of it. Event: turned."""
    template = '<div class="dm-viewer" aria-live="polite"></div>'
    return _part("viewer", template, value, settings)


def paste(value: Value | None = None, **settings: Any) -> gr.HTML:
    """A line that lets pictures be pasted into a file component."""
    return _part("paste", '<p class="dm-paste dm-empty"></p>', value, settings)


def chart(value: Value | None = None, **settings: Any) -> gr.HTML:
    """A Plotly figure. Event: point(curve, point)."""
    return _part("chart", _page("chart.html"), value, settings)


def table(value: Value | None = None, **settings: Any) -> gr.HTML:
    """A plain table. Event: pick(id)."""
    return _part("table", '<div class="dm-table" role="group"></div>', value, settings)


def head(value: Value | None = None, **settings: Any) -> gr.HTML:
    """Title and one line of the atlas."""
    return _part("head", '<header class="dm-head"></header>', value, settings)


def page(value: Value | None = None, **settings: Any) -> gr.HTML:
    """The address bar, the keys and the help."""
    return _part("page", _page("page.html"), value, settings)


def first_steps(**settings: Any) -> gr.HTML:
    """What to do on a first visit, in three steps; gone once done or skipped."""
    steps = [{"text": text, "at": at} for text, at in zip(texts.FIRST_STEPS, STEPS_AT, strict=True)]
    value = {"steps": steps, "done": texts.FIRST_DONE, "skip": texts.FIRST_SKIP}
    template = '<p class="dm-first" role="status" hidden></p>'
    return _part("first", template, value, settings)


def scatter_map(crops: Callable[[Any], Any], **settings: Any) -> gr.HTML:
    """The map; `crops` gives pictures of points. Events: point, outline(outline), cleared."""
    read = _named(crops, "crops")
    return _part("map", _page("map.html"), None, {"server_functions": [read], **settings})


def _named(read: Callable[[Any], Any], name: str) -> Callable[[Any], Any]:
    def function(data: Any) -> Any:
        return read(data)

    function.__name__ = name
    return function


# Values


def item(patch: Patch, *, caption: str = "", **more: Any) -> Value:
    """A patch as a picture button."""
    found: Value = {"id": patch.patch_id, "alt": words.alt(patch)}
    if words.noise(patch):
        found["grey"] = True
        found["alt"] += texts.INSIDE_NOISE
    if caption:
        found["caption"] = caption
    return found | more


def wall_value(
    sheet: Sheet | None,
    items: Sequence[Value],
    *,
    selected: str = "",
    empty: str = "",
    size: int = 64,
    strip: bool = False,
) -> Value:
    """The value of a Wall."""
    shown = sheet.value() if sheet and items else None
    rev = digest(shown, list(items), size, strip, empty)
    return {
        "rev": rev,
        "sheet": shown,
        "items": list(items),
        "selected": selected,
        "empty": empty,
        "size": size,
        "strip": strip,
    }


def rows_value(sheet: Sheet | None, rows: Sequence[Value]) -> Value:
    """The value of Rows that are only looked at and pressed."""
    shown = sheet.value() if sheet else None
    listed = [{"flag": "", "why": ""} | row for row in rows]
    return {"rev": digest(listed, shown), "sheet": shown, "rows": listed, "empty": ""}


def patch_wall(
    shelf: Shelf,
    patches: Sequence[Patch],
    *,
    selected: str = "",
    empty: str = "",
    size: int = 64,
    labelled: bool = False,
) -> Value:
    """A Wall of patches; `labelled` writes each one's label under it."""
    items = [item(each, caption=each.label if labelled else "") for each in patches]
    sheet = shelf.sheet(patches) if patches else None
    return wall_value(sheet, items, selected=selected, empty=empty, size=size)


def table_value(
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    ids: Sequence[str | None] = (),
    caption: str = "",
    empty: str = "",
) -> Value:
    """The value of a Table."""
    value: Value = {
        "heads": list(heads),
        "rows": [list(row) for row in rows],
        "ids": list(ids),
        "caption": caption,
        "empty": empty,
    }
    return {"rev": digest(value), **value}
