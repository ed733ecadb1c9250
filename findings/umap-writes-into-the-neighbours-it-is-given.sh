#!/bin/sh
set -eu
# umap-learn 0.5.12: precomputed neighbours are overwritten where points are cut off.
#
# One would guess: arrays that are handed over (precomputed_knn) are read.
# What happens: with disconnection_distance every neighbour that is farther away becomes -1 and its distance
# infinite, in the caller's own arrays. A second fit from the same neighbours, with another distance or none,
# then works on what the first one left, and another map comes out than from neighbours that are fresh.
# Who tries several settings over one search for neighbours hands over copies.
#
# Installs pinned public packages in a temporary folder; fails if the behaviour changes.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check umap-learn==0.5.12 numpy==2.4.6 \
  scikit-learn==1.9.1 numba==0.68.1 pynndescent==0.7.0
cat > "$folder/neighbours.py" <<'END'
from importlib.metadata import version

import numpy as np
import umap
from umap.umap_ import nearest_neighbors

print("umap-learn", version("umap-learn"))
chance = np.random.default_rng(0)
groups = [chance.normal(centre, 1, (60, 5)) for centre in (0, 9)]
points = np.concatenate([*groups, np.full((1, 5), 100.0)]).astype("float32")
neighbours = nearest_neighbors(points, 10, "euclidean", {}, False, np.random.RandomState(0))
before = [array.copy() for array in neighbours[:2]]


def graph(given, **how):
    settings = dict(n_neighbors=10, random_state=0, n_epochs=1, init="random")
    return umap.UMAP(precomputed_knn=given, **settings, **how).fit(points).graph_


graph(neighbours, disconnection_distance=20.0)
changed = int((before[0] != neighbours[0]).sum())
print(f"{changed} of {before[0].size} neighbours were changed; those of the far point are now",
      neighbours[0][-1].tolist(), neighbours[1][-1].tolist())
again, fresh = (graph((*arrays, neighbours[2])) for arrays in (neighbours[:2], before))
print(f"edges of a second map without a distance: {again.nnz}; from fresh neighbours: {fresh.nnz}")
assert changed > 0 and again.nnz != fresh.nnz, "the behaviour has changed"
END
"$folder/venv/bin/python" -W ignore "$folder/neighbours.py"
