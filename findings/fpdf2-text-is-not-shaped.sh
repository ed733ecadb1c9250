#!/bin/sh
set -eu
# fpdf2 2.8.9: FPDF.text() draws unshaped glyphs although text shaping is on.
#
# One would guess: after FPDF.set_text_shaping(True) every method that draws text shapes it, so that
# kerning and ligatures apply and Arabic letters join, and that FPDF.get_string_width() gives the
# width of what FPDF.text() draws.
# What happens: cell() and get_string_width() shape, text() does not. Its bytes on the page are the
# same with and without shaping, so what was measured is not what is drawn, and Arabic comes out as
# single letters in the wrong order. No error and no warning.
# Who draws at a given place (captions of a figure) must use cell() with the baseline worked out.
#
# Installs pinned public packages in a temporary folder; fails if the behaviour changes.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install -q --disable-pip-version-check --target "$folder" \
    fpdf2==2.8.9 uharfbuzz==0.57.0 fonttools==4.68.0
python3 -m pip download -q --disable-pip-version-check --no-deps -d "$folder/font" matplotlib==3.10.8
python3 -m zipfile -e "$folder"/font/matplotlib-*.whl "$folder/font"
PYTHONPATH=$folder python3 - "$folder/font/matplotlib/mpl-data/fonts/ttf/DejaVuSans.ttf" <<'EOF'
import sys
import warnings

warnings.simplefilter("error")
import fpdf

FONT, WORD = sys.argv[1], "AVATAR To"  # pairs of letters that DejaVu Sans moves closer


def page(shaping, draw):
    pdf = fpdf.FPDF(unit="pt")
    pdf.set_compression(False)
    pdf.add_page()
    pdf.add_font("dejavu", fname=FONT)
    pdf.set_font("dejavu", size=20)
    pdf.set_text_shaping(shaping)
    draw(pdf)
    content = bytes(pdf.output())
    start = content.index(b"stream")
    return content[start : content.index(b"endstream", start)], pdf.get_string_width(WORD)


text = [page(on, lambda pdf: pdf.text(50, 50, WORD)) for on in (False, True)]
cell = [page(on, lambda pdf: pdf.cell(text=WORD)) for on in (False, True)]
print("fpdf2", fpdf.__version__)
print(f"width measured: {text[0][1]:.2f} pt unshaped, {text[1][1]:.2f} pt shaped")
print("text(): the page is", "the same" if text[0][0] == text[1][0] else "another", "with shaping")
print("cell(): the page is", "the same" if cell[0][0] == cell[1][0] else "another", "with shaping")
assert fpdf.__version__ == "2.8.9"
assert text[0][1] != text[1][1], "shaping does not change the measured width"
assert text[0][0] == text[1][0], "text() shapes now"
assert cell[0][0] != cell[1][0], "cell() no longer shapes"
print("as described")
EOF
