"""A whole atlas as static pages: one for each label, and a first page that explains."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from diffmine.atlas.reader import Atlas
from diffmine.atlas.several import COLUMNS, counts_of
from diffmine.atlas.support import Supports
from diffmine.export import pictures
from diffmine.export.chosen import Chosen, Entry, element_rows, entries, listed
from diffmine.export.order import File, Lists
from diffmine.export.pages.about import about
from diffmine.export.pages.render import crop_name, document
from diffmine.words.elements import NO_SUPPORT, thin
from diffmine.words.warnings import doubts

CENTRAL = 6


@dataclass(frozen=True)
class Card:
    """A label on the first page: the file of its page, how much it has, its first patches."""

    file: str
    label: str
    counts: str
    first: Sequence[Entry]


@dataclass(frozen=True)
class Element:
    """An element: its row of elements.parquet, its name, its central patches, and whether it is
    thin, in words."""

    row: dict[str, Any]
    name: str
    central: Sequence[Entry]
    thin: str


def site(atlas: Atlas, lists: Lists) -> Iterator[File]:
    """The files of the pages by name: for each label its patches, and its elements by their six
    central patches."""
    files = [(_name(at), label) for at, label in enumerate(lists.labels)]
    images_of = counts_of(atlas.table("images", COLUMNS))
    cards, seen = [], set[str]()
    for at, (file, label) in enumerate(files):
        wall = entries(atlas, listed(atlas, [label], lists.kind, lists.count))
        elements = _elements(atlas, label)
        shown = [*wall, *(entry for element in elements for entry in element.central)]
        yield from _pictures(atlas, shown, seen)
        counted = f"{images_of.get(label, 0):,} images, {atlas.count(label, lists.kind):,} patches"
        counted += f", {len(elements):,} elements" if elements else ""
        card = Card(file, label, counted, wall[:CENTRAL])
        page = {
            "card": card,
            "before": files[at - 1] if at else None,
            "after": files[at + 1] if at + 1 < len(files) else None,
            # Warnings are of the top patches; nothing is known of the others.
            "doubts": doubts(atlas, label) if lists.kind == "top" else [],
            "kind": lists.kind,
            "wall": wall,
            "elements": elements,
            "records": {element.patch.image_id: element.record for element in shown},
        }
        yield file, document("label.html", atlas, **page)
        cards.append(card)
    yield "index.html", document("index.html", atlas, cards=cards, **about(atlas))


def _name(at: int) -> str:
    return f"label-{at + 1:02}.html"


def _elements(atlas: Atlas, label: str) -> list[Element]:
    rows = [row for row in element_rows(atlas) if row["label"] == label]
    names = [[p.patch_id for p in atlas.element(label, r["element"], CENTRAL)] for r in rows]
    central = iter(entries(atlas, [Chosen(name) for them in names for name in them]))
    supports = Supports(atlas).of(label)
    elements = []
    for row, them in zip(rows, names, strict=True):
        shown = list(islice(central, len(them)))
        name = shown[0].element if shown else f"Element {row['rank']}"
        support = supports.get(row["element"], NO_SUPPORT)
        elements.append(Element(row, name, shown, thin(support)))
    return elements


def _pictures(atlas: Atlas, shown: Sequence[Entry], seen: set[str]) -> Iterator[File]:
    for entry in shown:
        name = crop_name(entry)
        if name not in seen:
            seen.add(name)
            yield name, pictures.png(pictures.seen(atlas, entry.patch), told=pictures.about(entry))
