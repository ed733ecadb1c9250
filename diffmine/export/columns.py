"""The columns of an exported table, the same in every format."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from diffmine.export.chosen import Entry
from diffmine.words.regions import region_of

SCHEMA = pa.schema(
    [
        ("patch_id", pa.string()),
        ("label", pa.string()),
        ("kind", pa.string()),
        ("rank", pa.int32()),
        ("rank_low", pa.int32()),
        ("rank_high", pa.int32()),
        ("typicality", pa.float32()),
        ("se", pa.float32()),
        ("noise", pa.bool_()),
        ("element", pa.string()),
        ("element_thin", pa.string()),
        ("image_id", pa.string()),
        ("row", pa.int32()),
        ("col", pa.int32()),
        ("size", pa.int32()),
        ("year", pa.int32()),
        ("group", pa.string()),
        ("source_url", pa.string()),
        ("licence", pa.string()),
        ("credit", pa.string()),
        ("note", pa.string()),
        ("title", pa.string()),
        ("creator", pa.string()),
        ("date", pa.string()),
        ("date_first", pa.int32()),
        ("date_last", pa.int32()),
        ("holder", pa.string()),
        ("identifier", pa.string()),
        ("rights", pa.string()),
        ("attribution", pa.string()),
        ("canvas_region", pa.string()),
        ("picture_region", pa.string()),
        ("generated", pa.string()),
    ]
)
COLUMNS = tuple(SCHEMA.names)


def row(entry: Entry) -> dict[str, Any]:
    """The columns of an entry; `element` is what people call it, None without one;
    `element_thin` says in words on how little it rests, None where that is enough."""
    known = {**entry.record, **vars(entry.patch)}
    known |= {"element": entry.element or None, "element_thin": entry.thin or None}
    region = region_of(entry.patch, entry.record)
    known |= {"note": entry.note}
    known |= {"canvas_region": region.canvas or None, "picture_region": region.image or None}
    return {name: known.get(name) for name in COLUMNS}


def plain(value: Any) -> Any:
    """A number with the digits that a float32 has, and no more; anything else as it is."""
    return float(str(np.float32(value))) if isinstance(value, float) else value
