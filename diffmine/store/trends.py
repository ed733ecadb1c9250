"""Rows of trends.parquet: of all the labels' curves, the row groups that hold those asked for."""

from __future__ import annotations

from functools import reduce
from operator import and_
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from diffmine.store import schemas
from diffmine.store.atlas import Atlas
from diffmine.store.lists import filled, readable

GROUP = 8192


def trend_rows(atlas: Atlas, kind: str, **equal: Any) -> pa.Table:
    """Rows of a kind whose columns equal the values given; none where there are no trends."""
    if not atlas.has("trends"):
        return schemas.TRENDS.empty_table()
    wanted = {"kind": kind, **equal}
    chosen = reduce(and_, (pc.field(name) == value for name, value in wanted.items()))
    if atlas.edited:
        return atlas.table("trends").filter(chosen)
    path = atlas.path / "trends.parquet"
    with readable(path):
        return filled(pq.read_table(path, filters=chosen), schemas.TRENDS, schemas.TRENDS.names)
