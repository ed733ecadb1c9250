"""Chosen patches as CSV on the Web of the W3C: the CSV, and beside it what its columns mean."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from diffmine.data.rights import rights_of
from diffmine.export.chosen import title
from diffmine.export.columns import MEANINGS, SCHEMA
from diffmine.export.formats.csv import as_csv
from diffmine.export.order import File, Format, Order
from diffmine.version import __version__
from diffmine.words.records import web_address

CONTEXT = "http://www.w3.org/ns/csvw"
_TYPES = {
    pa.string(): "string",
    pa.int32(): "integer",
    pa.float32(): "float",
    pa.bool_(): {"base": "boolean", "format": "True|False"},
}
QUOTED = (
    "In a cell of text that would begin with = + - @, which spreadsheets take for formulas, a "
    "single quote stands before it."
)


def metadata(order: Order) -> dict[str, Any]:
    """The table's description in the CSV's file of metadata."""
    about = {
        "@context": [CONTEXT, {"@language": "en"}],
        "url": f"{order.name}.csv",
        "dc:title": title(order.atlas),
        "dc:description": f"Typical patches, found with diffmine {__version__}. {QUOTED}",
        "dc:license": rights_of(order.atlas.manifest.licence).address,
        "dc:source": web_address(order.atlas.manifest.source),
        "dialect": {"encoding": "utf-8", "header": True},
        "tableSchema": {"columns": [_column(field) for field in SCHEMA]},
    }
    return {name: value for name, value in about.items() if value}


def _column(field: pa.Field) -> dict[str, Any]:
    return {
        "name": field.name,
        "titles": field.name,
        "datatype": _TYPES[field.type],
        "dc:description": MEANINGS[field.name],
    }


def files(order: Order) -> Iterator[File]:
    """The CSV, and the description under the name by which programs look for it."""
    yield f"{order.name}.csv", as_csv(order)
    text = json.dumps(metadata(order), ensure_ascii=False, indent=1)
    yield f"{order.name}.csv-metadata.json", text.encode()


FORMAT = Format(
    "CSV on the Web",
    "the CSV with a file of what its columns mean (CSVW)",
    "csv",
    files,
    quick=True,
    programs=True,
)
