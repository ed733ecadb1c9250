"""Chosen patches as a figure for print: A4 pages of 300 dots an inch, PNG or PDF.

Each patch stands enlarged over its label, score ± one standard error, rank, element and note, if
asked beside its whole image; whose the images are stands at the foot of their page.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence

from PIL import Image, ImageDraw

from diffmine.atlas.reader import Atlas
from diffmine.errors import UsageError
from diffmine.export import pictures
from diffmine.export.chosen import Chosen, entries, title
from diffmine.export.lettering import font_for
from diffmine.export.sheet import (
    BLACK,
    CROPS,
    DPI,
    GAP,
    GREY,
    HEAD,
    HEIGHT,
    LABEL,
    MARGIN,
    SMALL,
    WIDTH,
    WITH_IMAGES,
    Cell,
    Grid,
    Line,
    Page,
    pages,
    written,
)
from diffmine.version import __version__

MOST = 400


def as_pngs(atlas: Atlas, chosen: Sequence[Chosen], *, images: bool = False) -> list[bytes]:
    """One PNG for each page; `images` shows the whole image with the patch's box beside each.

    Raises UsageError without a patch and with more than MOST of them.
    """
    about = {"Title": title(atlas), "Description": _about(atlas)}
    return [pictures.png(page, dpi=DPI, **about) for page in _drawn(atlas, chosen, images)]


def as_pdf(atlas: Atlas, chosen: Sequence[Chosen], *, images: bool = False) -> bytes:
    """The same pages as one PDF of pictures (JPEG of quality 95)."""
    settings = {"title": title(atlas), "subject": _about(atlas), "creator": "diffmine"}
    # Page by page, of which one takes 26 MB: Pillow goes on with a PDF only in a true file.
    with tempfile.TemporaryFile() as file:
        for at, page in enumerate(_drawn(atlas, chosen, images)):
            more = {"append": True} if at else settings
            page.save(file, "PDF", resolution=DPI, quality=95, subsampling=0, **more)
        file.seek(0)
        return file.read()


def _about(atlas: Atlas) -> str:
    licence = atlas.manifest.licence.strip().removesuffix(".")
    made = f"Made with diffmine {__version__}"
    said = (title(atlas), licence, "± is one standard error", made)
    return ". ".join(part for part in said if part) + "."


def _drawn(atlas: Atlas, chosen: Sequence[Chosen], images: bool) -> Iterator[Image.Image]:
    if not chosen:
        raise UsageError("A figure needs at least one patch.")
    if len(chosen) > MOST:
        raise UsageError(
            f"A figure holds at most {MOST} patches, not {len(chosen):,}; take fewer, or html."
        )
    grid = WITH_IMAGES if images else CROPS
    laid = pages(entries(atlas, chosen), grid, _about(atlas))
    for at, page in enumerate(laid, 1):
        yield _page(atlas, page, grid, f"{at} / {len(laid)}")


def _page(atlas: Atlas, page: Page, grid: Grid, number: str) -> Image.Image:
    sheet = Image.new("RGB", (WIDTH, HEIGHT), "white")
    pen = ImageDraw.Draw(sheet)
    _write(pen, written(title(atlas), 2 * SMALL, BLACK, WIDTH - 2 * MARGIN, 1), MARGIN, MARGIN)
    top = MARGIN + HEAD
    for height, cells in page.rows:
        for at, cell in enumerate(cells):
            _draw(atlas, sheet, cell, grid, (MARGIN + at * (grid.wide + GAP), top))
        top += height
    foot = HEIGHT - MARGIN - sum(line.height for line in page.foot)
    pen.line([(MARGIN, foot - 14), (WIDTH - MARGIN, foot - 14)], fill=GREY, width=2)
    _write(pen, page.foot, MARGIN, foot)
    place = (WIDTH - MARGIN, HEIGHT - MARGIN)
    pen.text(place, number, GREY, font_for(number, SMALL), anchor="rb")
    return sheet


def _draw(
    atlas: Atlas, sheet: Image.Image, cell: Cell, grid: Grid, corner: tuple[int, int]
) -> None:
    left, top = corner
    patch = cell.entry.patch
    crop = pictures.enlarged(pictures.cut(atlas, patch), grid.side, grid.side)
    sheet.paste(pictures.framed(crop), corner)
    room = grid.wide - grid.side - 20
    if room > LABEL:
        whole = pictures.boxed(atlas, patch, room, grid.side)
        sheet.paste(whole, (left + grid.side + 20, top))
    _write(ImageDraw.Draw(sheet), cell.caption, left, top + grid.side + 14)


def _write(pen: ImageDraw.ImageDraw, lines: Sequence[Line], left: int, top: int) -> None:
    for line in lines:
        pen.text((left, top), line.text, line.colour, line.font)
        top += line.height
