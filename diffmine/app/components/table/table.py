"""A plain table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from diffmine.app.cache import digest
from diffmine.app.parts import Value, component


def table(value: Value | None = None, **settings: Any) -> gr.HTML:
    """A plain table. Event: pick(id)."""
    return component("table", '<div class="dm-table" role="group"></div>', value, settings)


def table_value(
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    ids: Sequence[str | None] = (),
    caption: str = "",
    empty: str = "",
) -> Value:
    """The value of a table."""
    value: Value = {
        "heads": list(heads),
        "rows": [list(row) for row in rows],
        "ids": list(ids),
        "caption": caption,
        "empty": empty,
    }
    return {"rev": digest(value), **value}
