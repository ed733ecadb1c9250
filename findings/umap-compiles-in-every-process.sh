#!/bin/sh
set -eu
# umap-learn 0.5.12 with numba 0.68.1: what one process has compiled, the next one compiles again.
#
# One would guess: the first fit on a machine takes seconds, because numba compiles, and every later
# process reads that from numba's cache, which pynndescent (umap-learn's own dependency) fills; so a
# map of sixty points is there at once, and NUMBA_CACHE_DIR on a lasting disk is all that a service
# or a suite of tests needs.
# What happens: pynndescent's functions are cached, those of umap-learn that every fit calls are not:
# fast_knn_indices (an argsort of each row, compiled with numba's own merge sort and the text of its
# error messages), smooth_knn_dist, compute_membership_strengths and the loop of the layout. Each
# process compiles them anew, with a warm cache too: 5 s of a fast core, 16 s of a slow one, for a
# map whose fit takes a tenth of a second. Nothing says so; a second fit of the same process is quick,
# so that timing "the second call" hides it.
# Restore it: numba's dispatchers have enable_caching(); called on these functions before the first
# fit, later processes read them from the disk and the map is the same to the last bit.
#
# Installs pinned public packages in a temporary folder; fails if the behaviour changes.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check umap-learn==0.5.12 numba==0.68.1
cat > "$folder/fit.py" <<'END'
import hashlib
import importlib.metadata
import sys
import time
import warnings

import numpy as np
import umap
from numba.core import event
from numba.core.registry import CPUDispatcher
from umap import layouts, umap_, utils

warnings.simplefilter("ignore")
names = []


class Compiled(event.Listener):
    def on_start(self, happened):
        names.append(happened.data["dispatcher"].py_func.__name__)

    def on_end(self, happened):
        pass


event.register("numba:compile", Compiled())
if sys.argv[1] == "cached":
    for module in (layouts, umap_, utils):
        for value in vars(module).values():
            if isinstance(value, CPUDispatcher) and value.py_func.__module__ == module.__name__:
                value.enable_caching()
rows = np.random.default_rng(0).normal(size=(60, 8)).astype("float32")


def fit():
    began = time.perf_counter()
    reducer = umap.UMAP(n_neighbors=5, metric="cosine", random_state=0, n_jobs=1)
    return reducer.fit_transform(rows), time.perf_counter() - began


(places, first), (_, second) = fit(), fit()
wanted = {"fast_knn_indices", "smooth_knn_dist", "compute_membership_strengths"}
again = sorted(wanted & set(names))
digest = hashlib.sha256(places.tobytes()).hexdigest()[:12]
versions = {name: importlib.metadata.version(name) for name in ("umap-learn", "numba")}
print(versions, *sys.argv[1:], f"first fit {first:.1f} s, second {second:.2f} s, map {digest}, compiled:", again)
if sys.argv[2] == "later":
    assert again == ([] if sys.argv[1] == "cached" else sorted(wanted)), again
    assert sys.argv[1] == "cached" or first > 5 * second, (first, second)
END
export NUMBA_CACHE_DIR="$folder/cache"
for how in plain cached; do
  for time in earlier later; do
    "$folder/venv/bin/python" "$folder/fit.py" "$how" "$time" | tee -a "$folder/said"
  done
done
maps=$(sed 's/.*map \([0-9a-f]*\),.*/\1/' "$folder/said" | sort -u | wc -l)
test "$maps" -eq 1
