"""The images of an atlas as a list: found by words, filtered, sorted, a page at a time.

Only columns of images.parquet are sorted, as arrays; the rows of a page alone become records.
"""

from __future__ import annotations

from functools import cached_property, lru_cache, reduce

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from jaxtyping import Bool, Float, Int

from diffmine.atlas.dated import Dated, dated
from diffmine.atlas.filters import Filter, Sieve
from diffmine.atlas.reader import Atlas
from diffmine.atlas.search import MOST_WORDS, RECORDED, mask_of
from diffmine.atlas.several import COLUMNS, labels_of

COLUMNS_SORTED = (
    "image", "label", "date", "typicality", "group", "creator", "holder", "licence"
)  # fmt: skip
"""What a list can be sorted by."""
_KEPT = 16
_NONE = -1


class Listing:
    """The images of an atlas; what was sorted last is remembered."""

    def __init__(self, atlas: Atlas, sieve: Sieve) -> None:
        self.atlas = atlas
        self.sieve = sieve
        self.order = lru_cache(maxsize=_KEPT)(self._order)

    def _order(
        self, label: str | None, text: str, filter: Filter, column: str, down: bool
    ) -> Int[np.ndarray, " n"]:
        """The places in images.parquet of those images of a label (None: of all) in which all words
        of a text occur and that pass a filter, sorted by one of COLUMNS_SORTED. What has no value
        comes last either way, equal ones in the order of the table."""
        passes = self.sieve.images(filter, self.best)
        if label is not None:
            passes &= self._of(label)
        words = text.casefold().split()[:MOST_WORDS]
        if words:
            table = self.atlas.table("images", RECORDED)
            there = reduce(pc.and_, (mask_of(table, word) for word in words))
            passes &= there.to_numpy()
        chosen = np.flatnonzero(passes)
        key = self._key(column)[chosen]
        order = np.argsort(-key if down else key, kind="stable")  # NaN lies at the end
        return chosen[order]

    def _of(self, label: str) -> Bool[np.ndarray, " n"]:
        table = self.atlas.table("images", COLUMNS)
        own = pc.equal(table["label"], label).to_numpy()
        if table["labels"].null_count == table.num_rows:
            return np.asarray(own)
        return np.array([label in names for names in labels_of(table)], bool)

    def _key(self, column: str) -> Float[np.ndarray, " n"]:
        """Numbers in whose order the images come, NaN for no value."""
        if column == "typicality":
            return self.best
        if column == "date":
            return np.where(np.isnan(self.dated.first), self.dated.last, self.dated.first)
        if column == "label":
            names = self.atlas.table("images", ["label"])["label"]
            return _places(names, pa.array(self.atlas.labels, pa.string()))
        return self._ranks(column)

    @lru_cache(maxsize=8)  # noqa: B019  of one atlas, which lives as long as its list
    def _ranks(self, column: str) -> Float[np.ndarray, " n"]:
        """Texts by their places in the alphabet; an image is called by its title, else its name."""
        table = self.atlas.table("images")
        if column == "image":
            named = pc.coalesce(_texts(table["title"]), table["image_id"])
        else:
            named = _texts(table[column])
        folded = pc.utf8_lower(named)
        return _places(folded, pc.unique(folded.drop_null()).sort())

    @cached_property
    def dated(self) -> Dated:
        """When the images are from."""
        return dated(self.atlas)

    @cached_property
    def best(self) -> Float[np.ndarray, " n"]:
        """The typicality of each image's best patch, NaN where it has none."""
        row = self.patches
        scores = self.atlas.lists.columns(["typicality"])["typicality"].to_numpy()
        best = np.full(len(row), np.nan)
        best[row >= 0] = scores[row[row >= 0]]
        return best

    @cached_property
    def patches(self) -> Int[np.ndarray, " n"]:
        """The row of patches.parquet of each image's best patch, -1 where it has none."""
        image = self.image_of
        scores = self.atlas.lists.columns(["typicality"])["typicality"].to_numpy()
        order = np.argsort(scores, kind="stable")  # the best at the end
        order = order[image[order] >= 0]
        rows = np.full(self.atlas.table("images").num_rows, _NONE)
        rows[image[order]] = order  # of several the last one stays
        return rows

    @cached_property
    def image_of(self) -> Int[np.ndarray, " patches"]:
        """The image of each row of patches.parquet, by its place in images.parquet; -1 for none."""
        column = self.atlas.lists.columns(["image_id"])["image_id"]
        names = self.atlas.table("images", ["image_id"])["image_id"].combine_chunks()
        places = pc.fill_null(pc.index_in(column, names), _NONE).to_numpy()
        return np.asarray(places, np.int64)


def _texts(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column with null in place of empty texts."""
    return pc.if_else(pc.equal(column, ""), pa.scalar(None, pa.string()), column)


def _places(column: pa.ChunkedArray, names: pa.Array) -> Float[np.ndarray, " n"]:
    places = pc.cast(pc.index_in(column, names), pa.float64())
    return np.asarray(places.to_numpy(), np.float64)
