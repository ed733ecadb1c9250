"""How an atlas was computed, what its numbers mean and whose its images are, as HTML."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any

from diffmine.atlas.reader import Atlas
from diffmine.export.chosen import Entry, credit_counts
from diffmine.export.html import link, marked, table
from diffmine.words import records as words
from diffmine.words.warnings import text

_MOST_CREDITS = 300


def about(atlas: Atlas) -> list[str]:
    """The part of the first page that explains."""
    limits = atlas.manifest.limits
    parts = ['<section id="about">', "<h2>What typicality means here</h2>"]
    parts.append(f"<p>{marked(words.MEANING)}</p>")
    if limits:
        parts += ["<h2>Limits</h2>", f"<ul>{''.join(f'<li>{escape(x)}</li>' for x in limits)}</ul>"]
    parts += [*_warnings(atlas), *_stages(atlas), *_credits(atlas), "</section>"]
    return parts


def _warnings(atlas: Atlas) -> list[str]:
    rows = [(escape(each.label), escape(text(each))) for each in atlas.warnings()]
    heads = ("Label", "Its most typical patches")
    return ["<h2>Signs of artefacts</h2>", table(heads, rows)] if rows else []


def _stages(atlas: Atlas) -> list[str]:
    config = atlas.manifest.config
    rows = [
        (name, said, escape(", ".join(f"{key} {_short(value)}" for key, value in
                                      config[name].items())))
        for name, said in words.STAGES.items()
        if name in config
    ]  # fmt: skip
    heads = ("Stage", "What it does", "How it was set")
    return ["<h2>How it was computed</h2>", table(heads, rows)] if rows else []


def _short(value: Any) -> str:
    return "–".join(map(str, value)) if isinstance(value, list) else str(value)


def _credits(atlas: Atlas) -> list[str]:
    counts = credit_counts(atlas)
    rows = [(escape(whose), escape(how), f"{n:,}") for whose, how, n in counts[:_MOST_CREDITS]]
    left = len(counts) - len(rows)
    more = f"<p>And {left:,} more; every page of a label names its own.</p>" if left else ""
    heads = ("Credit", "Licence", "Images")
    return ["<h2>Credits of the images</h2>", table(heads, rows), more] if rows else []


def images(entries: Iterable[Entry]) -> str:
    """Every image of a page once: whose it is, its licence and where it comes from."""
    records = {each.patch.image_id: each.record for each in entries}
    rows = [
        (escape(name), *_told(record), link(str(record.get("source_url") or "")))
        for name, record in records.items()
    ]
    heads = ("Image", "Year", "Credit", "Licence", "Source")
    said = f"{len(rows):,} images: credits, licences and sources"
    return f"<details><summary>{said}</summary>{table(heads, rows)}</details>"


def _told(record: dict[str, Any]) -> list[str]:
    return [escape(str(record.get(name) or "")) for name in ("year", "credit", "licence")]
