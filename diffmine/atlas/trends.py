"""Rows of trends.parquet and of shown.parquet, read from no other row groups than those that hold
them."""

from __future__ import annotations

from functools import reduce
from operator import and_
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from jaxtyping import Float

from diffmine.atlas import schemas
from diffmine.atlas.lists import filled
from diffmine.atlas.reader import Atlas
from diffmine.atlas.rowgroups import readable

GROUP = 8192


def trend_rows(atlas: Atlas, kind: str, **equal: Any) -> pa.Table:
    """Rows of a kind whose columns equal the values given; none where there are no trends."""
    return rows_where(atlas, "trends", {"kind": kind, **equal})


def rows_where(atlas: Atlas, name: str, wanted: dict[str, Any]) -> pa.Table:
    """Rows of a table whose columns equal the values given; none where there is no such table."""
    schema = schemas.TABLES[name]
    if not atlas.has(name):
        return schema.empty_table()
    chosen = reduce(and_, (pc.field(column) == value for column, value in wanted.items()))
    if atlas.edited:
        return atlas.table(name).filter(chosen)
    path = atlas.path / f"{name}.parquet"
    with readable(path):
        return filled(pq.read_table(path, filters=chosen), schema, schema.names)


def share_table(atlas: Atlas) -> Float[np.ndarray, "elements labels"]:
    """The share of each label's images that show each element of any label, 0 to 1; NaN where it is
    not known."""
    rows = trend_rows(atlas, "element")
    column = {name: place for place, name in enumerate(atlas.labels)}
    elements: dict[tuple[str, int], int] = {}
    pairs = zip(rows["label"].to_pylist(), rows["element"].to_pylist(), strict=True)
    at = [elements.setdefault(pair, len(elements)) for pair in pairs]
    table = np.full((len(elements), len(column)), np.nan)
    shares = rows["share"].to_pylist()
    for row, target, share in zip(at, rows["target"].to_pylist(), shares, strict=True):
        if target in column and share is not None:
            table[row, column[target]] = share
    return table
