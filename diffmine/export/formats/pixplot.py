"""Chosen patches as a folder that PixPlot lays out: pictures, and a table of what is known of them.

PixPlot (Yale DHLab) takes `--images "images/*.jpg" --metadata metadata.csv`, whose columns are
filename, category, tags (between `|`), description, permalink and year.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from diffmine.export import pictures
from diffmine.export.chosen import Entry, entries, title
from diffmine.export.order import File, Format, Order, marked
from diffmine.words import records as words

COLUMNS = ("filename", "category", "tags", "description", "permalink", "year")
_MARK = b"<!-- diffmine: pixplot -->"
_ABOUT = """{mark}
# {title}: patches for PixPlot

    pixplot --images "images/*.jpg" --metadata metadata.csv

The category of a picture is its label; its tags are the label and the element.
"""


def files(order: Order) -> Iterator[File]:
    """A note on how to use it, the table, and a JPEG of each patch."""
    shown = entries(order.atlas, order.chosen)
    about = _ABOUT.format(mark=_MARK.decode(), title=title(order.atlas))
    yield "index.md", about.encode()
    yield "metadata.csv", table(shown).encode()
    for entry in shown:
        picture = pictures.seen(order.atlas, entry.patch)
        yield f"images/{file_of(entry)}", pictures.jpeg(picture, pictures.about(entry))


def file_of(entry: Entry) -> str:
    """The name of a patch's picture."""
    return f"{pictures.name(entry.patch)}.jpg"


def table(shown: list[Entry]) -> str:
    """The metadata as CSV; `year` is empty where none is known."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for entry in shown:
        patch, record = entry.patch, entry.record
        tags = [patch.label, f"{entry.element} ({patch.label})" if entry.element else ""]
        score = words.score(patch.typicality, patch.se)
        told = [words.place(patch), f"typicality {score}", words.credit(record), entry.note]
        writer.writerow(
            [
                file_of(entry),
                patch.label,
                "|".join(tag.replace("|", "/") for tag in tags if tag),
                ". ".join(text for text in told if text),
                words.web_address(record.get("source_url")),
                record["year"] if record["year"] is not None else "",
            ]
        )
    return out.getvalue()


FORMAT = Format(
    "PixPlot (zip)",
    "a folder of pictures with the table that PixPlot reads",
    "md",
    files,
    count=500,
    ours=marked("index.md", _MARK),
    programs=True,
)
