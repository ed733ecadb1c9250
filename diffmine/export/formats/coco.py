"""Chosen patches as boxes in the JSON of the COCO data set, which most annotation tools read.

The shortest example of a format: a function of an order that gives files, and what is said of it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from diffmine.atlas.reader import Atlas
from diffmine.export.chosen import Entry, entries, title
from diffmine.export.columns import plain
from diffmine.export.order import File, Format, Order
from diffmine.version import __version__

_TOLD = (
    *("source_width", "source_height", "year", "source_url", "credit"),
    *("title", "creator", "date", "holder", "identifier", "attribution", "canvas"),
)


def as_coco(order: Order) -> dict[str, Any]:
    """Boxes are [x, y, width, height] in pixels of the images as mined; `score` is typicality.

    An image has the same id, its row in images.parquet counted from 1, in every export of an atlas;
    a category the place of its label.
    """
    atlas = order.atlas
    shown = entries(atlas, order.chosen)
    records = {entry.patch.image_id: entry.record for entry in shown}
    names = atlas.table("images", ["image_id"])["image_id"].to_pylist()
    ids = {name: at for at, name in enumerate(names, 1) if name in records}
    categories = {label: at for at, label in enumerate(atlas.labels, 1)}
    licences = sorted({_licence(record) for record in records.values()} - {("", "")})
    return {
        "info": _info(atlas),
        "licenses": [
            {"id": at, "name": name, "url": url} for at, (name, url) in enumerate(licences, 1)
        ],
        "images": [_image(at, records[name], licences) for name, at in ids.items()],
        "categories": [
            {"id": at, "name": label, "supercategory": "label"} for label, at in categories.items()
        ],
        "annotations": [
            _annotation(at, entry, ids[entry.patch.image_id], categories[entry.patch.label])
            for at, entry in enumerate(shown, 1)
        ],
    }


def _info(atlas: Atlas) -> dict[str, str]:
    boxes = "Boxes are in pixels of the images as mined, of which width and height are given."
    return {
        "description": f"{title(atlas)}: typical patches. {boxes}",
        "version": __version__,
        "contributor": "diffmine",
        "url": atlas.manifest.source,
    }


def _licence(record: Mapping[str, Any]) -> tuple[str, str]:
    """The licence of an image in words, and the address of its rights."""
    return str(record["licence"] or ""), str(record["rights"] or "")


def _image(
    at: int, record: Mapping[str, Any], licences: Sequence[tuple[str, str]]
) -> dict[str, Any]:
    licence = _licence(record)
    image = {
        "id": at,
        "file_name": record["image_id"],
        "width": record["width"],
        "height": record["height"],
        "license": licences.index(licence) + 1 if any(licence) else None,
        **{name: record[name] for name in _TOLD},
    }
    return {name: value for name, value in image.items() if value not in (None, "")}


def _annotation(at: int, entry: Entry, image: int, category: int) -> dict[str, Any]:
    patch = entry.patch
    return {
        "id": at,
        "image_id": image,
        "category_id": category,
        "bbox": [patch.col, patch.row, patch.size, patch.size],
        "area": patch.size**2,
        "iscrowd": 0,
        "score": _number(patch.typicality),
        "se": _number(patch.se),
        "rank": patch.rank,
        "patch_id": patch.patch_id,
    }


def _number(value: float) -> float | None:
    return plain(value) if math.isfinite(value) else None  # JSON has no NaN


def files(order: Order) -> Iterator[File]:
    """The one file."""
    text = json.dumps(as_coco(order), ensure_ascii=False, allow_nan=False, indent=1)
    yield f"{order.name}.json", text.encode()


FORMAT = Format(
    "COCO (JSON)", "boxes and scores for annotation tools", "json", files, quick=True, programs=True
)
