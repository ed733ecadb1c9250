"""HTML that holds other people's words as text: escaped, without a request, without a server."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
from functools import cache
from html import escape
from importlib.resources import files

from diffmine.atlas.reader import Atlas
from diffmine.export import pictures
from diffmine.export.chosen import Entry, title
from diffmine.version import __version__
from diffmine.words import records as words

GENERATOR = '<meta name="generator" content="diffmine">'
FOLDER = "pictures"


@cache
def _asset(name: str) -> str:
    return (files("diffmine.export") / name).read_text("utf-8")


def _allowed(content: str) -> str:
    digest = hashlib.sha256(content.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def document(heading: str, body: Iterable[str]) -> bytes:
    """A whole page. Its policy lets run this style and this script, and nothing that came with
    the data, should any of it ever stand there as more than text."""
    style, script = _asset("page.css"), _asset("page.js")
    policy = (
        f"default-src 'none'; img-src 'self' file: data:; style-src {_allowed(style)}; "
        f"script-src {_allowed(script)}; base-uri 'none'; form-action 'none'"
    )
    head = [
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="referrer" content="no-referrer">',
        GENERATOR,
        f"<title>{escape(heading)}</title>",
        f"<style>{style}</style>",
    ]
    parts = ["<!doctype html>", '<html lang="en">', "<head>", *head, "</head>", "<body>"]
    parts += [*body, f"<script>{script}</script>", "</body>", "</html>", ""]
    return "\n".join(parts).encode()


def link(text: str, address: str = "") -> str:
    """A text, linked where the address is one of the web."""
    web = words.web_address(address or text)
    if not web:
        return escape(text)
    return f'<a href="{escape(web)}" rel="noopener noreferrer">{escape(text)}</a>'


def marked(text: str) -> str:
    """A text of ours, in which ** and * mark what is strong and what is stressed."""
    found = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", escape(text.strip()))
    return re.sub(r"\*(.+?)\*", r"<em>\1</em>", found)


def crop(entry: Entry, kind: str = "") -> str:
    """The picture of a patch with what it shows in words."""
    patch = entry.patch
    return (
        f'<img{kind and f" class={kind!r}"} src="{FOLDER}/{pictures.name(patch)}.png" '
        f'alt="{escape(words.alt(patch))}" title="{escape(words.alt(patch))}" '
        f'width="{patch.size}" height="{patch.size}" loading="lazy">'
    )


def searched(entry: Entry) -> str:
    """The attributes by which the filter finds a patch."""
    patch = entry.patch
    told = (patch.label, patch.image_id, entry.element, entry.note, entry.record.get("credit"))
    return f'data-words="{escape(" ".join(str(each) for each in told if each).lower())}"'


def filter_bar(entries: Sequence[Entry]) -> str:
    """A field that hides what does not match; it shows itself where scripts run."""
    some = any(words.noise(each.patch) for each in entries)
    pale = '<label{}><input type="checkbox"> hide what is inside the noise</label>'
    return (
        '<form class="filter" hidden><input type="search" aria-label="Filter" placeholder="Filter">'
        f'{pale.format("" if some else " hidden")}<output class="soft"></output></form>'
    )


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; its cells are HTML."""
    head = "".join(f"<th>{escape(each)}</th>" for each in heads)
    body = "\n".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f'<div class="table"><table><tr>{head}</tr>\n{body}\n</table></div>'


def foot(atlas: Atlas) -> str:
    """What stands below every page: limits, source, licence, citation."""
    manifest = atlas.manifest
    told = [f"{escape(title(atlas))}. {escape(manifest.description)}"]
    told += [f"Limits: {escape(' '.join(manifest.limits))}"] if manifest.limits else []
    named = (("Source", manifest.source), ("Licence", manifest.licence))
    told += [f"{name}: {link(text)}" for name, text in named if text]
    told += [f"Cite as: {escape(manifest.citation)}"] if manifest.citation else []
    told.append(f"Made with diffmine {__version__}. After ± stands one standard error.")
    return "<footer>" + "\n".join(f"<p>{each}</p>" for each in told) + "</footer>"
