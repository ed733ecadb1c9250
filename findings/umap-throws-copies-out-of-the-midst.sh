#!/bin/sh
set -eu
# umap-learn 0.5.12: fifty copies of one point in the midst of 1,500 are thrown out of the map, several
# times as far as the map of the others reaches.
#
# One would guess: copies lie upon their original, and the original lies where it lay among its
# neighbours; a map of 1,500 pictures looks the same with 50 copies of one of them.
# What happens: copies are each other's nearest neighbours, so that once there are more of them than
# n_neighbors nothing of the original's neighbourhood is left to hold them, and the pushes of the
# optimisation carry them off: to five times the radius of the 99 % of the others in the middle
# of which the original lay, and 15 copies already to twice that radius. Plotted whole, the map
# of all others shrinks to two fifths of its width. With a noise of a thousandth 50 lie at twice the radius.
# Who maps pictures of an archive must close the gap, or lay out one of each set of copies.
#
# Installs pinned public packages in a temporary folder; fails if the behaviour changes.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check umap-learn==0.5.12 numba==0.68.1 numpy==2.4.6 scikit-learn==1.9.1
cat > "$folder/copies.py" <<'END'
import warnings
from importlib.metadata import version

import numpy as np
from umap import UMAP

warnings.filterwarnings("ignore")
points = np.random.default_rng(0).normal(size=(1500, 16)).astype(np.float32)
print("umap-learn", version("umap-learn"))
far = {}
for copies in (1, 15, 50):
    for noise in (0, 1e-3) if copies == 50 else (0,):
        more = np.repeat(points[:1], copies - 1, axis=0)
        more = more + noise * np.random.default_rng(1).normal(size=more.shape).astype(np.float32)
        places = UMAP(n_neighbors=15, random_state=0).fit_transform(np.vstack([points, more]))
        rest, own = places[1:1500], np.vstack([places[:1], places[1500:]])
        middle = np.median(rest, axis=0)
        radius = np.quantile(np.linalg.norm(rest - middle, axis=1), 0.99)
        far[copies, noise] = float(np.linalg.norm(own.mean(axis=0) - middle) / radius)
        print(f"{copies} alike (noise {noise}): {far[copies, noise]:.1f} radii from the middle")
assert far[1, 0] < 1.1
assert far[15, 0] > 1.5
assert far[50, 0] > 4 and far[50, 1e-3] > 1.7
END
"$folder/venv/bin/python" "$folder/copies.py"
echo "as described"
