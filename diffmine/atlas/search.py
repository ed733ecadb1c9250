"""Text search in an atlas: labels, names of elements, and what is recorded of images."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import islice
from typing import Any

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
    rows = table.filter(reduce(pc.and_, (mask_of(table, word) for word in words)))
    patches = list(islice(_best(atlas, rows), most))
    return Hits(labels, elements, rows.num_rows, patches)


def _has(text: str, words: Sequence[str]) -> bool:
    return all(word in text.casefold() for word in words)


def mask_of(table: pa.Table, word: str) -> pa.ChunkedArray:
    """Which rows hold a word, in small letters, in any of their columns."""
    there = [
        pc.fill_null(pc.match_substring(table[name], word, ignore_case=True), False)
        for name in table.column_names
    ]
    return reduce(pc.or_, there)


def _best(atlas: Atlas, rows: pa.Table) -> Iterator[Patch]:
    """Of each image the patch that ranks first in the list of its label, if it has one. Lists are
    short beside the images, most of which have none: a list is gone through once."""
    firsts: dict[str, dict[str, dict[str, Any]]] = {}
    pairs = zip(rows["image_id"].to_pylist(), rows["label"].to_pylist(), strict=True)
    for image_id, label in pairs:
        if label not in firsts:
            firsts[label] = {}
            listed = atlas.rows(label)
            for row in listed.filter(pc.is_in(listed["image_id"], rows["image_id"])).to_pylist():
                firsts[label].setdefault(row["image_id"], row)
        if image_id in firsts[label]:
            yield Patch(**firsts[label][image_id])
