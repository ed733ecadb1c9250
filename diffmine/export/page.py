"""Chosen patches with their notes as one static page: a folder that opens without a server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from diffmine.atlas.reader import Atlas
from diffmine.errors import UsageError
from diffmine.export import pictures
from diffmine.export.chosen import Chosen, Entry, entries, title
from diffmine.export.html import FOLDER, crop, document, filter_bar, foot, link, marked, searched
from diffmine.export.record import facts
from diffmine.words import records as words

_IMAGE = (480, 360)


def page(atlas: Atlas, chosen: Sequence[Chosen]) -> Iterator[tuple[str, bytes]]:
    """The files of the page by name: index.html, and for each patch its crop and its whole image.

    Raises UsageError without a patch.
    """
    if not chosen:
        raise UsageError("A page needs at least one patch.")
    found = entries(atlas, chosen)
    for patch in {entry.patch.patch_id: entry.patch for entry in found}.values():
        stem = f"{FOLDER}/{pictures.name(patch)}"
        yield f"{stem}.png", pictures.png(pictures.cut(atlas, patch))
        yield f"{stem}-image.webp", pictures.webp(pictures.boxed(atlas, patch, *_IMAGE))
    yield "index.html", document(title(atlas), _body(atlas, found))


def _body(atlas: Atlas, found: Sequence[Entry]) -> list[str]:
    count = "One patch" if len(found) == 1 else f"{len(found):,} patches"
    parts = [f"<h1>{escape(title(atlas))}</h1>", f"<p>{count}, chosen with diffmine.</p>"]
    parts += [f'<p class="warning">{escape(atlas.manifest.limits[0])}</p>'] * bool(
        atlas.manifest.limits
    )
    parts += ["<main>", filter_bar(found), *map(_article, found), "</main>"]
    parts += ["<h2>What typicality means here</h2>", f"<p>{marked(words.MEANING)}</p>"]
    return [*parts, foot(atlas)]


def _article(entry: Entry) -> str:
    patch = entry.patch
    whole = f"{FOLDER}/{pictures.name(patch)}-image.webp"
    alt = f"The whole image {patch.image_id}, the patch framed in red"
    rows = "\n".join(
        f"<dt>{escape(name)}</dt><dd>{link(text, address) if address else escape(text)}</dd>"
        for name, text, address in facts(patch, entry.record, entry.element)
    )
    note = f'<p class="note">{escape(entry.note)}</p>' if entry.note else ""
    pale = " pale" if words.noise(patch) else ""
    return (
        f'<article class="patch{pale}" {searched(entry)}>{crop(entry, "crop")}\n'
        f'<img src="{whole}" alt="{escape(alt)}" loading="lazy">\n'
        f"<div>{note}<h3>{escape(words.place(patch))}</h3><dl>{rows}</dl></div></article>"
    )
