"""Images that have several labels: what images.parquet says of them."""

from __future__ import annotations

import pyarrow as pa

COLUMNS = ["image_id", "label", "labels"]


def labels_of(images: pa.Table) -> list[list[str]]:
    """All labels of each image, its own `label` first; an older atlas knows only that."""
    pairs = zip(images["label"].to_pylist(), images["labels"].to_pylist(), strict=True)
    return [each or [own] for own, each in pairs]
