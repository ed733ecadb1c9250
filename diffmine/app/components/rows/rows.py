"""Rows of pictures with words before them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from diffmine.app.cache import digest
from diffmine.app.parts import Value, component
from diffmine.app.sprites import Sheet


def rows(value: Value | None = None, **settings: Any) -> gr.HTML:
    """Rows of pictures with words before them. Events: open(key), pick(id), merge(key, into)."""
    return component("rows", '<div class="dm-rows"></div>', value, settings)


def rows_value(sheet: Sheet | None, rows: Sequence[Value]) -> Value:
    """The value of rows that are only looked at and pressed."""
    shown = sheet.value() if sheet else None
    listed = [{"flag": "", "why": ""} | row for row in rows]
    return {"rev": digest(listed, shown), "sheet": shown, "rows": listed, "empty": ""}
