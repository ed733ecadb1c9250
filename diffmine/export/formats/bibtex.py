"""The images of chosen patches as BibTeX, in UTF-8: `@misc`, which every style has."""

from __future__ import annotations

from collections.abc import Iterator

from diffmine.export.chosen import entries
from diffmine.export.cited import Work, works
from diffmine.export.order import File, Format, Order

# Braces are counted in a field even after a backslash, so they are written by their names.
_TEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{letter: f"\\{letter}" for letter in "&%$#_"},
    }
)
_URL = str.maketrans({"{": "%7B", "}": "%7D", "\\": "%5C", " ": "%20"})


def as_bibtex(order: Order) -> str:
    """An entry for each image and one for the atlas; titles and names stand as they are written,
    whatever a style makes of letters and names."""
    return "\n".join(
        _entry(work) for work in works(order.atlas, entries(order.atlas, order.chosen))
    )


def _entry(work: Work) -> str:
    where = ", ".join(part for part in (work.holder, work.identifier) if part)
    fields = {
        "title": f"{{{_tex(work.title)}}}",
        "author": f"{{{_tex(work.creator)}}}" if work.creator else "",
        "year": _tex(work.date),
        "howpublished": _tex(where),
        "url": work.address.translate(_URL),
        "note": _tex(work.note),
    }
    lines = [f"  {name} = {{{text}}}" for name, text in fields.items() if text]
    return f"@misc{{{work.key},\n" + ",\n".join(lines) + "\n}\n"


def _tex(text: str) -> str:
    """A text as TeX prints it."""
    return text.translate(_TEX)


def files(order: Order) -> Iterator[File]:
    """The one file."""
    yield f"{order.name}.bib", as_bibtex(order).encode()


FORMAT = Format(
    "Citations (BibTeX)",
    "the images as citations for LaTeX",
    "bib",
    files,
    quick=True,
    programs=True,
)
