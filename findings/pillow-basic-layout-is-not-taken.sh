#!/bin/sh
set -eu
# Pillow 12.3.0: font.font_variant(layout_engine=ImageFont.Layout.BASIC) keeps the RAQM layout.
#
# One would guess: font_variant() gives a copy of a font with the arguments that are named changed,
# so that with layout_engine=Layout.BASIC the copy lays text out by the basic engine.
# What happens: Layout.BASIC is 0, and font_variant() takes `layout_engine or self.layout_engine`, so
# the copy keeps RAQM and ligatures, reordering and kerning stay on, without a word. The other way,
# from BASIC to RAQM, works. Who needs the basic engine must open the font anew with
# ImageFont.truetype(..., layout_engine=Layout.BASIC).
#
# Installs a pinned public package in a temporary folder; fails if the behaviour changes.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install -q --disable-pip-version-check --target "$folder" pillow==12.3.0
PYTHONPATH=$folder python3 - <<'EOF'
import PIL
from PIL import ImageFont, features
from PIL.ImageFont import Layout

print("Pillow", PIL.__version__, "with RAQM", features.check("raqm"))
assert PIL.__version__ == "12.3.0"
assert features.check("raqm"), "this Pillow has no RAQM, so there is nothing to see"
font = ImageFont.load_default(20)
raqm = font.font_variant(layout_engine=Layout.RAQM)
basic = raqm.font_variant(layout_engine=Layout.BASIC)
print("asked for", Layout.BASIC.name, "from RAQM: got", Layout(basic.layout_engine).name)
assert raqm.layout_engine == Layout.RAQM
assert basic.layout_engine == Layout.RAQM, "BASIC is taken now"
print("as described")
EOF
