#!/bin/sh
set -eu
# umap-learn 0.5.12 with numba 0.68.1 and torch 2.13.0: after a fit, torch computes on every core again.
#
# One would guess: OMP_NUM_THREADS=1 holds for the whole process, all the more as the map is fitted
# with n_jobs=1; torch.get_num_threads() is what it was before.
# What happens: where OpenMP is numba's threading layer, its first parallel function tells OpenMP to
# use NUMBA_NUM_THREADS threads (by default every core) and nobody takes it back. numba asks for
# libgomp.so.1, finds the copy that torch has loaded already, and so it is torch's number that
# changes, from 1 to all. No warning. A job that shares a node takes all of it from then on, and on
# processors whose sums depend on the number of threads the same model answers with other last bits.
# A number that torch.set_num_threads had set is at times left alone; one from the environment is not.
# Restore it: with threadpoolctl.threadpool_limits(1, "openmp") around the fit.
#
# Needs two cores and a system on which numba takes OpenMP (Linux, no TBB). Installs pinned public
# packages in a temporary folder; fails if the behaviour changes.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check \
  umap-learn==0.5.12 numba==0.68.1 torch==2.13.0 threadpoolctl==3.8.0
cat > "$folder/threads.py" <<'END'
import importlib.metadata
import os
import sys
import warnings

import numba
import numpy as np
import torch
import umap
from threadpoolctl import threadpool_limits

warnings.simplefilter("ignore")
rows = np.random.default_rng(0).normal(size=(60, 8)).astype("float32")


def fit():
    umap.UMAP(n_neighbors=5, metric="cosine", random_state=0, n_jobs=1).fit_transform(rows)


before = torch.get_num_threads()
if sys.argv[1] == "guarded":
    with threadpool_limits(1, "openmp"):
        fit()
else:
    fit()
after = torch.get_num_threads()
versions = {name: importlib.metadata.version(name) for name in ("umap-learn", "numba", "torch")}
print(versions, "layer", numba.threading_layer(), sys.argv[1], "torch's threads:", before, "->", after)
assert os.cpu_count() > 1 and before == 1
assert after == (1 if sys.argv[1] == "guarded" else numba.config.NUMBA_NUM_THREADS)
END
unset NUMBA_NUM_THREADS
OMP_NUM_THREADS=1 "$folder/venv/bin/python" "$folder/threads.py" plain
OMP_NUM_THREADS=1 "$folder/venv/bin/python" "$folder/threads.py" guarded
