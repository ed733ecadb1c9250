"""The canvases of manifests as the rows of a table: their metadata are its columns."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from diffmine.data.canvas import Canvas
from diffmine.data.iiif import texts
from diffmine.data.iiif.pages import Manifest, Page
from diffmine.data.iiif.painting import Painting, Wanted
from diffmine.data.sources.facts import FACTS
from diffmine.data.sources.headings import HEADINGS
from diffmine.data.tables.table import LIST, Table, folded

FILE = "file_name"
OWN = ("manifest", "canvas", "collection", "manifest_id", "canvas_id")
"""Columns that every table has, beside those of the metadata."""
_PART = re.compile(r"[^\w.-]+")
_LAST = ("manifest", "manifest.json", "info.json", "canvas", "")
_ENDINGS = {"image/png": ".png", "image/tiff": ".tif", "image/webp": ".webp", "image/gif": ".gif",
            "image/jp2": ".jp2"}  # fmt: skip


@dataclass
class Pictures:
    """The rows of pictures, and each picture by the name that its row has for it."""

    rows: list[dict[str, str]]
    paintings: dict[str, Painting]
    refused: list[tuple[str, str]]
    columns: dict[str, str]
    """The name of each column by what of it counts."""

    def table(self, name: str) -> Table:
        """The table of the rows, without columns that are empty."""
        filled = {name for row in self.rows for name, text in row.items() if text}
        names = tuple(name for name in self.columns.values() if name in filled)
        rows = tuple({name: row.get(name, "") for name in names} for row in self.rows)
        return Table(Path(name), names, rows, address=name)


def pictures_of(manifests: list[tuple[Manifest, str]], wanted: Wanted) -> Pictures:
    """The pictures of all canvases of some manifests, each with the labels of its collections."""
    own = [FILE, *OWN, *FACTS, "date"]
    pictures = Pictures([], {}, [], {folded(name): name for name in own})
    for manifest, path in manifests:
        folder = name_of(manifest.address or manifest.label, manifest.address or manifest.label)
        if not manifest.pages:
            pictures.refused.append((folder, texts.EMPTY))
        tails = [_tail(page.address) for page in manifest.pages]
        for page, tail in zip(manifest.pages, tails, strict=True):
            last = tail if tails.count(tail) == 1 else name_of(page.address, page.address)
            _add(pictures, manifest, page, f"{folder}/{last}", path, wanted)
    return pictures


def _add(
    pictures: Pictures, manifest: Manifest, page: Page, name: str, path: str, wanted: Wanted
) -> None:
    if page.reason:
        pictures.refused.append((name, page.reason))
    for number, image in enumerate(page.images, start=1):
        ending = _ENDINGS.get(image.media, ".jpg") if image.service is None else ".jpg"
        own = f"{name}{f'-{number}' if len(page.images) > 1 else ''}{ending}"
        canvas = Canvas(page.address, page.width, page.height, image.box)
        pictures.paintings[own] = Painting(image, canvas, wanted)
        row = dict(_cells(pictures.columns, manifest, page, path))
        pictures.rows.append(row | {FILE: own})


def _cells(
    columns: dict[str, str], manifest: Manifest, page: Page, path: str
) -> Iterator[tuple[str, str]]:
    """The cells of a canvas: what it says itself stands before what its manifest says."""
    cells = _metadata(columns, manifest) | _metadata(columns, page)
    facts = {name: text for name, text in manifest.facts.items() if text}
    facts |= {name: text for name, text in page.facts.items() if text}
    for name, known in FACTS.items():
        words = (*known, *HEADINGS.get(name, ()))
        named = (cells.get(columns.get(folded(one), "")) for one in words)
        if text := next(filter(None, named), "") or facts.get(name, ""):
            cells[name] = text
    for name in ("rights", "attribution", "source_url"):  # properties say them better
        cells |= {name: facts[name]} if name in facts else {}
    cells.setdefault("source_url", manifest.address)
    dated = ("date", "date_created", *HEADINGS["date"])
    if not any(cells.get(columns.get(folded(one), "")) for one in dated):
        cells["date"] = facts.get("date", "")
    own = (manifest.label, page.label, path, manifest.address, page.address)
    yield from (cells | dict(zip(OWN, own, strict=True))).items()


def _metadata(columns: dict[str, str], of: Manifest | Page) -> dict[str, str]:
    """Metadata by the names of their columns; values under one label are several of a cell."""
    cells: dict[str, str] = {}
    for label, value in of.pairs:
        key = folded(label)
        if key in _RESERVED:
            label, key = f"{label} (metadata)", f"{key}metadata"
        name = columns.setdefault(key, label)
        values = [*filter(None, cells.get(name, "").split(LIST)), value]
        cells[name] = LIST.join(dict.fromkeys(values))
    return cells


_RESERVED = {folded(name) for name in (FILE, *OWN)}


def name_of(address: str, unique: str) -> str:
    """A name for an address that no other has: its last words, and a digest of all of it."""
    digest = hashlib.sha256(unique.encode()).hexdigest()[:8]
    tail = _tail(address)
    return f"{tail}-{digest}" if tail else digest


def _tail(address: str) -> str:
    """The last part of an address that says anything."""
    try:
        parts = urlsplit(address).path.split("/")
    except ValueError:
        parts = []
    last = next((part for part in reversed(parts) if part.lower() not in _LAST), "")
    last = last.removesuffix(".json")
    return _PART.sub("_", last).strip("._")[:60]
