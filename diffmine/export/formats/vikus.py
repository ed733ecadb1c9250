"""Chosen patches as a folder for VIKUS Viewer: its data, beside which the viewer is put.

VIKUS Viewer (FH Potsdam) reads `data/config.json`, which names a table of items (`id`, `keywords`,
`year`), a timeline, a text, sheets of small pictures with a manifest, larger pictures as ID.jpg,
and tables of places (`id`, `x`, `y`). Its axis, `year`, holds the labels.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from PIL import Image

from diffmine.atlas.reader import Atlas
from diffmine.export import pictures
from diffmine.export.chosen import Entry, entries, title
from diffmine.export.order import File, Format, Order, marked
from diffmine.words import records as words

TILE, BORDER, SHEET = 128, 1, 2048
DETAIL = 512
_MARK = b"<!-- diffmine: vikus -->"
_ABOUT = """{mark}
# {title}: patches for VIKUS Viewer

Put the folder `data` in place of the one in a copy of
[VIKUS Viewer](https://github.com/cpietsch/vikus-viewer), and serve that copy:
`python -m http.server`.
"""
_INFO = """# {title}

{description}

Each picture is a patch that a diffusion model is helped most to explain by its label
(diffmine; typicality). They were chosen by a machine and not by a person.
"""
_FIELDS = {
    "_typicality": "Typicality",
    "_rank": "Rank",
    "_element": "Element",
    "_image": "Image",
    "_title": "Title",
    "_creator": "Creator",
    "_date": "Date",
    "_holder": "Holder",
    "_licence": "Licence",
    "_credit": "Credit",
    "_note": "Note",
}
_LINK = "_source"
_STYLE = {
    "fontColor": "#333333",
    "fontColorActive": "#ffffff",
    "fontBackground": "#0072b2",
    "textShadow": "#ffffff",
    "timelineBackground": "#ffffff",
    "timelineFontColor": "#333333",
    "infoBackground": "#f4f4f4",
    "infoFontColor": "#333333",
    "detailBackground": "#ffffff",
    "searchbarBackground": "#eeeeee",
    "canvasBackground": "#f4f4f4",
}


def files(order: Order) -> Iterator[File]:
    """A note on how to use it, then what VIKUS Viewer reads."""
    atlas, shown = order.atlas, entries(order.atlas, order.chosen)
    named = title(atlas)
    yield "index.md", _ABOUT.format(mark=_MARK.decode(), title=named).encode()
    placed = [entry for entry in shown if _has_place(entry)]
    yield "data/config.json", _json(config(atlas, shown, placed=bool(placed)))
    yield "data/data.csv", _csv(_items(shown))
    yield "data/timeline.csv", _csv(_timeline(shown))
    about = _INFO.format(title=named, description=atlas.manifest.description or "")
    yield "data/info.md", about.encode()
    if placed:
        yield "data/likeness.csv", _csv(_places(placed))
    yield from _sheets(atlas, shown)
    for entry in shown:
        picture = pictures.enlarged(pictures.seen(atlas, entry.patch), DETAIL, DETAIL)
        name = f"data/{DETAIL}/{pictures.name(entry.patch)}.jpg"
        yield name, pictures.jpeg(picture, pictures.about(entry))


def config(atlas: Atlas, shown: Sequence[Entry], *, placed: bool) -> dict[str, Any]:
    """The content of config.json; `placed`: patches have places on a map."""
    layouts: list[dict[str, Any]] = [{"title": "Label", "type": "group", "groupKey": "year"}]
    if placed:
        layouts.append({"title": "Likeness", "url": "data/likeness.csv", "scale": 0.5})
    largest = max(Counter(entry.patch.label for entry in shown).values())
    structure: list[dict[str, str]] = [
        {"name": name, "source": field, "display": "column", "type": "text"}
        for field, name in _FIELDS.items()
    ]
    structure.append({"name": "Source", "source": _LINK, "display": "wide", "type": "link"})
    return {
        "project": {"name": title(atlas)},
        "loader": {
            "timeline": "data/timeline.csv",
            "items": "data/data.csv",
            "info": "data/info.md",
            "textures": {
                "medium": {"size": TILE, "url": "data/sprites/spritesheet.json"},
                "detail": {"size": DETAIL, "url": f"data/{DETAIL}/"},
            },
            "layouts": layouts,
        },
        "projection": {"columns": max(4, math.ceil(math.sqrt(largest)))},
        "style": _STYLE,
        "detail": {"structure": structure},
    }


def _items(shown: Iterable[Entry]) -> Iterator[list[Any]]:
    yield ["id", "keywords", "year", *_FIELDS, _LINK]
    for entry in shown:
        patch, record = entry.patch, entry.record
        tag = f"{entry.element} ({patch.label})" if entry.element else patch.label
        told = {
            "_typicality": words.score(patch.typicality, patch.se),
            "_rank": patch.rank,
            "_element": entry.element_line,
            "_image": patch.image_id,
            "_date": words.date(record),
            "_credit": words.credit(record),
            "_note": entry.note,
        }
        known = {name: record.get(name.removeprefix("_")) for name in _FIELDS if name not in told}
        fields = [(told | known).get(name) or "" for name in _FIELDS]
        source = words.web_address(record.get("source_url"))
        yield [pictures.name(patch), tag.replace(",", ";"), patch.label, *fields, source]


def _timeline(shown: Iterable[Entry]) -> Iterator[list[Any]]:
    """A row of each label; VIKUS Viewer reads `titel`, as it is spelled here."""
    yield ["year", "titel", "text", "extra"]
    counts = Counter(entry.patch.label for entry in shown)
    for label, count in counts.items():
        yield [label, "", f"{count:,} patches", ""]


def _has_place(entry: Entry) -> bool:
    x, y = entry.patch.map_x, entry.patch.map_y
    return x is not None and y is not None and math.isfinite(x) and math.isfinite(y)


def _places(shown: Iterable[Entry]) -> Iterator[list[Any]]:
    yield ["id", "x", "y"]
    for entry in shown:
        yield [pictures.name(entry.patch), entry.patch.map_x, entry.patch.map_y]


def _sheets(atlas: Atlas, shown: Sequence[Entry]) -> Iterator[File]:
    """The sheets of small pictures, and the manifest that says where each lies."""
    step = TILE + 2 * BORDER
    across = SHEET // step
    manifest = []
    for number, start in enumerate(range(0, len(shown), across**2)):
        sheet, sprites = Image.new("RGB", (SHEET, SHEET), "white"), []
        for at, entry in enumerate(shown[start : start + across**2]):
            picture = pictures.enlarged(pictures.seen(atlas, entry.patch), TILE, TILE)
            left, top = at % across * step + BORDER, at // across * step + BORDER
            sheet.paste(picture, (left, top))
            sprites.append(
                {
                    "name": pictures.name(entry.patch),
                    "position": {"x": left, "y": top},
                    "dimension": {"w": picture.width, "h": picture.height},
                }
            )
        yield f"data/sprites/{number}.jpg", pictures.jpeg(sheet, {})
        manifest.append({"image": f"{number}.jpg", "sprites": sprites})
    about = {"type": "pixi-packer", "version": 1, "app": "diffmine"}
    whole = {"meta": about, "resolution": 1, "spritesheets": manifest}
    yield "data/sprites/spritesheet.json", _json(whole)


def _csv(rows: Iterable[list[Any]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


def _json(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1).encode()


FORMAT = Format(
    "VIKUS Viewer (zip)",
    "a folder of data for VIKUS Viewer",
    "md",
    files,
    count=500,
    ours=marked("index.md", _MARK),
    programs=True,
)
