#!/bin/sh
set -eu
# Pillow 12.3.0: grey JPEG 2000 of 9 to 15 bits is opened with other numbers than it holds.
#
# One would guess: a lossless picture comes back with the numbers that went in, as from TIFF of 16 bits with 12 in
# use. (Of 16 bits it does.)
# What happens: numbers are multiplied until they fill 16 bits, by 16 for 12 bits and by 64 for 10, and of signed
# ones 32,768 is added. The mode is I;16 as for any other, and nothing tells the factor, neither a property nor
# info. Windows, thresholds and measurements that hold for the same film in another format are off.
# Who reads such files takes the bits from the codestream's SIZ segment, or another decoder.
#
# Installs pinned public packages in a temporary folder; fails if the behaviour changes.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check pillow==12.3.0 numpy==2.4.6 imagecodecs==2026.3.6
cat > "$folder/depth.py" <<'END'
import io

import imagecodecs
import numpy as np
import PIL
from PIL import Image

print("Pillow", PIL.__version__, "written by imagecodecs", imagecodecs.__version__)
for bits in (10, 12, 16):
    numbers = np.tile(np.array([0, 1, 100, 1000], np.uint16), (8, 4))
    file = imagecodecs.jpeg2k_encode(
        numbers, level=0, codecformat="jp2", reversible=True, bitspersample=bits
    )
    other = imagecodecs.jpeg2k_decode(file)
    with Image.open(io.BytesIO(file)) as picture:
        given, mode = np.asarray(picture).astype(int), picture.mode
    print(f"{bits} bits: mode {mode}, {numbers[0, :4].tolist()} comes back as {given[0, :4].tolist()};",
          f"from another decoder as {other[0, :4].tolist()}")
    assert (other == numbers).all()
    assert (given == numbers.astype(int) * 2 ** (16 - bits)).all(), "the behaviour has changed"
END
"$folder/venv/bin/python" "$folder/depth.py"
