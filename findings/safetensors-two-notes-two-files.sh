#!/bin/sh
set -eu
# safetensors 0.8.0: the same tensors with two notes are written as different files, by chance.
#
# One would guess: a file of weights depends on the tensors, their names and the metadata alone, so
# that its digest can say whether two trainings ended in the same weights.
# What happens: the entries of the metadata are written in an order that changes from one call to the
# next, in one process, even with PYTHONHASHSEED=0. With one entry, as most libraries write, nobody
# sees it; with a second one, such as the settings of an adapter, twenty saves of one tensor give
# more than one file. The tensors' own entries keep their order.
# Who compares files by digest must write one entry, or compare the tensors.
#
# Installs pinned public packages in a temporary folder; fails if the behaviour changes.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install -q --disable-pip-version-check --target "$folder" safetensors==0.8.0 numpy==2.4.6
cat > "$folder/save.py" <<'END'
import numpy as np
import safetensors
from safetensors.numpy import save

tensors = {name: np.arange(4, dtype=np.float32) for name in ("b", "a", "c")}
files = {notes: {save(tensors, {f"note{k}": "x" for k in range(notes)}) for _ in range(20)} for notes in (1, 2)}
heads = sorted(file[8:60].decode() for file in files[2])
print(f"safetensors {safetensors.__version__}: different files of 20:", {k: len(v) for k, v in files.items()})
print("\n".join(heads))
assert len(files[1]) == 1
assert len(files[2]) == 2
END
PYTHONHASHSEED=0 PYTHONPATH="$folder" python3 "$folder/save.py"
echo "as described"
