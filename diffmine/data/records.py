"""A data set: a table of labelled pictures. Pixels stay where they are until needed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path


@dataclass(frozen=True)
class Record:
    """One picture: `image_id` is its path inside the data set, with forward slashes."""

    image_id: str
    label: str
    path: Path
    group: str = ""
    year: int | None = None
    source_url: str = ""
    licence: str = ""
    credit: str = ""
    labels: tuple[str, ...] = ()
    """All its labels, `label` first; empty when it has no other."""
    split: str = ""
    """Part of the data set that it is in (train, val, test); empty: it has none."""
    also: tuple[tuple[str, str], ...] = ()
    """Columns of the table that need not belong to the labels (camera, view), and their values."""


@dataclass(frozen=True)
class Dataset:
    """Records sorted by `image_id`; `labels` in their order; `refused` rows with a reason; `notes`
    what else a person should know of how it was read; `boxes` the file of its boxes; `dates` the
    different texts that were read as dates, refused ones too, and in how many rows each stands."""

    path: Path
    records: tuple[Record, ...]
    labels: tuple[str, ...]
    refused: tuple[tuple[str, str], ...] = field(default=())
    notes: tuple[str, ...] = ()
    boxes: Path | None = None
    dates: tuple[tuple[str, int], ...] = ()

    def __len__(self) -> int:
        return len(self.records)

    def __iter__(self) -> Iterator[Record]:
        return iter(self.records)

    def limited(self, per_label: int) -> Dataset:
        """At most `per_label` images of each label, chosen by the hash of their names; an image of
        several labels counts for its first."""
        if per_label <= 0:
            return self
        ranked = sorted(self.records, key=lambda r: hashlib.sha256(r.image_id.encode()).digest())
        taken: dict[str, list[Record]] = {label: [] for label in self.labels}
        for record in ranked:
            if len(taken[record.label]) < per_label:
                taken[record.label].append(record)
        chosen = sorted((r for rows in taken.values() for r in rows), key=lambda r: r.image_id)
        return replace(self, records=tuple(chosen))
