"""The maps of an atlas, found by image, label and score."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from jaxtyping import Float32, Int

from diffmine.atlas.names import Names
from diffmine.atlas.rowgroups import RowGroups, readable

_KEPT_BYTES = 32 * 2**20
_KEYS = pa.schema([(name, pa.string()) for name in ("image_id", "label", "score")])


class Maps:
    """Where every map stands in `paths`, read once; the maps themselves are read when asked for."""

    def __init__(self, paths: Sequence[Path]) -> None:
        tables = [_keys(read_known(path, _KEYS.names)) for path in paths]
        table = pa.concat_tables([_KEYS.empty_table(), *tables])
        self._names = Names(table["image_id"])
        self._labels, self._label = _coded(table["label"])
        self._scores, self._score = _coded(table["score"])
        self._starts = np.cumsum([0, *(len(one) for one in tables)])
        self._maps = RowGroups(paths, ["height", "width", "mean", "standard_error"], _KEPT_BYTES)

    def scores(self, image_id: str, label: str) -> list[str]:
        """The scores of which there is a map of an image under a label."""
        return [one for one in self._scores if self._place(image_id, label, one) is not None]

    def _place(self, image_id: str, label: str, score: str) -> tuple[int, int] | None:
        """File and row of a map; of several the last."""
        if label not in self._labels or score not in self._scores:
            return None
        own = self._labels.index(label), self._scores.index(score)
        for row in reversed(self._names.places(image_id)):
            if (self._label[row], self._score[row]) == own:
                file = int(np.searchsorted(self._starts, row, "right")) - 1
                return file, int(row - self._starts[file])
        return None

    def map(
        self, image_id: str, label: str, score: str
    ) -> tuple[Float32[np.ndarray, "h w"], Float32[np.ndarray, "h w"]] | None:
        """Mean and standard error in latent pixels, as `Atlas.map` gives them."""
        place = self._place(image_id, label, score)
        if place is None:
            return None
        file, at = place
        row = self._maps.row(at, file)
        shape = (row["height"], row["width"])
        mean = np.asarray(row["mean"], np.float32).reshape(shape)
        error = row.get("standard_error")
        if not error:
            return mean, np.full(shape, np.nan, np.float32)
        return mean, np.asarray(error, np.float32).reshape(shape)


def _keys(table: pa.Table) -> pa.Table:
    """What tells a map from others; older atlases have no scores."""
    count = len(table)
    score = table["score"] if "score" in table.column_names else pa.nulls(count, pa.string())
    score = pc.coalesce(pc.if_else(pc.equal(score, ""), None, score), "typicality")
    columns = [table["image_id"], table["label"], score]
    return pa.table(dict(zip(_KEYS.names, columns, strict=True))).cast(_KEYS)


def _coded(column: pa.ChunkedArray) -> tuple[list[str], Int[np.ndarray, " n"]]:
    """The different texts of a column in the order of their first rows, and the place of each row's
    text among them."""
    coded = column.combine_chunks().dictionary_encode()
    return coded.dictionary.to_pylist(), np.asarray(coded.indices.to_numpy(), np.int32)


def read_known(path: Path, columns: Sequence[str] | None) -> pa.Table:
    """Those of the columns that the file has; AtlasError where it cannot be read."""
    with readable(path):
        there = pq.read_schema(path).names
        known = [column for column in columns if column in there] if columns else None
        return pq.read_table(path, columns=known)
