"""Whether a data set is the one that an atlas holds, changed, or another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from diffmine.atlas.reader import Atlas
from diffmine.data.files import digest_of
from diffmine.data.records import Dataset
from diffmine.errors import UsageError

LEAST_SAME = 0.5
"""Share of an atlas's pictures that a data set must hold to be the same one, changed."""
LOOKED_AT, FEW = 64, 4
"""Pictures whose content is compared to tell; of a few each may have been edited."""


def check_same(atlas: Atlas, dataset: Dataset, replace_all: bool) -> None:
    """Refuse to put a data set in the place of another: most of the pictures that the atlas holds
    must be in it, unless they are to be replaced."""
    tables = [name for name in ("images", "patches") if atlas.finished(f"{name}.parquet")]
    if replace_all or not tables:
        return
    columns = ["image_id", *(["source_digest"] if tables[0] == "images" else [])]
    rows = atlas.table(tables[0], columns).to_pylist()
    known = {row["image_id"]: row.get("source_digest") for row in rows}
    files = {record.image_id: record.path for record in dataset}
    same = [name for name in known if name in files]
    # Names of what is fetched come from addresses: of one name is the same picture, if changed.
    fetched = {record.image_id for record in dataset if record.remote is not None}
    local = [name for name in same if name not in fetched]
    if len(same) < len(known) * LEAST_SAME or _others(local, known, files):
        raise UsageError(
            f"{atlas.path} holds another data set ({atlas.manifest.title}: of its {len(known)} "
            f"pictures {len(same)} have a namesake in {dataset.named}); choose another --out, or "
            "--replace it."
        )


def _others(
    names: Sequence[str], known: Mapping[str, str | None], files: Mapping[str, Path]
) -> bool:
    """Whether most of some pictures are others than an atlas holds under their names: 000.png is a
    common name."""
    dated = [name for name in sorted(names) if known[name]]
    sample = dated[:: max(1, len(dated) // LOOKED_AT)]
    differ = sum(_digest(files[name]) != known[name] for name in sample)
    return len(sample) > FEW and differ > len(sample) * LEAST_SAME


def _digest(path: Path) -> str:
    try:
        return digest_of(path)
    except OSError:  # it will be refused when it is collected
        return ""
