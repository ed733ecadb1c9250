"""Chosen patches as Parquet, with the crops in it."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from diffmine.atlas.pictures import ROW_GROUP
from diffmine.atlas.rowgroups import described
from diffmine.export import pictures
from diffmine.export.chosen import entries
from diffmine.export.columns import SCHEMA, row
from diffmine.export.order import File, Format, Order

_PICTURE = pa.field("image", pa.struct([("bytes", pa.binary()), ("path", pa.string())]))


def as_parquet(order: Order) -> bytes:
    """The columns of the CSV as they are, and `image`: {bytes, path}, the crop as a PNG."""
    rows = []
    for entry in entries(order.atlas, order.chosen):
        content = pictures.png(pictures.cut(order.atlas, entry.patch), told=pictures.about(entry))
        image = {"bytes": content, "path": f"{pictures.name(entry.patch)}.png"}
        rows.append({**row(entry), "image": image})
    schema = SCHEMA.append(_PICTURE).with_metadata(_features())
    out = io.BytesIO()
    table = pa.Table.from_pylist(rows, schema)
    known = described(schema)
    pq.write_table(table, out, compression="zstd", row_group_size=ROW_GROUP, write_statistics=known)
    return out.getvalue()


def _features() -> dict[bytes, bytes]:
    """Metadata by which the Hub's viewer and `datasets` know the column `image` as pictures."""
    columns: dict[str, Any] = {
        field.name: {"dtype": str(field.type).replace("float", "float32"), "_type": "Value"}
        for field in SCHEMA
    }
    columns["image"] = {"_type": "Image"}
    return {b"huggingface": json.dumps({"info": {"features": columns}}).encode()}


def files(order: Order) -> Iterator[File]:
    """The one file."""
    yield f"{order.name}.parquet", as_parquet(order)


FORMAT = Format("Parquet", "the same table with the crops in it", "parquet", files, programs=True)
