"""Chosen patches as tables: CSV for spreadsheets, Parquet with the crops in it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from diffmine.atlas.pictures import ROW_GROUP
from diffmine.atlas.reader import Atlas
from diffmine.export import pictures
from diffmine.export.chosen import Chosen, Entry, entries
from diffmine.words.records import cell

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
    ]
)
COLUMNS = tuple(SCHEMA.names)
_PICTURE = pa.field("image", pa.struct([("bytes", pa.binary()), ("path", pa.string())]))


def row(entry: Entry) -> dict[str, Any]:
    """The columns of an entry; `element` is what people call it, None without one."""
    known = {**entry.record, **vars(entry.patch)}
    known |= {"element": entry.element or None, "note": entry.note}
    return {name: known.get(name) for name in COLUMNS}


def as_csv(atlas: Atlas, chosen: Sequence[Chosen]) -> bytes:
    """CSV in UTF-8 with a byte order mark, as spreadsheets want it; no cell is a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for entry in entries(atlas, chosen):
        writer.writerow([cell(_plain(value)) for value in row(entry).values()])
    return out.getvalue().encode("utf-8-sig")


def _plain(value: Any) -> Any:
    """A number with the digits that a float32 has, and no more."""
    return float(str(np.float32(value))) if isinstance(value, float) else value


def as_parquet(atlas: Atlas, chosen: Sequence[Chosen]) -> bytes:
    """The same columns, their values as they are, and `image`: {bytes, path}, the crop as a PNG."""
    rows = []
    for entry in entries(atlas, chosen):
        content = pictures.png(pictures.cut(atlas, entry.patch))
        image = {"bytes": content, "path": f"{pictures.name(entry.patch)}.png"}
        rows.append({**row(entry), "image": image})
    schema = SCHEMA.append(_PICTURE).with_metadata(_features())
    out = io.BytesIO()
    table = pa.Table.from_pylist(rows, schema)
    pq.write_table(table, out, compression="zstd", row_group_size=ROW_GROUP)
    return out.getvalue()


def _features() -> dict[bytes, bytes]:
    """Metadata by which the Hub's viewer and `datasets` know the column `image` as pictures."""
    found: dict[str, Any] = {
        field.name: {"dtype": str(field.type).replace("float", "float32"), "_type": "Value"}
        for field in SCHEMA
    }
    found["image"] = {"_type": "Image"}
    return {b"huggingface": json.dumps({"info": {"features": found}}).encode()}
