"""The pens of a chart, and its numbers as a table."""

from __future__ import annotations

import csv
import io
import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.sax.saxutils import escape

from diffmine.export.charts.curves import Curves, Number
from diffmine.export.charts.drawing import WIDTH, Point, Side, draw, height_of
from diffmine.export.lettering import font_file, font_for, shown
from diffmine.words.records import cell

_EPOCH = datetime(1980, 1, 1, tzinfo=UTC)  # a true time would change the bytes
_FAMILY = "'DejaVu Sans', 'Noto Sans', 'Liberation Sans', Arial, sans-serif"


def as_csv(chart: Curves) -> bytes:
    """A row for each curve and place, in UTF-8 with a byte order mark, as spreadsheets want it; no
    cell is a formula. Where nothing is known a cell is empty."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["curve", chart.across, chart.up, "low", "high", "images"])
    for curve in chart.curves:
        for at, name in enumerate(chart.names):
            columns = (curve.values, curve.low, curve.high, curve.images)
            numbers = [_written(column[at]) if column else "" for column in columns]
            writer.writerow([cell(curve.name), cell(name), *numbers])
    return out.getvalue().encode("utf-8-sig")


def _written(value: Number) -> str:
    return "" if value is None else f"{value:.6g}"


class _Svg:
    """Writes SVG, its texts as text."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def path(
        self, points: Sequence[Point], colour: str, width: float, dash: tuple[int, ...]
    ) -> None:
        dashes = f' stroke-dasharray="{" ".join(map(str, dash))}"' if dash else ""
        self.parts.append(
            f'<polyline points="{_joined(points)}" fill="none" stroke="{colour}" '
            f'stroke-width="{width}"{dashes}/>'
        )

    def surface(self, points: Sequence[Point], colour: str, opacity: float) -> None:
        self.parts.append(
            f'<polygon points="{_joined(points)}" fill="{colour}" fill-opacity="{opacity}"/>'
        )

    def text(self, text: str, at: Point, size: int, colour: str, side: Side, turned: bool) -> None:
        x, y = (f"{number:.2f}" for number in at)
        turn = f' transform="rotate(-90 {x} {y})"' if turned else ""
        self.parts.append(
            f'<text x="{x}" y="{y}" font-size="{size}" fill="{colour}" text-anchor="{side}"{turn}>'
            f"{escape(text)}</text>"
        )


def _joined(points: Sequence[Point]) -> str:
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in points)


def as_svg(chart: Curves) -> bytes:
    """The chart as SVG of 720 x 420 points, higher where long names are turned; the same chart
    gives the same bytes."""
    pen, height = _Svg(), f"{height_of(chart):g}"
    draw(pen, chart)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH:g}pt" height="{height}pt" '
            f'viewBox="0 0 {WIDTH:g} {height}" font-family="{_FAMILY}" role="img">',
            f"<title>{escape(chart.title)}</title>",
            f'<rect width="{WIDTH:g}" height="{height}" fill="#ffffff"/>',
            *pen.parts,
            "</svg>\n",
        ]
    ).encode()


class _Pdf:
    """Draws on a page of PDF; `folder` holds fonts until it is written."""

    def __init__(self, folder: Path, height: float) -> None:
        from fpdf import FPDF  # half a second, which the other formats need not wait for

        # It would name on the screen every table of a font that no PDF needs.
        logging.getLogger("fontTools.subset").setLevel(logging.ERROR)
        self.pdf = FPDF(unit="pt", format=(WIDTH, height))
        self.pdf.set_auto_page_break(False)
        self.pdf.set_margin(0)
        self.pdf.c_margin = 0
        self.pdf.set_text_shaping(True)
        self.pdf.set_creation_date(_EPOCH)
        self.pdf.set_creator("diffmine")
        self.pdf.add_page()
        self._folder = folder
        self._fonts: dict[str, str] = {}

    def path(
        self, points: Sequence[Point], colour: str, width: float, dash: tuple[int, ...]
    ) -> None:
        with self.pdf.local_context():
            self.pdf.set_draw_color(colour)
            self.pdf.set_line_width(width)
            if dash:
                self.pdf.set_dash_pattern(*(float(number) for number in dash[:2]))
            self.pdf.polyline(list(points))

    def surface(self, points: Sequence[Point], colour: str, opacity: float) -> None:
        with self.pdf.local_context(fill_opacity=opacity):
            self.pdf.set_fill_color(colour)
            self.pdf.polygon(list(points), style="F")

    def text(self, text: str, at: Point, size: int, colour: str, side: Side, turned: bool) -> None:
        if not text:
            return
        font = font_for(text, size)
        path = font_file(font, self._folder)
        if path not in self._fonts:
            self._fonts[path] = f"font{len(self._fonts)}"
            self.pdf.add_font(self._fonts[path], fname=path)
        self.pdf.set_font(self._fonts[path], size=size)
        self.pdf.set_text_color(colour)
        text = shown(text, font)
        shift = {"start": 0.0, "middle": 0.5, "end": 1.0}[side] * self.pdf.get_string_width(text)
        with self.pdf.rotation(90 if turned else 0, *at):
            # A cell of no height writes on a baseline 0.3 letters below; text() shapes nothing.
            self.pdf.set_xy(at[0] - shift, at[1] - 0.3 * size)
            self.pdf.cell(h=0, text=text)


def as_pdf(chart: Curves) -> bytes:
    """The chart as a page of PDF, 720 x 420 points or higher, its texts as text; the same chart
    gives the same bytes."""
    with TemporaryDirectory() as folder:
        pen = _Pdf(Path(folder), height_of(chart))
        pen.pdf.set_title(chart.title)
        draw(pen, chart)
        return bytes(pen.pdf.output())


KINDS: dict[str, Callable[[Curves], bytes]] = {"csv": as_csv, "svg": as_svg, "pdf": as_pdf}
"""The kinds of files by their endings."""
