"""Text search in an atlas: labels, names of elements, and what is recorded of images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc

from diffmine.atlas.reader import Atlas
from diffmine.atlas.records import Patch

RECORDED = (
    "image_id", "label", "group", "source_url", "credit", "title", "creator", "holder",
    "identifier", "attribution", "date",
)  # fmt: skip
MOST_WORDS = 8


@dataclass(frozen=True)
class Hits:
    """What a text is part of: `labels`, `elements` by label and number, the number of `images`,
    and the best patch of each of the first of those images that have one."""

    labels: list[str]
    elements: list[tuple[str, int]]
    images: int
    patches: list[Patch]


def search(atlas: Atlas, text: str, names: dict[tuple[str, int], str], most: int) -> Hits:
    """Where all words of a text occur, in any order, in capitals or not; a word may be part of a
    longer one. `names` are the elements by what they are called; `most` bounds the patches.
    An image matches by the columns RECORDED together."""
    words = text.casefold().split()[:MOST_WORDS]
    if not words:
        return Hits([], [], 0, [])
    labels = [label for label in atlas.labels if _has(label, words)]
    elements = [key for key, name in names.items() if _has(name, words)]
    table = atlas.table("images", RECORDED)
    rows = table.filter(reduce(pc.and_, (_mask(table, word) for word in words)))
    patches: list[Patch] = []
    for image_id, label in zip(
        rows["image_id"].to_pylist(), rows["label"].to_pylist(), strict=True
    ):
        if len(patches) >= most:
            break
        patches += _best(atlas, image_id, label)
    return Hits(labels, elements, rows.num_rows, patches)


def _has(text: str, words: Sequence[str]) -> bool:
    return all(word in text.casefold() for word in words)


def _mask(table: pa.Table, word: str) -> pa.ChunkedArray:
    """Which rows hold a word in any of their columns."""
    there = [
        pc.fill_null(pc.match_substring(table[name], word, ignore_case=True), False)
        for name in table.column_names
    ]
    return reduce(pc.or_, there)


def _best(atlas: Atlas, image_id: str, label: str) -> list[Patch]:
    """The patch of an image that ranks first in the list of its label; none where it has none."""
    rows = atlas.rows(label)
    own = rows.filter(pc.equal(rows["image_id"], image_id)).slice(0, 1)
    return [Patch(**row) for row in own.to_pylist()]
