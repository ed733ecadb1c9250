"""The pictures inside images.parquet: found by name, read by row group, kept while in use."""

from __future__ import annotations

import io
import json
from collections import OrderedDict
from pathlib import Path
from threading import Lock

import pyarrow.parquet as pq
from PIL import Image

from diffmine.errors import AtlasError

ROW_GROUP = 128
_KEPT_BYTES = 128 * 2**20


class Pictures:
    """Random access to the pictures of a Parquet file with a column `image` {bytes, path}."""

    def __init__(self, path: Path) -> None:
        self._file = pq.ParquetFile(path, memory_map=True)
        self._path = path
        self._where: dict[str, tuple[int, int]] = {}
        self._kept: OrderedDict[int, list[bytes]] = OrderedDict()
        self._size = 0
        self._lock = Lock()
        for group in range(self._file.num_row_groups):
            names = self._file.read_row_group(group, columns=["image_id"])["image_id"]
            for row, name in enumerate(names.to_pylist()):
                self._where[name] = (group, row)

    def content(self, image_id: str) -> bytes:
        """The encoded picture (PNG or WebP)."""
        if image_id not in self._where:
            raise AtlasError(f"{self._path} holds no image {image_id!r}.")
        group, row = self._where[image_id]
        with self._lock:
            return self._group(group)[row]

    def picture(self, image_id: str) -> Image.Image:
        """The picture as mined, RGB."""
        return Image.open(io.BytesIO(self.content(image_id))).convert("RGB")

    def _group(self, group: int) -> list[bytes]:
        if group in self._kept:
            self._kept.move_to_end(group)
            return self._kept[group]
        cells = self._file.read_row_group(group, columns=["image"])["image"].to_pylist()
        pictures = [cell["bytes"] for cell in cells]
        self._kept[group] = pictures
        self._size += sum(map(len, pictures))
        while self._size > _KEPT_BYTES and len(self._kept) > 1:
            self._size -= sum(map(len, self._kept.popitem(last=False)[1]))
        return pictures


def picture_schema_metadata() -> dict[bytes, bytes]:
    """Metadata by which the Hub's viewer knows the column `image` as pictures."""
    features = {"info": {"features": {"image": {"_type": "Image"}}}}
    return {b"huggingface": json.dumps(features).encode()}
