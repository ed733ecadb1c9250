"""The generated pictures of the parallel set, found by image and target, read when asked for."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq


class MadePictures:
    """Random access to the parts of parallel/."""

    def __init__(self, parts: list[Path]) -> None:
        self._where: dict[tuple[str, str], tuple[Path, int, int]] = {}
        for path in parts:
            with pq.ParquetFile(path) as file:
                for group in range(file.num_row_groups):
                    table = file.read_row_group(group, columns=["image_id", "target"])
                    keys = zip(*(column.to_pylist() for column in table.columns), strict=True)
                    self._where.update({key: (path, group, row) for row, key in enumerate(keys)})

    def content(self, image_id: str, target: str) -> bytes | None:
        """The encoded translation of an image into a label; None when it was not made."""
        found = self._where.get((image_id, target))
        if found is None:
            return None
        path, group, row = found
        with pq.ParquetFile(path, memory_map=True) as file:
            return bytes(
                file.read_row_group(group, columns=["image"])["image"][row].as_py()["bytes"]
            )
