#!/bin/sh
set -eu
# Pillow 12.3.0: a TIFF of 16 bits whose zero is white is opened as its negative.
#
# One would guess: TIFF's PhotometricInterpretation says whether 0 is white or black, and Pillow heeds it, for
# it turns such files of 8 bits (and of 1, 2 and 4) round.
# What happens: of 16 bits the numbers are given as they stand, in the mode I;16, whose 0 is black to all that
# follows. The same picture written twice, white is zero and black is zero, is a positive and a negative, and
# neither the mode nor a warning tells which. Film scanners and old radiography write such files.
# Who reads them looks at the tag himself: image.tag_v2[262] is 0.
#
# Installs pinned public packages in a temporary folder; fails if the behaviour changes.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check pillow==12.3.0 tifffile==2026.3.3 numpy==2.4.6
cat > "$folder/negative.py" <<'END'
import sys

import numpy as np
import PIL
import tifffile
from PIL import Image

print("Pillow", PIL.__version__)
for bits, kind in ((8, np.uint8), (16, np.uint16)):
    most = 2**bits - 1
    light = np.linspace(0, most, 16).astype(kind).reshape(4, 4)
    given = {}
    for zero, numbers in (("black", light), ("white", (most - light).astype(kind))):
        path = f"{sys.argv[1]}/{bits}-{zero}.tif"
        tifffile.imwrite(path, numbers, photometric=f"minis{zero}")
        with Image.open(path) as picture:
            given[zero] = np.asarray(picture).astype(int)
            print(f"{bits} bits, zero is {zero}: mode {picture.mode}, tag {picture.tag_v2[262]},",
                  f"darkest to lightest {given[zero].flat[0]} to {given[zero].flat[-1]}")
    if bits == 8:
        assert (given["black"] == given["white"]).all()
    else:
        assert (given["black"] == most - given["white"]).all(), "the behaviour has changed"
END
"$folder/venv/bin/python" "$folder/negative.py" "$folder"
