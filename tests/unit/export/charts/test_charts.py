"""A chart as CSV, SVG and PDF: its numbers, its texts, its curves where they belong."""

import csv
import io
import itertools
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import ImageFont

from diffmine.export.charts import KINDS, Curve, Curves, as_csv, as_pdf, as_svg
from diffmine.export.charts.curves import marked, ticks
from diffmine.export.lettering import font_file, font_for

CHART = Curves(
    title="Share of images that show fins – 1950s",
    across="year",
    up="share of images",
    names=("1950s", "1960s", "1970s", "1980s"),
    at=(1955.0, 1965.0, 1975.0, 1985.0),
    curves=(
        Curve(
            "=fins",
            (0.25, 0.5, None, 0.125),
            (0.1, 0.4, None, 0.0),
            (0.4, 0.6, None, 0.25),
            (12.5, 30.0, 0.2, 8.0),
        ),
        Curve("<grilles>", (0.0, 0.25, 0.5, 0.5)),
    ),
    share=True,
    foot="Cars by decade. CC0",
)
NS = "{http://www.w3.org/2000/svg}"


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_the_table_has_what_the_chart_shows() -> None:
    table = rows(as_csv(CHART))
    assert len(table) == 8
    assert table[0] == {
        "curve": "'=fins",  # a spreadsheet would take it for a formula
        "year": "1950s",
        "share of images": "0.25",
        "low": "0.1",
        "high": "0.4",
        "images": "12.5",
    }
    assert table[2]["share of images"] == table[2]["low"] == ""
    assert [row["share of images"] for row in table[4:]] == ["0", "0.25", "0.5", "0.5"]


def test_svg_has_curves_at_their_places_and_texts_as_text() -> None:
    root = ElementTree.fromstring(as_svg(CHART))
    texts = [node.text for node in root.iter(f"{NS}text")]
    assert CHART.title in texts
    assert CHART.foot in texts
    assert {"=fins", "<grilles>", "1950s", "1980s", "share of images"} <= set(texts)
    lines = [
        [tuple(map(float, pair.split(","))) for pair in node.attrib["points"].split()]
        for node in root.iter(f"{NS}polyline")
    ]
    curve = next(line for line in lines if len(line) == 4)  # the one without a gap
    xs, ys = zip(*curve, strict=True)
    steps = [right - left for left, right in itertools.pairwise(xs)]
    assert max(steps) - min(steps) < 0.05
    # Values 0, 1/4, 1/2, 1/2: heights over the first one's stand as 1 to 2 to 2.
    rises = [ys[0] - y for y in ys]
    assert rises[2] == pytest.approx(2 * rises[1], abs=0.05) == rises[3]
    zero = next(node for node in root.iter(f"{NS}text") if node.text == "0 %")
    assert float(zero.attrib["y"]) - 3.5 == pytest.approx(ys[0], abs=0.02)
    bands = [node for node in root.iter(f"{NS}polygon") if node.attrib["fill-opacity"] == "0.18"]
    assert len(bands) == 1, "two places joined; the third is alone"


def test_pdf_is_one_page_of_vectors_with_text_that_can_be_searched() -> None:
    from pypdf import PdfReader

    content = as_pdf(CHART)
    assert content == as_pdf(CHART)
    (page,) = PdfReader(io.BytesIO(content)).pages
    text = page.extract_text()
    for part in ("fins – 1950s", "share of images", "<grilles>", "20 %", "Cars by decade"):
        assert part in text
    assert not page.images
    assert (float(page.mediabox.width), float(page.mediabox.height)) == (720, 420)


def test_names_on_an_axis_never_touch() -> None:
    long = tuple(f"label number {number} with a long name, {'x' * 70}" for number in range(400))
    assert len(marked(long, 16, 110)) == 3, "cut, in lines of a third of the sheet"
    chart = Curves("t", "label", "v", long, (Curve("a", tuple(float(n) for n in range(400))),))
    root = ElementTree.fromstring(as_svg(chart))
    assert len(list(root.iter(f"{NS}text"))) < 80
    decades = tuple(f"{year}s" for year in range(1500, 2000, 10))
    shown = marked(decades, 16, 110)
    assert len(shown) <= 16
    assert shown[0] == 0
    assert len({right - left for left, right in itertools.pairwise(shown)}) == 1


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.0, 1.0, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (-0.01, 0.02, [-0.01, -0.005, 0, 0.005, 0.01, 0.015, 0.02]),
        (0.0, 26.4, [0, 5, 10, 15, 20, 25]),
        (3.0, 3.0, [3]),
    ],
)
def test_ticks_are_round(low: float, high: float, expected: list[float]) -> None:
    assert ticks(low, high) == pytest.approx(expected)


@pytest.mark.parametrize("kind", list(KINDS))
def test_nothing_known_is_no_error(kind: str) -> None:
    bare = replace(CHART, names=(), at=(), curves=())
    unknown = replace(CHART, curves=(Curve("a", (None,) * 4),), ordered=False)
    assert KINDS[kind](bare)
    assert KINDS[kind](unknown)
    assert not re.search(rb"nan|None", KINDS["svg"](unknown))


def test_very_many_names_without_an_order_are_all_drawn_from_the_highest_on() -> None:
    names = tuple(f"label number {number} with a long name" for number in range(400))
    curve = Curve("a", tuple(float(number) for number in range(400)))
    chart = Curves("t", "label", "v", names, (curve,), ordered=False)
    root = ElementTree.fromstring(as_svg(chart))
    assert len([one for one in root.iter() if one.tag.endswith(("polygon", "path"))]) >= 400
    texts = [one for one in root.iter(f"{NS}text") if "label number 399" in (one.text or "")]
    assert texts, "the highest is the first name of the axis"
    assert float(texts[0].get("x", 0)) > 40, "not cut by the edge of the sheet"
    assert "label number 0" in as_csv(chart).decode().splitlines()[1], "the table keeps its order"


def names_of(chart: Curves) -> list[str]:
    root = ElementTree.fromstring(as_svg(chart))
    return ["".join(one.itertext()) for one in root.iter(f"{NS}text")]


def chart_of(names: tuple[str, ...], **how: bool) -> Curves:
    return Curves("t", "label", "v", names, (Curve("a", (0.5,) * len(names)),), **how)  # type: ignore[arg-type]


@pytest.mark.parametrize("ordered", [True, False])
@pytest.mark.parametrize("count", [2, 7, 16, 40, 58])
def test_all_long_names_stand_on_the_axis(count: int, ordered: bool) -> None:
    names = tuple(f"Anstalt für Zeichnungen und Modelle {n}" for n in range(count))
    shown = " ".join(names_of(chart_of(names, ordered=ordered)))
    assert not [name for name in names if not re.search(rf"{name}(?!\d)", shown)]
    assert "are named" not in shown
    assert "…" not in shown


def test_names_that_are_left_out_are_counted() -> None:
    names = tuple(f"a name of some length, number {n}" for n in range(400))
    shown = names_of(chart_of(names))
    named = sum("of some length" in text for text in shown)
    assert 40 < named < 100
    assert f"label ({named} of 400 are named; the CSV names all)" in shown


def test_turned_names_lie_on_the_sheet_and_do_not_touch() -> None:
    from pypdf import PdfReader

    names = tuple(f"Sammlung der Entwürfe zu Bauten {n}" for n in range(30))
    chart = chart_of(names)
    root = ElementTree.fromstring(as_svg(chart))
    height = float(root.attrib["height"].removesuffix("pt"))
    turned = [one for one in root.iter(f"{NS}text") if "Sammlung" in (one.text or "")]
    tops = {float(one.attrib["y"]) for one in turned}
    assert len(turned) == 30
    assert len(tops) == 1
    room = ImageFont.truetype(str(font_file(font_for(names[0], 10), Path())), 10)
    lowest = max(tops) + max(map(room.getlength, names))
    across = next(one for one in root.iter(f"{NS}text") if one.text == "label")
    assert lowest < float(across.attrib["y"]) - 8 < height
    xs = sorted(float(one.attrib["x"]) for one in turned)
    assert min(right - left for left, right in itertools.pairwise(xs)) >= 10
    (page,) = PdfReader(io.BytesIO(as_pdf(chart))).pages
    assert float(page.mediabox.height) == pytest.approx(height, abs=0.1)
