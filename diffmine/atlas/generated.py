"""The generated pictures of the parallel set, found by image and target, read when asked for."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq

from diffmine.atlas.rowgroups import RowGroups, readable

_KEPT_BYTES = 32 * 2**20


class GeneratedPictures:
    """Random access to the parts of parallel/."""

    def __init__(self, parts: list[Path]) -> None:
        self._rows: dict[tuple[str, str], tuple[int, int]] = {}
        for file, path in enumerate(parts):
            with readable(path):
                table = pq.read_table(path, columns=["image_id", "target"])
            keys = zip(*(column.to_pylist() for column in table.columns), strict=True)
            self._rows.update({key: (file, row) for row, key in enumerate(keys)})
        self._pictures = RowGroups(parts, ["image"], _KEPT_BYTES)

    def content(self, image_id: str, target: str) -> bytes | None:
        """The encoded translation of an image into a label; None when it was not made."""
        place = self._rows.get((image_id, target))
        if place is None:
            return None
        file, row = place
        return bytes(self._pictures.row(row, file)["image"]["bytes"])
