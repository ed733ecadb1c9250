"""A figure as pictures: one PNG for each page."""

from __future__ import annotations

from collections.abc import Iterator

from PIL import Image, ImageDraw

from diffmine.export import figure, pictures
from diffmine.export.chosen import title
from diffmine.export.order import File, Format, Order
from diffmine.export.sheet import DPI, GREY, HEIGHT, WIDTH, Line


class _Sheet:
    """A white page as a picture."""

    def __init__(self) -> None:
        self.paper = Image.new("RGB", (WIDTH, HEIGHT), "white")
        self._pen = ImageDraw.Draw(self.paper)

    def picture(self, picture: Image.Image, left: int, top: int, alt: str) -> None:
        self.paper.paste(picture, (left, top))

    def text(self, line: Line, left: int, top: int) -> None:
        self._pen.text((left, top), line.text, line.colour, line.font)

    def rule(self, left: int, right: int, top: int) -> None:
        self._pen.line([(left, top), (right, top)], fill=GREY, width=2)


def as_pngs(order: Order) -> Iterator[bytes]:
    """The pages; UsageError without a patch and with too many."""
    pages = figure.laid(order)
    told = {"Title": title(order.atlas), "Description": figure.about(order.atlas)}
    for at, page in enumerate(pages, 1):
        sheet = _Sheet()
        figure.draw(sheet, order, page, f"{at} / {len(pages)}")
        yield pictures.png(sheet.paper, dpi=DPI, told=told)


def files(order: Order) -> list[File]:
    """One page under the name of the order, several with their numbers."""
    pages = list(as_pngs(order))
    if len(pages) == 1:
        return [(f"{order.name}.png", pages[0])]
    return [(f"{order.name}-{at:02}.png", page) for at, page in enumerate(pages, 1)]


FORMAT = Format(
    "Figure PNG",
    "A4 pages for print, with credits",
    "png",
    files,
    also="figure",
    count=figure.COUNT,
)
