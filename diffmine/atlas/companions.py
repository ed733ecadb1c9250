"""What belongs together in an atlas: an image and its boxes, the images of a group."""

from __future__ import annotations

import math
from typing import Any

import pyarrow.compute as pc

from diffmine.atlas.reader import Atlas

Row = dict[str, Any]


def boxes_of(atlas: Atlas, image_id: str) -> list[Row]:
    """Its rows of boxes.parquet: `label`, `element`, and row, col, height, width in pixels of the
    image as mined; none in an atlas without boxes."""
    if not atlas.has("boxes"):
        return []
    table = atlas.table("boxes")
    return list(table.filter(pc.equal(table["image_id"], image_id)).to_pylist())


def group_of(atlas: Atlas, image_id: str) -> list[Row]:
    """The records of the images of its group, itself among them, from the earliest date to the
    latest, those without one last; none where it is in no group."""
    group = atlas.image(image_id).get("group")
    if not group:
        return []
    table = atlas.table("images")
    rows = table.filter(pc.equal(table["group"], group)).to_pylist()
    return sorted(rows, key=_when)


def beside_of(atlas: Atlas, image_id: str) -> list[tuple[Row, int]]:
    """The others of its group, in that order, each with -1 or 1 where it is surely earlier or later
    than the image itself, else 0: without dates, or of ones that may be the same."""
    rows = group_of(atlas, image_id)
    own = next((_when(row) for row in rows if row["image_id"] == image_id), None)
    if own is None:
        return []
    return [(row, _order(_when(row), own)) for row in rows if row["image_id"] != image_id]


def _order(one: tuple[float, float, str], other: tuple[float, float, str]) -> int:
    if math.inf in (*one[:2], *other[:2]):
        return 0
    return (one[0] > other[1]) - (one[1] < other[0])


def _when(record: Row) -> tuple[float, float, str]:
    dates = [record.get("date_first"), record.get("date_last")]
    first, last = (record.get("year") if date is None else date for date in dates)
    ends = (math.inf if end is None else float(end) for end in (first, last))
    return (*ends, str(record["image_id"]))  # type: ignore[return-value]


def torn_groups(atlas: Atlas) -> tuple[set[str], int, list[str]]:
    """The groups with images in more than one split, of how many groups with a split, and the names
    of those splits."""
    table = atlas.table("images", ["group", "split"])
    known = pc.and_(pc.greater(pc.fill_null(pc.utf8_length(table["group"]), 0), 0),
                    pc.greater(pc.fill_null(pc.utf8_length(table["split"]), 0), 0))  # fmt: skip
    pairs = table.filter(known).group_by(["group", "split"]).aggregate([])
    groups = pairs.group_by("group").aggregate([("split", "count")])
    torn = groups.filter(pc.greater(groups["split_count"], 1))["group"]
    splits = pairs.filter(pc.is_in(pairs["group"], torn))["split"]
    return set(torn.to_pylist()), len(groups), sorted(set(splits.to_pylist()))
