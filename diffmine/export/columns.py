"""The columns of an exported table, the same in every format."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from diffmine.export.chosen import Entry
from diffmine.words.regions import region_of

SCHEMA = pa.schema(
    [
        ("patch_id", pa.string()),
        ("label", pa.string()),
        ("kind", pa.string()),
        ("rank", pa.int32()),
        ("rank_low", pa.int32()),
        ("rank_high", pa.int32()),
        ("typicality", pa.float32()),
        ("se", pa.float32()),
        ("noise", pa.bool_()),
        ("element", pa.string()),
        ("element_thin", pa.string()),
        ("image_id", pa.string()),
        ("row", pa.int32()),
        ("col", pa.int32()),
        ("size", pa.int32()),
        ("year", pa.int32()),
        ("group", pa.string()),
        ("source_url", pa.string()),
        ("licence", pa.string()),
        ("credit", pa.string()),
        ("note", pa.string()),
        ("title", pa.string()),
        ("creator", pa.string()),
        ("date", pa.string()),
        ("date_first", pa.int32()),
        ("date_last", pa.int32()),
        ("holder", pa.string()),
        ("identifier", pa.string()),
        ("rights", pa.string()),
        ("attribution", pa.string()),
        ("canvas_region", pa.string()),
        ("picture_region", pa.string()),
        ("generated", pa.string()),
    ]
)
COLUMNS = tuple(SCHEMA.names)
MEANINGS = {
    "patch_id": "Name of the patch in its atlas",
    "label": "Label of whose list the patch is",
    "kind": "List that it is in: top (most typical), random or least (least typical)",
    "rank": "Place in that list, from 1",
    "rank_low": "First place where it may stand, by two standard errors of its score",
    "rank_high": "Last place where it may stand, by two standard errors of its score",
    "typicality": "By how much less a diffusion model errs here when it is told the label",
    "se": "Standard error of the typicality",
    "noise": "Whether its score cannot be told from chance",
    "element": "Element that it belongs to",
    "element_thin": "On how little that element rests, where it is little",
    "image_id": "Name of the image in its data set",
    "row": "Top edge, in pixels of the image as mined",
    "col": "Left edge, in pixels of the image as mined",
    "size": "Side, in pixels of the image as mined",
    "year": "Year of the image; the middle one if its date may mean several",
    "group": "What the image belongs to with others, as a patient or a photographer",
    "source_url": "Address of the image's source",
    "licence": "Licence of the image",
    "credit": "Who is to be named for the image",
    "note": "What someone wrote on the patch",
    "title": "Title of the image at its source",
    "creator": "Who made the image",
    "date": "Date of the image as it was catalogued",
    "date_first": "First year that this date may mean",
    "date_last": "Last year that this date may mean",
    "holder": "Who holds the original",
    "identifier": "Its name at the holder's",
    "rights": "Address of the statement of its rights",
    "attribution": "How its source wants to be named",
    "canvas_region": "Address of the patch on its canvas of IIIF",
    "picture_region": "Address that gives the pixels of the patch from its server",
    "generated": "How the image was made, if by a model",
}
"""What the columns mean, in words."""


def row(entry: Entry) -> dict[str, Any]:
    """The columns of an entry; `element` is what people call it, None without one;
    `element_thin` says in words on how little it rests, None where that is enough."""
    known = {**entry.record, **vars(entry.patch)}
    known |= {"element": entry.element or None, "element_thin": entry.thin or None}
    region = region_of(entry.patch, entry.record)
    known |= {"note": entry.note}
    known |= {"canvas_region": region.canvas or None, "picture_region": region.image or None}
    return {name: known.get(name) for name in COLUMNS}


def plain(value: Any) -> Any:
    """A number with the digits that a float32 has, and no more; anything else as it is."""
    return float(str(np.float32(value))) if isinstance(value, float) else value
