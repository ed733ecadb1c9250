"""Chosen patches with their notes as one static page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from diffmine.atlas.reader import Atlas
from diffmine.errors import UsageError
from diffmine.export import pictures
from diffmine.export.chosen import Chosen, entries
from diffmine.export.order import File
from diffmine.export.pages.render import crop_name, document, image_name
from diffmine.export.record import facts

_IMAGE = (480, 360)


def basket(atlas: Atlas, chosen: Sequence[Chosen]) -> Iterator[File]:
    """The files of the page by name: index.html, and for each patch its crop and its whole image.

    Raises UsageError without a patch.
    """
    if not chosen:
        raise UsageError("A page needs at least one patch.")
    shown = entries(atlas, chosen)
    for entry in {entry.patch.patch_id: entry for entry in shown}.values():
        told = pictures.about(entry)
        yield crop_name(entry), pictures.png(pictures.seen(atlas, entry.patch), told=told)
        yield image_name(entry), pictures.webp(pictures.boxed(atlas, entry.patch, *_IMAGE), told)
    rows = [(entry, facts(entry.patch, entry.record, entry.element_line)) for entry in shown]
    yield "index.html", document("basket.html", atlas, entries=shown, told=rows)
