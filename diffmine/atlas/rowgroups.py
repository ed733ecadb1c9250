"""Row groups of Parquet files, read when asked for and cached while in use: the one cache of them.

Pictures, patches, maps and generated pictures are all read by row, and a row group is the least
that Parquet reads.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from diffmine.errors import AtlasError

_OPEN = 16
"""Files that stay open. An open file stays what it was when a build puts another in its place."""


class RowGroups:
    """Rows of `paths` by file and row; `columns` are those that are read, as far as they are there
    (None: all). Up to `most` bytes of what was read stay cached, the least recently used going
    first, and always at least one group. Threads may share it.

    Raises AtlasError where a file cannot be read.
    """

    def __init__(self, paths: Sequence[Path], columns: Sequence[str] | None, most: int) -> None:
        self._paths, self._columns, self._most = list(paths), columns, most
        self._open: OrderedDict[int, pq.ParquetFile] = OrderedDict()
        self._starts: dict[int, list[int]] = {}
        self._kept: OrderedDict[tuple[int, int], pa.Table] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    def starts(self, file: int = 0) -> list[int]:
        """The first row of each row group of a file, and behind them the number of its rows."""
        with self._lock:
            return self._starts_of(file)

    def group(self, number: int, file: int = 0) -> pa.Table:
        """A row group of a file."""
        with self._lock:
            return self._group(file, number)

    def row(self, at: int, file: int = 0) -> dict[str, Any]:
        """One row of a file."""
        with self._lock:
            starts = self._starts_of(file)
            if not 0 <= at < starts[-1]:
                raise AtlasError(f"{self._paths[file]} has no row {at}.")
            number = int(np.searchsorted(starts, at, "right")) - 1
            table = self._group(file, number).slice(at - starts[number], 1)
        return dict(table.to_pylist()[0])

    def _starts_of(self, file: int) -> list[int]:
        if file not in self._starts:
            metadata = self._file(file).metadata
            groups = range(metadata.num_row_groups)
            sizes = [metadata.row_group(group).num_rows for group in groups]
            self._starts[file] = np.cumsum([0, *sizes]).tolist()
        return self._starts[file]

    def _group(self, file: int, number: int) -> pa.Table:
        key = (file, number)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        source = self._file(file)
        with readable(self._paths[file]):
            there = source.schema_arrow.names
            columns = [name for name in self._columns if name in there] if self._columns else None
            table = source.read_row_group(number, columns=columns)
        self._kept[key] = table
        self._size += table.nbytes
        while self._size > self._most and len(self._kept) > 1:
            self._size -= self._kept.popitem(last=False)[1].nbytes
        return table

    def _file(self, file: int) -> pq.ParquetFile:
        if file not in self._open:
            with readable(self._paths[file]):
                self._open[file] = pq.ParquetFile(self._paths[file], memory_map=True)
            if len(self._open) > _OPEN:
                self._open.popitem(last=False)[1].close()
        self._open.move_to_end(file)
        return self._open[file]


def described(schema: pa.Schema) -> list[str]:
    """The columns of which the least and the greatest value are kept for each row group. Of small
    pictures they would be two whole ones a group, in a footer that is read at each opening
    (findings/pyarrow-small-pictures-stand-in-the-footer.sh)."""
    return [field.name for field in schema if not pa.types.is_nested(field.type)]


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turn the errors of reading a file of the atlas into one AtlasError."""
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        reason = " ".join(str(error).split())  # pyarrow ends some with a line break
        raise AtlasError(
            f"{path} is broken ({reason}); run diffmine build again, which mends it."
        ) from error
