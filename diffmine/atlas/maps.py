"""The maps of an atlas, found by image, label and score."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from jaxtyping import Float32

from diffmine.atlas.lists import readable
from diffmine.errors import AtlasError


class Maps:
    """Where every map stands in `paths`, read once; the maps themselves are read when asked for."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._rows: dict[tuple[str, str, str], tuple[Path, int]] = {}
        for path in paths:
            names = read_known(path, ["image_id", "label", "score"]).to_pydict()
            scores = names.get("score") or [None] * len(names["label"])  # older atlases
            kinds = (score or "typicality" for score in scores)
            keys = zip(names["image_id"], names["label"], kinds, strict=True)
            self._rows.update({key: (path, row) for row, key in enumerate(keys)})
        self._scores = list(dict.fromkeys(score for _, _, score in self._rows))

    def scores(self, image_id: str, label: str) -> list[str]:
        """The scores of which there is a map of an image under a label."""
        return [each for each in self._scores if (image_id, label, each) in self._rows]

    def map(
        self, image_id: str, label: str, score: str
    ) -> tuple[Float32[np.ndarray, "h w"], Float32[np.ndarray, "h w"]] | None:
        """Mean and standard error in latent pixels, as `Atlas.map` gives them."""
        found = self._rows.get((image_id, label, score))
        if found is None:
            return None
        row = _row_at(*found)
        shape = (row["height"], row["width"])
        mean = np.asarray(row["mean"], np.float32).reshape(shape)
        error = row["standard_error"]
        if not error:
            return mean, np.full(shape, np.nan, np.float32)
        return mean, np.asarray(error, np.float32).reshape(shape)


def read_known(path: Path, columns: Sequence[str] | None) -> pa.Table:
    """Those of the columns that the file has; AtlasError where it cannot be read."""
    with readable(path):
        there = pq.read_schema(path).names
        known = [column for column in columns if column in there] if columns else None
        return pq.read_table(path, columns=known)


def _row_at(path: Path, at: int) -> dict[str, Any]:
    """One row of a Parquet file; only its row group is read."""
    with pq.ParquetFile(path, memory_map=True) as file:
        for group in range(file.num_row_groups):
            rows = file.metadata.row_group(group).num_rows
            if at < rows:
                return dict(file.read_row_group(group).slice(at, 1).to_pylist()[0])
            at -= rows
    raise AtlasError(f"{path} has no row {at}.")
