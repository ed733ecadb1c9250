#!/bin/sh
set -eu
# datasets 5.2.0: folders of labels named bus, car and train give the pictures of train alone.
#
# One would guess: "imagefolder" takes the folders of a data set as its labels, whatever their names
# are; a table beside the pictures keeps what stands in its cells.
# What happens: names of folders and of single files that hold a word as train or test decide first
# what is a split. Of bus/a.png, car/a.png, train/a.png only the last is loaded, without a label. One
# file crash-test.png drops all others and the column of labels. Nothing is said. With a metadata.csv
# drop_labels=False adds no label, and its cells None, NA and 007 become null, null and 7.0.
# Who shares such folders must name data_files by split, and write the labels as a column of JSON
# lines.
#
# Installs a pinned public package in a temporary folder; fails if the behaviour changes.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install -q --disable-pip-version-check --target "$folder/lib" datasets==5.2.0 pillow
cd "$folder"
HF_HUB_OFFLINE=1 HF_HOME=$folder/home PYTHONPATH=$folder/lib python3 -W ignore - <<'EOF'
from pathlib import Path

import datasets
from PIL import Image

datasets.logging.set_verbosity_error()
datasets.disable_progress_bars()


def loaded(name, pictures, table="", **how):
    for picture in pictures:
        (Path(name) / picture).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (8, 8)).save(Path(name) / picture)
    if table:
        (Path(name) / "metadata.csv").write_text(table)
    splits = datasets.load_dataset("imagefolder", data_dir=name, **how)
    for split, rows in splits.items():
        told = rows.remove_columns("image")
        print(name, split, len(rows), told.to_dict())
    return {split: (len(rows), rows.remove_columns("image").to_dict()) for split, rows in splits.items()}


assert datasets.__version__ == "5.2.0"
tram = loaded("tram", ["bus/a.png", "car/a.png", "tram/a.png"])
assert tram == {"train": (3, {"label": [0, 1, 2]})}, tram
train = loaded("train", ["bus/a.png", "car/a.png", "train/a.png"])
assert train == {"train": (1, {})}, train
crash = loaded("crash", ["bus/a.png", "car/crash-test.png", "tram/a.png"])
assert crash == {"test": (1, {})}, crash
cells = loaded("cells", ["a.png", "b.png", "c.png"], "file_name,label\na.png,None\nb.png,NA\nc.png,007\n")
assert cells == {"train": (3, {"label": [None, None, 7.0]})}, cells
rows = "file_name,note\nbus/a.png,x\ncar/b.png,y\n"
asked = loaded("asked", ["bus/a.png", "car/b.png"], rows, drop_labels=False)
assert asked == {"train": (2, {"note": ["x", "y"]})}, asked
print("as described")
EOF
