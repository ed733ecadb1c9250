"""A whole atlas as static pages: one for each label, and a first page that explains.

The folder opens without a server, asks nobody for anything and can be read without scripts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import islice
from typing import Any

from diffmine.atlas.reader import Atlas
from diffmine.atlas.several import COLUMNS, counts_of
from diffmine.export import pictures
from diffmine.export.about import about, images
from diffmine.export.chosen import Chosen, Entry, element_rows, entries, listed, title
from diffmine.export.html import FOLDER, crop, document, filter_bar, foot, searched
from diffmine.words import records as words
from diffmine.words.warnings import text

CENTRAL = 6

File = tuple[str, bytes]
Element = tuple[dict[str, Any], list[Entry]]


def site(atlas: Atlas, labels: Sequence[str], kind: str, count: int) -> Iterator[File]:
    """The files of the pages by name: for each label the first `count` patches of a kind, and its
    elements by their six central patches."""
    images_of = counts_of(atlas.table("images", COLUMNS))
    cards, seen = [], set[str]()
    for at, label in enumerate(labels):
        wall = entries(atlas, listed(atlas, [label], kind, count))
        elements = _elements(atlas, label)
        shown = [*wall, *(entry for _, them in elements for entry in them)]
        yield from _pictures(atlas, shown, seen)
        said = f"{images_of.get(label, 0):,} images, {atlas.count(label, kind):,} patches"
        said += f", {len(elements):,} elements" if elements else ""
        parts = [_nav(labels, at), f"<h1>{escape(label)}</h1>"]
        parts += [
            f'<p class="soft">{escape(title(atlas))}: {said}.</p>',
            *_warnings(atlas, label, kind),
        ]
        parts += ["<main>", *_wall(wall, kind), *_rows(elements), "</main>"]
        yield _name(at), document(f"{label} – {title(atlas)}", [*parts, images(shown), foot(atlas)])
        cards.append(_card(_name(at), label, said, wall[:CENTRAL]))
    yield "index.html", document(title(atlas), _first(atlas, cards))


def _name(at: int) -> str:
    return f"label-{at + 1:02}.html"


def _first(atlas: Atlas, cards: list[str]) -> list[str]:
    manifest = atlas.manifest
    parts = [f"<h1>{escape(title(atlas))}</h1>", f"<p>{escape(manifest.description)}</p>"]
    parts += [f'<p class="warning">{escape(each)}</p>' for each in manifest.limits[:1]]
    parts += ['<main><section class="cards">', *cards, "</section>", *about(atlas), "</main>"]
    return [*parts, foot(atlas)]


def _card(name: str, label: str, said: str, six: Sequence[Entry]) -> str:
    tiles = "".join(map(crop, six))
    heading = f'<h3><a href="{name}">{escape(label)}</a></h3>'
    return (
        f'<div class="card">{heading}<div class="six">{tiles}</div><p class="soft">{said}</p></div>'
    )


def _nav(labels: Sequence[str], at: int) -> str:
    links = ['<a href="index.html">All labels</a>']
    if at:
        links.append(f'<a href="{_name(at - 1)}" rel="prev">‹ {escape(labels[at - 1])}</a>')
    if at + 1 < len(labels):
        links.append(f'<a href="{_name(at + 1)}" rel="next">{escape(labels[at + 1])} ›</a>')
    return f"<nav>{''.join(links)}</nav>"


def _warnings(atlas: Atlas, label: str, kind: str) -> list[str]:
    """What the top patches have too much in common; nothing is known of the others."""
    if kind != "top":
        return []
    return [f'<p class="warning">⚠ {escape(text(each))}.</p>' for each in atlas.warnings(label)]


def _wall(wall: Sequence[Entry], kind: str) -> list[str]:
    figures = list(map(_figure, wall))
    heading = f"<h2>{words.KINDS[kind].capitalize()} patches</h2>"
    if not figures:
        return [heading, "<p>There are none.</p>"]
    return [heading, filter_bar(wall), '<div class="wall">', *figures, "</div>"]


def _figure(entry: Entry) -> str:
    patch = entry.patch
    pale = ' class="pale"' if words.noise(patch) else ""
    score = f"<b>{patch.rank:,}</b> <span>{words.score(patch.typicality, patch.se)}</span>"
    return f"<figure{pale} {searched(entry)}>{crop(entry)}<figcaption>{score}</figcaption></figure>"


def _elements(atlas: Atlas, label: str) -> list[Element]:
    rows = [row for row in element_rows(atlas) if row["label"] == label]
    names = [[p.patch_id for p in atlas.element(label, r["element"], CENTRAL)] for r in rows]
    central = iter(entries(atlas, [Chosen(name) for them in names for name in them]))
    return [(row, list(islice(central, len(them)))) for row, them in zip(rows, names, strict=True)]


def _rows(elements: list[Element]) -> list[str]:
    parts = []
    for row, central in elements:
        name = central[0].element if central else f"Element {row['rank']}"
        told = f"{row['size']:,} patches, median typicality {words.score(row['median'])}"
        told += ", mixed" if row["mixed"] else ""
        parts.append(
            f'<div class="element"><div><h3>{escape(name)}</h3>'
            f'<span class="soft">{told}</span></div>'
            f'<div class="six">{"".join(map(crop, central))}</div></div>'
        )
    return ["<h2>Elements, each by its central patches</h2>", *parts] if parts else []


def _pictures(atlas: Atlas, shown: Sequence[Entry], seen: set[str]) -> Iterator[File]:
    for entry in shown:
        name = f"{FOLDER}/{pictures.name(entry.patch)}.png"
        if name not in seen:
            seen.add(name)
            yield name, pictures.png(pictures.cut(atlas, entry.patch))
