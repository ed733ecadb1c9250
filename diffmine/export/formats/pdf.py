"""A figure as one PDF, whose text can be searched and selected."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from diffmine.export import figure
from diffmine.export.chosen import title
from diffmine.export.lettering import Font, font_file, shown
from diffmine.export.order import File, Format, Order
from diffmine.export.sheet import DPI, GREY, HEIGHT, WIDTH, Line

_POINT = 72 / DPI  # points in a pixel
_EPOCH = datetime(1980, 1, 1, tzinfo=UTC)  # a true time would change the bytes


class _Paper:
    """The pages of a PDF, the last of them drawn on; `folder` keeps fonts until it is written."""

    def __init__(self, folder: Path) -> None:
        from fpdf import FPDF  # half a second, which the other formats need not wait for

        # It would name on the screen every table of a font that no PDF needs.
        logging.getLogger("fontTools.subset").setLevel(logging.ERROR)
        self.pdf = FPDF(unit=_POINT, format=(WIDTH, HEIGHT))
        self.pdf.set_auto_page_break(False)
        self.pdf.set_margin(0)
        self.pdf.c_margin = 0
        self.pdf.set_text_shaping(True)
        self.pdf.set_creation_date(_EPOCH)
        self._folder = folder
        self._fonts: dict[str, str] = {}

    def picture(self, picture: Image.Image, left: int, top: int, alt: str) -> None:
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=95, subsampling=0)
        wide, high = picture.size
        self.pdf.image(out, left, top, wide, high, alt_text=alt)

    def text(self, line: Line, left: int, top: int) -> None:
        font = line.font
        self.pdf.set_font(self._family(font), size=line.size * _POINT)
        self.pdf.set_text_color(line.colour)
        # A cell of no height writes on a baseline 0.3 letters below; FPDF.text() shapes nothing.
        self.pdf.set_xy(left, top + line.ascent - 0.3 * line.size)
        self.pdf.cell(h=0, text=shown(line.text, font))

    def rule(self, left: int, right: int, top: int) -> None:
        self.pdf.set_draw_color(GREY)
        self.pdf.set_line_width(2)
        self.pdf.line(left, top, right, top)

    def _family(self, font: Font) -> str:
        path = font_file(font, self._folder)
        if path not in self._fonts:
            self._fonts[path] = f"font{len(self._fonts)}"
            self.pdf.add_font(self._fonts[path], fname=path)
        return self._fonts[path]


def as_pdf(order: Order) -> bytes:
    """The pages of the PNG figure with their texts as text, crops as JPEG of quality 95; the same
    order gives the same bytes. UsageError without a patch and with too many."""
    pages = figure.laid(order)
    with TemporaryDirectory() as folder:
        paper = _Paper(Path(folder))
        paper.pdf.set_title(title(order.atlas))
        paper.pdf.set_subject(figure.about(order.atlas))
        paper.pdf.set_creator("diffmine")
        for at, page in enumerate(pages, 1):
            paper.pdf.add_page()
            figure.draw(paper, order, page, f"{at} / {len(pages)}")
        return bytes(paper.pdf.output())


def files(order: Order) -> Iterator[File]:
    """The one file."""
    yield f"{order.name}.pdf", as_pdf(order)


FORMAT = Format(
    "Figure PDF",
    "the same with text that can be searched",
    "pdf",
    files,
    also="figure",
    count=figure.COUNT,
)
