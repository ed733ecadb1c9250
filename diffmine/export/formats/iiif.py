"""Chosen patches as a manifest of IIIF, which a viewer such as Mirador opens as it is: the canvases
that they lie on, each with its picture from its own server and the annotations upon it.

Mirador 4.0 draws annotations in pixels of the picture, whatever the canvas's own are. Where the two
differ, the picture is put on a canvas of this manifest's own that has its pixels; the museum's
canvas is named beside it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from diffmine.atlas.reader import Atlas
from diffmine.data.region import Whole
from diffmine.errors import UsageError
from diffmine.export.chosen import Entry, entries, title
from diffmine.export.formats.annotations import annotation, name_of
from diffmine.export.order import File, Format, Order
from diffmine.export.places import Target, part_within
from diffmine.words import records as words
from diffmine.words.regions import region_of

CONTEXT = "http://iiif.io/api/presentation/3/context.json"
NO_CANVAS = (
    "None of these patches is of a picture on a canvas of IIIF whose server cuts parts of it; "
    "annotations name the files of pictures from elsewhere too."
)
ATTRIBUTION, MUSEUMS = "Attribution", "Canvas of the museum"
RIGHTS = ("http://creativecommons.org/", "http://rightsstatements.org/")
"""Statements that a manifest may name, by the beginning that IIIF asks for."""


@dataclass(frozen=True)
class _Sheet:
    """A picture of a server and the canvas that it is put on, whose pixels are the picture's."""

    address: str
    record: Mapping[str, Any]
    own: bool

    @property
    def sides(self) -> Whole:
        """Left, top, width and height of the picture on the canvas."""
        return (0, 0, *_whole(self.record["region_box"])[2:])

    def target(self, entry: Entry) -> Target:
        """Where a patch lies on the canvas."""
        return Target(self.address, part_within(entry, self.sides), on_canvas=True)


def as_manifest(order: Order) -> dict[str, Any]:
    """A Manifest of version 3 with the canvases of the patches in the order in which they come
    first. Patches elsewhere are left out; UsageError if all are."""
    lie: dict[str, list[Entry]] = {}
    for entry in entries(order.atlas, order.chosen):
        if region_of(entry.patch, entry.record).image:
            lie.setdefault(_whole_picture(entry.record), []).append(entry)
    if not lie:
        raise UsageError(NO_CANVAS)
    return {
        "@context": CONTEXT,
        "id": name_of("manifest", *lie),
        "type": "Manifest",
        "label": {"none": [title(order.atlas)]},
        "items": [_canvas(order.atlas, upon) for upon in lie.values()],
    }


def _whole_picture(record: Mapping[str, Any]) -> str:
    """The address of all that is shown of the server's picture."""
    part = ",".join(map(str, _whole(record["region_box"])))
    return str(record["region"]).replace("{region}", part)


def _sheet(record: Mapping[str, Any]) -> _Sheet:
    """The canvas for a picture: the museum's if that has the picture's pixels, else one of ours."""
    wide, high = record["canvas_width"], record["canvas_height"]
    whole = (0, 0, wide, high)
    if _whole(record["canvas_box"]) == whole == (0, 0, *_whole(record["region_box"])[2:]):
        return _Sheet(record["canvas"], record, own=False)
    return _Sheet(name_of("canvas", record["canvas"], _whole_picture(record)), record, own=True)


def _canvas(atlas: Atlas, upon: Sequence[Entry]) -> dict[str, Any]:
    """A canvas with its picture and with the annotations upon it."""
    record = upon[0].record
    sheet = _sheet(record)
    page = {
        "id": name_of("annotations", sheet.address, *(entry.patch.patch_id for entry in upon)),
        "type": "AnnotationPage",
        "items": [annotation(atlas, entry, sheet.target(entry)) for entry in upon],
    }
    credit = words.credit(record) or str(record.get("attribution") or "")
    about = {
        "id": sheet.address,
        "type": "Canvas",
        "label": {"none": [str(record.get("title") or record["image_id"])]},
        "width": sheet.sides[2],
        "height": sheet.sides[3],
        "metadata": [_pair(MUSEUMS, record["canvas"])] if sheet.own else [],
        "requiredStatement": _pair(ATTRIBUTION, credit) if credit else {},
        "rights": _rights(words.web_address(record.get("rights"))),
        "items": [_painting(sheet)],
        "annotations": [page],
    }
    return {name: value for name, value in about.items() if value}


def _pair(label: str, value: str) -> dict[str, Any]:
    return {"label": {"en": [label]}, "value": {"none": [value]}}


def _rights(address: str) -> str:
    """The address as IIIF asks for it; empty for terms that it does not take."""
    plain = address.replace("https://", "http://", 1)
    return plain if plain.startswith(RIGHTS) else ""


def _painting(sheet: _Sheet) -> dict[str, Any]:
    """The page that paints the picture on its canvas."""
    picture = _whole_picture(sheet.record)
    wide, high = sheet.sides[2:]
    body: dict[str, Any] = {"id": picture, "type": "Image", "format": "image/jpeg"}
    body |= {"width": wide, "height": high}
    if service := _service(sheet.record):
        body["service"] = [service]
    paints = {
        "id": name_of("painting", picture),
        "type": "Annotation",
        "motivation": "painting",
        "body": body,
        "target": sheet.address,
    }
    return {"id": name_of("paintings", picture), "type": "AnnotationPage", "items": [paints]}


def _service(record: Mapping[str, Any]) -> dict[str, str]:
    """The server that cuts the picture into tiles; none where but a part of it is shown."""
    address, parts, rest = str(record["region"]).partition("/{region}/")
    if not parts or any(_whole(record["region_box"])[:2]):
        return {}
    kind = "ImageService2" if rest.startswith("full/") else "ImageService3"
    return {"id": address, "type": kind, "profile": "level1"}


def _whole(box: Sequence[int | float]) -> Whole:
    left, top, wide, high = (round(side) for side in box)
    return left, top, wide, high


def files(order: Order) -> Iterator[File]:
    """The one file."""
    text = json.dumps(as_manifest(order), ensure_ascii=False, allow_nan=False, indent=1)
    yield f"{order.name}.json", text.encode()


FORMAT = Format(
    "Manifest (IIIF)",
    "canvases of IIIF with these annotations, for viewers such as Mirador",
    "json",
    files,
    quick=True,
    programs=True,
)
