"""A column of names, and the rows that each of them is in, for a million of them as for ten."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from jaxtyping import Int

_KEPT_NAMES = 4096
_NOWHERE = -1
_COMPARED = 16
"""Names that are compared with all before an index is made, which takes a second for a million."""
_AT_ONCE = 2**16


class Names:
    """A column of names, looked up by an index of their hashes: 16 bytes for each, where a
    dictionary of a million takes 150 MB and more. Threads may share it."""

    def __init__(self, column: pa.ChunkedArray) -> None:
        self.column = column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
        self.places = lru_cache(maxsize=_KEPT_NAMES)(self._places)
        self._asked = 0

    def __len__(self) -> int:
        return len(self.column)

    def __getitem__(self, row: int) -> str:
        return str(self.column[row].as_py())

    def __contains__(self, name: str) -> bool:
        return bool(self.places(name))

    def row(self, name: str) -> int | None:
        """The first row that a name is in, None when it is in none."""
        places = self.places(name)
        return places[0] if places else None

    def rows(self, names: Sequence[str]) -> Int[np.ndarray, " n"]:
        """Where each of some names is, -1 when it is nowhere."""
        if not names:
            return np.zeros(0, np.int64)
        asked = pa.array(names, pa.string())
        places = pc.index_in(self.column, value_set=asked)  # for each row its place among the names
        rows = np.flatnonzero(places.is_valid().to_numpy(zero_copy_only=False))
        row_of = dict(zip(self.column.take(pa.array(rows)).to_pylist(), rows.tolist(), strict=True))
        return np.array([row_of.get(name, _NOWHERE) for name in names], np.int64)

    def _places(self, name: str) -> tuple[int, ...]:
        """All rows that a name is in, in their order."""
        self._asked += 1
        if self._asked <= _COMPARED:
            equal = pc.equal(self.column, name).to_numpy(zero_copy_only=False)
            return tuple(np.flatnonzero(equal).tolist())
        hashes, order = self._index
        first, end = (int(np.searchsorted(hashes, hash(name), side)) for side in ("left", "right"))
        return tuple(int(row) for row in order[first:end] if self.column[int(row)].as_py() == name)

    @cached_property
    def _index(self) -> tuple[Int[np.ndarray, " n"], Int[np.ndarray, " n"]]:
        """The hashes of all names by size, and the rows that they are of."""
        hashes = np.fromiter(self._hashes(), np.int64, len(self.column))
        order = np.argsort(hashes, kind="stable")
        return hashes[order], order

    def _hashes(self) -> Iterator[int]:
        for begin in range(0, len(self.column), _AT_ONCE):
            yield from map(hash, self.column.slice(begin, _AT_ONCE).to_pylist())
