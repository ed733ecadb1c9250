"""Tables of Parquet: every column of values that are no bytes."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from diffmine.data.tables.table import Table, of_objects
from diffmine.errors import DataError


def read(path: Path, content: bytes, named: frozenset[str]) -> Table:
    """All rows, values as text."""
    try:
        file = pq.ParquetFile(pa.BufferReader(content))
        columns = [f.name for f in file.schema_arrow if not holds_bytes(f.type)]
        rows = file.read(columns=columns).to_pylist()
    except (pa.ArrowException, OSError, ValueError) as error:
        reason = str(error).strip().splitlines()[0]
        raise DataError(f"{path} cannot be read: {reason}") from error
    table = of_objects(path, rows)
    return Table(path, tuple(columns), table.rows)


def is_binary(kind: pa.DataType) -> bool:
    """Whether values are bytes."""
    return bool(
        pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or kind == pa.binary_view()
    )


def holds_bytes(kind: pa.DataType) -> bool:
    """Whether values are bytes or hold some."""
    if is_binary(kind):
        return True
    if pa.types.is_struct(kind):
        return any(holds_bytes(kind.field(at).type) for at in range(kind.num_fields))
    listed = pa.types.is_list(kind) or pa.types.is_large_list(kind)
    return bool(listed and holds_bytes(kind.value_type))
