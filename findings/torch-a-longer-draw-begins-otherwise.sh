#!/bin/sh
set -eu
# torch 2.13.0 on a processor: of one seed a longer draw of noise does not begin as a shorter one.
#
# One would guess: manual_seed(0); randn(15) are the first 15 of manual_seed(0); randn(16), as in NumPy,
# so that noise for more rows, or for a larger picture, goes on from noise that was there.
# What happens: fewer than 16 numbers are drawn one by one, and 16 or more in groups of 16 by another
# formula; the last group is drawn anew so that it ends with the last number. randn(15) and randn(16)
# share none of 15 numbers; randn(20) and randn(32) share the first 4 of 20. Only multiples of 16
# begin alike. Two draws of 8 are other numbers than one of 16 as well.
# Who lets draws go on (more draws of the same picture, a batch that is cut otherwise, the last batch
# of a data set) must seed each row for itself, or draw in multiples of 16.
#
# Installs pinned public packages in a temporary folder; fails if the behaviour changes.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check torch==2.13.0 numpy==2.4.6
cat > "$folder/draw.py" <<'END'
import numpy as np
import torch


def draw(*counts):
    generator = torch.Generator().manual_seed(0)
    return torch.cat([torch.randn(count, generator=generator) for count in counts])


def shared(short, long):
    return int((short == long[: len(short)]).sum())


print("torch", torch.__version__)
for short, long in ((15, 16), (20, 32), (16, 32), (48, 4096)):
    print(f"randn({short}) and the first of randn({long}): {shared(draw(short), draw(long))} alike")
print("two draws of 8 and one of 16:", shared(draw(8, 8), draw(16)), "alike")
assert shared(draw(15), draw(16)) == 0
assert shared(draw(20), draw(32)) == 4
assert shared(draw(16), draw(32)) == 16 and shared(draw(48), draw(4096)) == 48
assert shared(draw(8, 8), draw(16)) == 0
few, many = (np.random.default_rng(0).standard_normal(count) for count in (15, 4096))
assert (few == many[:15]).all(), "NumPy's begin alike"
END
"$folder/venv/bin/python" "$folder/draw.py"
echo "as described"
