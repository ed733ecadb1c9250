"""A table of records with a picture each, whose columns can be sorted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from diffmine.app.cache import digest
from diffmine.app.parts import Value, component
from diffmine.app.sprites import Sheet


def records(value: Value | None = None, **settings: Any) -> gr.HTML:
    """A table of records. Events: pick(id), a row was pressed; sort(key), a head was."""
    return component("records", '<div class="dm-records" role="group"></div>', value, settings)


def records_value(
    sheet: Sheet | None,
    heads: Sequence[Value],
    rows: Sequence[Value],
    *,
    caption: str,
    empty: str,
    selected: str = "",
) -> Value:
    """The value of a table of records: heads {key, title, sort: "up", "down" or ""}, rows {id, alt,
    cells} in the order of the sheet; a row without an id cannot be pressed and has no picture."""
    value: Value = {
        "sheet": sheet.value() if sheet else None,
        "heads": list(heads),
        "rows": list(rows),
        "caption": caption,
        "empty": empty,
    }
    return {"rev": digest(value), **value, "selected": selected}
