"""Chosen patches as a manifest of IIIF, which a viewer such as Mirador opens as it is: the canvases
that they lie on, each with its picture from its own server and the annotations upon it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from diffmine.atlas.reader import Atlas
from diffmine.errors import UsageError
from diffmine.export.chosen import Entry, entries, title
from diffmine.export.formats.annotations import annotation, name_of
from diffmine.export.order import File, Format, Order
from diffmine.export.places import Target, target_of
from diffmine.words import records as words

CONTEXT = "http://iiif.io/api/presentation/3/context.json"
NO_CANVAS = (
    "None of these patches is of a picture on a canvas of IIIF whose server cuts parts of it; "
    "annotations name the files of pictures from elsewhere too."
)
RIGHTS = ("http://creativecommons.org/", "http://rightsstatements.org/")
"""Statements that a manifest may name, by the beginning that IIIF asks for."""


def as_manifest(order: Order) -> dict[str, Any]:
    """A Manifest of version 3 with the canvases of the patches in the order in which they come
    first. Patches elsewhere are left out; UsageError if all are."""
    lie: dict[str, list[Entry]] = {}
    for entry in entries(order.atlas, order.chosen):
        if entry.record.get("region") and (target := target_of(entry)).on_canvas:
            lie.setdefault(target.source, []).append(entry)
    if not lie:
        raise UsageError(NO_CANVAS)
    canvases = [_canvas(order.atlas, address, them) for address, them in lie.items()]
    return {
        "@context": CONTEXT,
        "id": name_of("manifest", *lie),
        "type": "Manifest",
        "label": {"none": [title(order.atlas)]},
        "items": canvases,
    }


def _canvas(atlas: Atlas, address: str, upon: Sequence[Entry]) -> dict[str, Any]:
    """A canvas with its picture and with the annotations upon it."""
    record = upon[0].record
    page = {
        "id": name_of("annotations", address, *(entry.patch.patch_id for entry in upon)),
        "type": "AnnotationPage",
        "items": [annotation(atlas, entry) for entry in upon],
    }
    credit = words.credit(record) or str(record.get("attribution") or "")
    about = {
        "id": address,
        "type": "Canvas",
        "label": {"none": [str(record.get("title") or record["image_id"])]},
        "width": record["canvas_width"],
        "height": record["canvas_height"],
        "requiredStatement": _statement(credit),
        "rights": _rights(words.web_address(record.get("rights"))),
        "items": [_painting(address, record)],
        "annotations": [page],
    }
    return {name: value for name, value in about.items() if value}


def _statement(credit: str) -> dict[str, Any]:
    said = {"label": {"en": ["Attribution"]}, "value": {"none": [credit]}}
    return said if credit else {}


def _rights(address: str) -> str:
    """The address as IIIF asks for it; empty for terms that it does not take."""
    plain = address.replace("https://", "http://", 1)
    return plain if plain.startswith(RIGHTS) else ""


def _painting(address: str, record: Mapping[str, Any]) -> dict[str, Any]:
    """The page that paints the picture on the part of the canvas that it fills."""
    part = [round(side) for side in record["region_box"]]
    place = Target(address, _whole(record["canvas_box"]), on_canvas=True)
    picture = record["region"].replace("{region}", ",".join(map(str, part)))
    body = {"id": picture, "type": "Image", "width": part[2], "height": part[3]}
    paints = {
        "id": name_of("painting", picture),
        "type": "Annotation",
        "motivation": "painting",
        "body": body | {"format": "image/jpeg"},
        "target": f"{address}#{place.fragment}",
    }
    return {"id": name_of("paintings", picture), "type": "AnnotationPage", "items": [paints]}


def _whole(box: Sequence[float]) -> tuple[int, int, int, int]:
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
)
