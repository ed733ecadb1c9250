"""The images of chosen patches as CSL-JSON, which Zotero and pandoc read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from diffmine.export.chosen import entries
from diffmine.export.cited import Work, works
from diffmine.export.order import File, Format, Order

_IMAGE, _DATASET = "graphic", "dataset"


def as_csl(order: Order) -> list[dict[str, Any]]:
    """An item for each image, of the type `graphic`, and one for the atlas, a `dataset`."""
    return [_item(work) for work in works(order.atlas, entries(order.atlas, order.chosen))]


def _item(work: Work) -> dict[str, Any]:
    item = {
        "id": work.key,
        "type": _DATASET if work.dataset else _IMAGE,
        "title": work.title,
        "author": [{"literal": work.creator}] if work.creator else [],
        "issued": _issued(work),
        "archive": work.holder,
        "archive_location": work.identifier,
        "URL": work.address,
        "note": work.note,
    }
    return {name: value for name, value in item.items() if value}


def _issued(work: Work) -> dict[str, Any]:
    """The years as a date or an interval; a text that no years were read from as it is."""
    if work.years is None:
        return {"literal": work.date} if work.date else {}
    first, last = work.years
    parts = [[first]] if first == last else [[first], [last]]
    return {"date-parts": parts} | ({"circa": True} if work.circa else {})


def files(order: Order) -> Iterator[File]:
    """The one file."""
    text = json.dumps(as_csl(order), ensure_ascii=False, allow_nan=False, indent=1)
    yield f"{order.name}.json", text.encode()


FORMAT = Format(
    "Citations (CSL-JSON)",
    "the images as citations for Zotero or pandoc",
    "json",
    files,
    quick=True,
    programs=True,
)
