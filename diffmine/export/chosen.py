"""The patches that leave, in their order, with everything a format says of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from diffmine.atlas.reader import Atlas
from diffmine.atlas.records import Patch
from diffmine.atlas.support import Supports
from diffmine.errors import AtlasError
from diffmine.words import records as words
from diffmine.words.elements import thin


@dataclass(frozen=True)
class Chosen:
    """A patch by its name, with what someone noted on it."""

    patch_id: str
    note: str = ""


@dataclass(frozen=True)
class Entry:
    """A chosen patch, the record of its image, the name of its element ("" without one), and on
    how little that rests ("" where it is enough)."""

    patch: Patch
    record: dict[str, Any]
    element: str = ""
    note: str = ""
    thin: str = ""

    @property
    def element_line(self) -> str:
        """The element and, in brackets, on how little it rests."""
        return f"{self.element} ({self.thin})" if self.element and self.thin else self.element


def entries(atlas: Atlas, chosen: Sequence[Chosen]) -> list[Entry]:
    """What is known of chosen patches; AtlasError names one that the atlas does not hold."""
    names = element_names(atlas)
    rows = _rows(atlas, "patches", "patch_id", [entry.patch_id for entry in chosen])
    patches = [Patch(**row) for row in rows]
    records = _rows(atlas, "images", "image_id", [patch.image_id for patch in patches])
    known = Supports(atlas)
    supports: dict[tuple[str, int | None], str] = {}
    for label in {patch.label for patch in patches if patch.element is not None}:
        supports |= {(label, element): thin(one) for element, one in known.of(label).items()}
    return [
        Entry(patch, record, names.get(at, ""), entry.note, supports.get(at, ""))
        for patch, record, entry in zip(patches, records, chosen, strict=True)
        for at in [(patch.label, patch.element)]
    ]


def _rows(atlas: Atlas, name: str, key: str, wanted: list[str]) -> list[dict[str, Any]]:
    """The rows of a table whose `key` is wanted, in that order: one look-up for all of them."""
    table = atlas.table(name)
    places = pc.index_in(pa.array(wanted, pa.string()), value_set=table[key].combine_chunks())
    if places.null_count:
        missing = wanted[places.is_null().to_pylist().index(True)]
        raise AtlasError(f"{atlas.path} holds no {key.removesuffix('_id')} {missing!r}.")
    return list(table.take(places).to_pylist())


def listed(
    atlas: Atlas, labels: Sequence[str], kind: str = "top", count: int | None = None
) -> list[Chosen]:
    """The first `count` patches of each label, or all; `kind` is top, random or least."""
    patches = [patch for label in labels for patch in atlas.patches(label, kind, count=count)]
    return [Chosen(patch.patch_id) for patch in patches]


def element_rows(atlas: Atlas) -> list[dict[str, Any]]:
    """The rows of elements.parquet in the order of labels and ranks; none where there is none."""
    if not atlas.has("elements"):
        return []
    places = {label: at for at, label in enumerate(atlas.labels)}
    rows = atlas.table("elements").to_pylist()
    return sorted(rows, key=lambda row: (places.get(row["label"], len(places)), row["rank"]))


def element_names(atlas: Atlas) -> dict[tuple[str, int | None], str]:
    """What people call the elements, by label and element."""
    given = atlas.names
    return {(r["label"], r["element"]): words.element(r, given) for r in element_rows(atlas)}


def credit_counts(atlas: Atlas) -> list[tuple[str, str, int]]:
    """Distinct (credit, licence) of the images with their number, the most frequent first."""
    table = atlas.table("images", ["credit", "licence"])
    pairs = zip(table["credit"].to_pylist(), table["licence"].to_pylist(), strict=True)
    counts = Counter((credit or "", licence or "") for credit, licence in pairs)
    counts.pop(("", ""), None)
    return [(credit, licence, count) for (credit, licence), count in counts.most_common()]


def title(atlas: Atlas) -> str:
    """The atlas's title, else its folder's name."""
    return atlas.manifest.title or atlas.path.name
