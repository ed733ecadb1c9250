"""Chosen patches as a figure for print: A4 pages of 300 dots an inch, drawn by any pen.

Each patch stands enlarged over its label, score ± one standard error, rank, element and note, if
asked beside its whole image; whose the images are stands at the foot of their page.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from PIL import Image

from diffmine.atlas.reader import Atlas
from diffmine.errors import UsageError
from diffmine.export import pictures
from diffmine.export.chosen import entries, title
from diffmine.export.order import Order
from diffmine.export.sheet import (
    BLACK,
    GAP,
    GREY,
    HEAD,
    HEIGHT,
    LABEL,
    MARGIN,
    SMALL,
    WIDTH,
    Cell,
    Grid,
    Line,
    Page,
    filled,
    written,
)
from diffmine.version import __version__
from diffmine.words import records as words

MOST = 400
COUNT = 20  # patches of each label where nobody says how many


@runtime_checkable
class Pen(Protocol):
    """What draws on a page. Lengths are pixels of 300 dots an inch, from the top left corner."""

    def picture(self, picture: Image.Image, left: int, top: int, alt: str) -> None:
        """A picture, a pixel for a pixel; `said` is what a screen reader says of it."""

    def text(self, line: Line, left: int, top: int) -> None:
        """A line of text; `top` is the ascender of its font."""

    def rule(self, left: int, right: int, top: int) -> None:
        """A thin grey line across."""


def about(atlas: Atlas, *, errors: bool = True) -> str:
    """What stands at the foot of every page: title, licence, what ± means (`errors`), what made
    it."""
    licence = atlas.manifest.licence.strip().removesuffix(".")
    credit = f"Made with diffmine {__version__}"
    foot = (title(atlas), licence, "± is one standard error" if errors else "", credit)
    return ". ".join(part for part in foot if part) + "."


def laid(order: Order) -> list[Page]:
    """The pages of a figure; UsageError without a patch and with more than MOST of them."""
    if not order.chosen:
        raise UsageError("A figure needs at least one patch.")
    if len(order.chosen) > MOST:
        raise UsageError(
            f"A figure holds at most {MOST} patches, not {len(order.chosen):,}; "
            "take fewer, or html."
        )
    shown = entries(order.atlas, order.chosen)
    return filled(shown, about(order.atlas), images=order.images)


def draw(pen: Pen, order: Order, page: Page, number: str) -> None:
    """Draw a page with its number, as `2 / 5`."""
    grid = page.grid
    heading = written(title(order.atlas), 2 * SMALL, BLACK, WIDTH - 2 * MARGIN, 1)
    _write(pen, heading, MARGIN, MARGIN)
    top = MARGIN + HEAD
    for height, cells in page.rows:
        for at, cell in enumerate(cells):
            _cell(pen, order, cell, grid, (MARGIN + at * (grid.wide + GAP), top))
        top += height
    foot = HEIGHT - MARGIN - sum(line.height for line in page.foot)
    pen.rule(MARGIN, WIDTH - MARGIN, foot - 14)
    _write(pen, page.foot, MARGIN, foot)
    for line in written(number, SMALL, GREY, WIDTH, 1):
        left = WIDTH - MARGIN - round(line.font.getlength(number))
        pen.text(line, left, HEIGHT - MARGIN - line.tall)


def _cell(pen: Pen, order: Order, cell: Cell, grid: Grid, corner: tuple[int, int]) -> None:
    left, top = corner
    patch, atlas = cell.entry.patch, order.atlas
    crop = pictures.enlarged(pictures.seen(atlas, patch), grid.side, grid.side)
    pen.picture(pictures.framed(crop), left, top, words.alt(patch))
    room = grid.wide - grid.side - 20
    if order.images and room > LABEL:
        whole = pictures.boxed(atlas, patch, room, grid.side)
        pen.picture(whole, left + grid.side + 20, top, words.framed(patch))
    _write(pen, cell.caption, left, top + grid.side + 14)


def _write(pen: Pen, lines: Sequence[Line], left: int, top: int) -> None:
    for line in lines:
        pen.text(line, left, top)
        top += line.height
