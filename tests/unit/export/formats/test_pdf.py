"""The figure as a PDF: its texts are text, its bytes are always the same."""

import io
import re

import pypdf
import pytest

from diffmine.atlas.reader import Atlas
from diffmine.export import figure, lettering
from diffmine.export.chosen import Chosen, entries, listed
from diffmine.export.figure import laid as laid_out
from diffmine.export.formats.pdf import as_pdf
from diffmine.export.order import Order
from diffmine.words import records as words


def read(content: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(content), strict=True)


def text_of(content: bytes, *pages: int) -> str:
    """All words of a PDF or of some pages of it, one space between them."""
    found = read(content).pages
    text = " ".join(found[at].extract_text() for at in pages or range(len(found)))
    # pypdf reads the two bytes of a character in a font of Chinese as two characters.
    return " ".join(text.replace("\0", "").split())


def test_what_stands_there_can_be_searched(atlas: Atlas) -> None:
    chosen = [Chosen("1900-top-0010", "office, profile; 100 % ünï"), Chosen("Ж 年-top-0001")]
    found = text_of(as_pdf(Order(atlas, chosen)))
    patch = atlas.patch("1900-top-0010")
    for told in (
        "Shapes by decade",
        "[1] 1900",
        words.score(patch.typicality, patch.se),
        "Most typical, rank 10",
        "office, profile; 100 % ünï",
        "[2] Ж",
        "A. Maker, CC0-1.0, https://example.org/",
        "± is one standard error. Made with diffmine",
        "1 / 1",
    ):
        assert told in found


def test_words_of_the_data_are_words(atlas: Atlas, chosen: list[Chosen]) -> None:
    content = as_pdf(Order(atlas, chosen, images=True))
    assert "<img src=x onerror=window.hit=1>" in text_of(content)
    assert "<script>window.hit=1</script>" in text_of(content)
    assert not {"/AA", "/JavaScript", "/Names"} & set(read(content).root_object)


def test_letters_that_join_and_run_from_the_right(atlas: Atlas) -> None:
    """Needs a font with Arabic letters."""
    arabic = "السلام عليكم"
    if "□" in lettering.shown(arabic, lettering.font_for(arabic, 30)):
        pytest.skip("no font here has Arabic letters")
    content = as_pdf(Order(atlas, [Chosen("1900-top-0001", arabic)]))
    assert arabic in text_of(content)


def test_a_machine_without_fonts(atlas: Atlas, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lettering, "_FONTS", ())
    lettering._fonts.cache_clear()
    try:
        found = text_of(as_pdf(Order(atlas, [Chosen("1900-top-0001", "a note, 年")])))
    finally:
        monkeypatch.undo()
        lettering._fonts.cache_clear()
    assert "[1] 1900" in found
    assert "a note, ?" in found


def test_a_pdf_has_the_pages_that_the_layout_has(atlas: Atlas) -> None:
    chosen = listed(atlas, ["1900", "Ж 年"], "top", 30)
    laid = laid_out(Order(atlas, chosen))
    assert len(laid) == 2
    content = as_pdf(Order(atlas, chosen))
    shown = read(content).pages
    numbers = [re.findall(r"\[(\d+)\]\s+(?:1900|Ж)", text_of(content, at)) for at in (0, 1)]
    assert numbers == [[str(c.number) for _, cells in page.rows for c in cells] for page in laid]
    for page in shown:
        assert page.images
        assert page.mediabox == pytest.approx([0, 0, 595.2, 841.9], abs=0.1)


def test_a_picture_says_what_it_shows(atlas: Atlas, chosen: list[Chosen]) -> None:
    content = as_pdf(Order(atlas, chosen[:1], images=True))
    patch = entries(atlas, chosen[:1])[0].patch
    (document,) = read(content).root_object["/StructTreeRoot"]["/K"]
    alts = [each.get_object()["/Alt"] for each in document.get_object()["/K"]]
    assert alts == [words.alt(patch), words.framed(patch)]


def test_the_same_order_is_the_same_file(atlas: Atlas, chosen: list[Chosen]) -> None:
    first, second = (as_pdf(Order(atlas, chosen, images=True)) for _ in range(2))
    assert first == second


def test_it_says_what_it_is(atlas: Atlas, chosen: list[Chosen]) -> None:
    about = read(as_pdf(Order(atlas, chosen))).metadata
    assert about is not None
    assert (about.title, about.creator) == ("Shapes by decade", "diffmine")
    assert about.subject == figure.about(atlas)
