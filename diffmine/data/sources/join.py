"""Several data sets of one folder as one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from diffmine.data.dates.order import in_order
from diffmine.data.records import Dataset


def join(parts: Sequence[Dataset]) -> Dataset:
    """All records of some data sets that lie in one folder and share no picture."""
    dates: Counter[str] = Counter()
    for part in parts:
        dates.update(dict(part.dates))
    records = sorted((record for part in parts for record in part), key=lambda r: r.image_id)
    return replace(
        parts[0],
        records=tuple(records),
        labels=in_order(label for part in parts for label in part.labels),
        refused=tuple(row for part in parts for row in part.refused),
        notes=tuple(dict.fromkeys(note for part in parts for note in part.notes)),
        dates=tuple(dates.items()),
    )
