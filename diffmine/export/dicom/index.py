"""Which boxes went out, as JSON and CSV: films by their UIDs, boxes in their stored pixels.

No name of a file stands there, for files are named after patients.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Sequence
from typing import Any

from diffmine.export.chosen import Entry
from diffmine.export.columns import plain
from diffmine.export.dicom import texts
from diffmine.export.dicom.films import LeftOut, Shown
from diffmine.export.dicom.maker import MAKER, Maker
from diffmine.version import __version__
from diffmine.words.records import cell

Written = tuple[Shown, Sequence[str]]
"""A film and the names of its files."""
_FILM = ("study", "series", "sop")
COLUMNS = (
    *("film", "study_uid", "series_uid", "sop_uid", "rows", "columns"),
    *("col", "row", "width", "height"),
    *("label", "kind", "rank", "typicality", "se", "noise", "patch_id", "note", "left_out"),
)


def as_json(films: Sequence[Written], left: Sequence[LeftOut], maker: Maker) -> bytes:
    """Films with their files and boxes, the patches that were left out, and what made it."""
    index = {
        "generator": MAKER,
        "version": __version__,
        **maker.parameters,
        "films": [
            {**_film(one), "files": list(names), "boxes": _boxes(one)} for one, names in films
        ],
        "left out": [{**_scored(out.entry), "reason": out.reason} for out in left],
    }
    return json.dumps(index, ensure_ascii=False, allow_nan=False, indent=1).encode()


def as_csv(films: Sequence[Written], left: Sequence[LeftOut]) -> bytes:
    """A row for each patch, in UTF-8 with a byte order mark; no cell is a formula."""
    rows = [{**_film(one), **box} for one, _ in films for box in _boxes(one)]
    rows += [{**_scored(out.entry), "left_out": out.reason} for out in left]
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    writer.writerows({name: cell(value) for name, value in row.items()} for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _film(one: Shown) -> dict[str, Any]:
    film = one.film
    uids = {f"{name}_uid": getattr(film, name) for name in _FILM}
    return {"film": one.number, **uids, "rows": film.rows, "columns": film.columns}


def _boxes(one: Shown) -> list[dict[str, Any]]:
    return [
        {
            "col": box.left,
            "row": box.top,
            "width": box.width,
            "height": box.height,
            **_scored(entry),
        }
        for entry, box in zip(one.entries, one.boxes, strict=True)
    ]


def _scored(entry: Entry) -> dict[str, Any]:
    patch = entry.patch
    return {
        "label": patch.label,
        "kind": patch.kind,
        "rank": patch.rank,
        "typicality": _number(patch.typicality),
        "se": _number(patch.se),
        "noise": patch.noise,
        "patch_id": patch.patch_id,
        "note": entry.note,
    }


def _number(value: float) -> float | None:
    return plain(value) if math.isfinite(value) else None


def summary(content: bytes) -> str:
    """What stands in such a JSON, in a sentence or two."""
    index = json.loads(content)
    films, left = index["films"], index["left out"]
    boxes = sum(len(film["boxes"]) for film in films)
    text = texts.WRITTEN.format(films=len(films), s="s"[: len(films) != 1], boxes=boxes)
    if not left:
        return text
    reasons = "; ".join(dict.fromkeys(out["reason"] for out in left))
    return f"{text} {texts.LEFT.format(count=len(left), reasons=reasons)}"
