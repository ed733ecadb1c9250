"""Chosen patches as a page of annotations of the W3C, for viewers of IIIF and annotation tools.

Boxes are whole numbers after a plain `xywh=`, in pixels of the canvas or of the picture's file:
what else the standard allows (`pixel:`, `percent:`, fractions, rectangles of SVG) Mirador does not
draw, and Annotorious shows no annotation of a page in which one is written by shares.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from diffmine.atlas.reader import Atlas
from diffmine.data.rights import rights_of
from diffmine.export.chosen import Entry, entries, title
from diffmine.export.order import File, Format, Order
from diffmine.export.places import Target, target_of
from diffmine.version import __version__
from diffmine.words import records as words

CONTEXT = "http://www.w3.org/ns/anno.jsonld"
FRAGMENTS = "http://www.w3.org/TR/media-frags/"
MACHINE = f"diffmine {__version__}: machine-made, by a diffusion model and not by a person"
FOUND = (
    "{place}. Typicality {score}: by so much less a diffusion model errs here when it is told "
    "{label}. Found by a machine, in “{title}”."
)
UNCLEAR = "It cannot be told from chance."
PICTURE_MADE = "The picture itself was made by a model: {how}."


def as_annotations(order: Order) -> dict[str, Any]:
    """An AnnotationPage with an Annotation for each patch: its label and element as tags, what is
    known of its score as a comment, and what someone noted on it as a comment of a person.

    Raises UsageError of an image whose file's size nobody noted."""
    shown = entries(order.atlas, order.chosen)
    items = [annotation(order.atlas, entry, target_of(entry)) for entry in shown]
    return {
        "@context": CONTEXT,
        "id": name_of("page", *(item["id"] for item in items)),
        "type": "AnnotationPage",
        "items": items,
    }


def annotation(atlas: Atlas, entry: Entry, target: Target) -> dict[str, Any]:
    """The Annotation of a patch that lies there."""
    machine = {"type": "Software", "name": MACHINE}
    about = {
        "id": name_of(title(atlas), entry.patch.image_id, entry.patch.patch_id, entry.note),
        "type": "Annotation",
        "motivation": ["tagging", "commenting"],
        "creator": machine,
        "generator": machine,
        "rights": rights_of(atlas.manifest.licence).address,
        "body": _bodies(atlas, entry),
        "target": _target(entry, target),
    }
    return {name: value for name, value in about.items() if value}


def _bodies(atlas: Atlas, entry: Entry) -> list[dict[str, Any]]:
    patch = entry.patch
    claim = FOUND.format(
        place=words.place(patch),
        score=words.score(patch.typicality, patch.se),
        label=patch.label,
        title=title(atlas),
    )
    told = [claim, UNCLEAR if words.noise(patch) else ""]
    if how := entry.record.get("generated"):
        told.append(PICTURE_MADE.format(how=str(how).rstrip(".")))
    bodies = [_text(patch.label, "tagging"), _text(entry.element, "tagging")]
    bodies.append(_text(" ".join(filter(None, told)), "describing") | {"language": "en"})
    bodies.append(_text(entry.note, "commenting") | {"creator": {"type": "Person"}})
    return [body for body in bodies if body["value"]]


def _text(value: str, purpose: str) -> dict[str, Any]:
    return {"type": "TextualBody", "value": value, "format": "text/plain", "purpose": purpose}


def _target(entry: Entry, target: Target) -> dict[str, Any]:
    """The part of a canvas or of a file, with the rights to the picture where they are known."""
    record = entry.record
    rights = words.web_address(record.get("rights")) or rights_of(str(record["licence"])).address
    source = {"id": target.source, "type": "Canvas" if target.on_canvas else "Image"}
    return {
        "type": "SpecificResource",
        "source": source | ({"rights": rights} if rights else {}),
        "selector": {
            "type": "FragmentSelector",
            "conformsTo": FRAGMENTS,
            "value": target.fragment,
        },
    }


def name_of(*parts: str) -> str:
    """A name of its own for what is known by some texts: the same in every export."""
    return uuid5(NAMESPACE_URL, "\n".join(["diffmine", *parts])).urn


def files(order: Order) -> Iterator[File]:
    """The one file."""
    text = json.dumps(as_annotations(order), ensure_ascii=False, allow_nan=False, indent=1)
    yield f"{order.name}.json", text.encode()


FORMAT = Format(
    "Annotations (W3C)",
    "boxes on the canvas or the picture's file, for viewers of IIIF and annotation tools",
    "json",
    files,
    quick=True,
    programs=True,
)
