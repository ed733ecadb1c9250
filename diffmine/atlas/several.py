"""Images that have several labels: what images.parquet says of them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

COLUMNS = ["image_id", "label", "labels"]
SOURCED = [*COLUMNS, "source_digest"]


def labels_of(images: pa.Table) -> list[list[str]]:
    """All labels of each image, its own `label` first; an older atlas knows only that."""
    pairs = zip(images["label"].to_pylist(), images["labels"].to_pylist(), strict=True)
    return [labels or [own] for own, labels in pairs]


def counts_of(images: pa.Table) -> Counter[str]:
    """How many images bear each label; one with several is counted under each of them."""
    several = pc.greater(pc.fill_null(pc.list_value_length(images["labels"]), 0), 0)
    own = images["label"].filter(pc.invert(several))
    counts: Counter[str] = Counter()
    for names in (own, pc.list_flatten(images["labels"])):
        counted = pc.value_counts(names.combine_chunks())
        counts.update({str(row["values"]): int(row["counts"]) for row in counted.to_pylist()})
    return counts


def some_of_each(labels: Mapping[str, Sequence[str]], per_label: int) -> list[str]:
    """Images by name, in the order given with their labels: all, or of each label the `per_label`
    whose names hash lowest, so that one more image changes few of them."""
    if not per_label:
        return list(labels)
    ranked = sorted(labels, key=lambda name: hashlib.sha256(name.encode()).digest())
    of_label: dict[str, list[str]] = {}
    for name in ranked:
        for label in labels[name]:
            of_label.setdefault(label, []).append(name)
    chosen = {name for own in of_label.values() for name in own[:per_label]}
    return [name for name in labels if name in chosen]


class Sourced(NamedTuple):
    """What an image was made of: the SHA-256 of its source (None: not known) and its labels."""

    digest: str | None
    labels: tuple[str, ...]


def sourced(images: pa.Table) -> dict[str, Sourced]:
    """What each image was made of, by its name, in the order of a table with SOURCED."""
    names, digests = (images[name].to_pylist() for name in ("image_id", "source_digest"))
    rows = zip(names, digests, labels_of(images), strict=True)
    return {name: Sourced(digest, tuple(labels)) for name, digest, labels in rows}
