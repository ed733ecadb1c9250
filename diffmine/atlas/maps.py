"""The maps of an atlas, found by image, label and score."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from jaxtyping import Float32

from diffmine.atlas.rowgroups import RowGroups, readable

_KEPT_BYTES = 32 * 2**20


class Maps:
    """Where every map stands in `paths`, read once; the maps themselves are read when asked for."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._rows: dict[tuple[str, str, str], tuple[int, int]] = {}
        for file, path in enumerate(paths):
            names = read_known(path, ["image_id", "label", "score"]).to_pydict()
            scores = names.get("score") or [None] * len(names["label"])  # older atlases
            kinds = (score or "typicality" for score in scores)
            keys = zip(names["image_id"], names["label"], kinds, strict=True)
            self._rows.update({key: (file, row) for row, key in enumerate(keys)})
        self._maps = RowGroups(paths, ["height", "width", "mean", "standard_error"], _KEPT_BYTES)
        self._scores = list(dict.fromkeys(score for _, _, score in self._rows))

    def scores(self, image_id: str, label: str) -> list[str]:
        """The scores of which there is a map of an image under a label."""
        return [score for score in self._scores if (image_id, label, score) in self._rows]

    def map(
        self, image_id: str, label: str, score: str
    ) -> tuple[Float32[np.ndarray, "h w"], Float32[np.ndarray, "h w"]] | None:
        """Mean and standard error in latent pixels, as `Atlas.map` gives them."""
        place = self._rows.get((image_id, label, score))
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


def read_known(path: Path, columns: Sequence[str] | None) -> pa.Table:
    """Those of the columns that the file has; AtlasError where it cannot be read."""
    with readable(path):
        there = pq.read_schema(path).names
        known = [column for column in columns if column in there] if columns else None
        return pq.read_table(path, columns=known)
