"""patches.parquet, read by row group: reading a list (the patches of a label and a kind) costs only
the groups it lies in, however many other lists there are.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from jaxtyping import Int

from diffmine.atlas.names import Names
from diffmine.atlas.rowgroups import RowGroups, readable
from diffmine.atlas.schemas import PATCHES

_KEPT_BYTES = 48 * 2**20


class Lists:
    """An open patches.parquet. What was read is cached; the least recently used goes first."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with readable(path):
            self.written = path.stat().st_mtime_ns
            there = pq.read_schema(path).names
        self._columns = [name for name in PATCHES.names if name in there]
        self._groups = RowGroups([path], self._columns, _KEPT_BYTES)
        self._starts = np.array(self._groups.starts())

    def __len__(self) -> int:
        return int(self._starts[-1])

    @cached_property
    def bounds(self) -> dict[tuple[str, str], tuple[int, int]]:
        """The rows of each list, by its label and kind: the first, and the one after the last."""
        if not len(self):
            return {}
        pairs = [self._codes(name) for name in ("label", "kind")]
        cuts = np.flatnonzero(np.any([np.diff(codes) != 0 for codes, _ in pairs], axis=0)) + 1
        ends = [0, *cuts.tolist(), len(self)]
        return {
            (str(pairs[0][1][pairs[0][0][a]]), str(pairs[1][1][pairs[1][0][a]])): (a, b)
            for a, b in itertools.pairwise(ends)
        }

    def _codes(self, name: str) -> tuple[Int[np.ndarray, " n"], list[str]]:
        with readable(self._path):
            column = pq.read_table(self._path, columns=[name], read_dictionary=[name])[name]
        whole = column.unify_dictionaries().combine_chunks()
        return np.asarray(whole.indices.to_numpy(), np.int64), whole.dictionary.to_pylist()

    @cached_property
    def names(self) -> Names:
        """The names of the patches."""
        return Names(self.columns(["patch_id"])["patch_id"])

    def columns(self, names: Sequence[str]) -> pa.Table:
        """Some columns of all rows, which are not cached."""
        with readable(self._path):
            there = [name for name in names if name in self._columns]
            return filled(pq.read_table(self._path, columns=there), PATCHES, names)

    def read(self, first: int, last: int) -> pa.Table:
        """The rows from `first` to `last` - 1."""
        if first >= last:
            return PATCHES.empty_table()
        begin = int(np.searchsorted(self._starts, first, "right")) - 1
        end = int(np.searchsorted(self._starts, last, "left"))
        table = pa.concat_tables([self._group(group) for group in range(begin, end)])
        return table.slice(first - int(self._starts[begin]), last - first)

    def take(self, rows: Int[np.ndarray, " n"]) -> pa.Table:
        """Some rows, in the order asked for."""
        if not len(rows):
            return PATCHES.empty_table()
        order = np.argsort(rows, kind="stable")
        groups = np.searchsorted(self._starts, rows[order], "right") - 1
        parts = [
            self._group(group).take(pa.array(rows[order][groups == group] - self._starts[group]))
            for group in np.unique(groups).tolist()
        ]
        back = np.empty(len(rows), np.int64)
        back[order] = np.arange(len(rows))
        return pa.concat_tables(parts).take(pa.array(back))

    def _group(self, number: int) -> pa.Table:
        return filled(self._groups.group(number), PATCHES, PATCHES.names)


def filled(table: pa.Table, schema: pa.Schema, columns: Sequence[str]) -> pa.Table:
    """The table with nulls for the columns that it lacks."""
    for name in columns:
        if name not in table.column_names:
            field = schema.field(name)
            table = table.append_column(field, pa.nulls(len(table), field.type))
    return table.select(list(columns))
