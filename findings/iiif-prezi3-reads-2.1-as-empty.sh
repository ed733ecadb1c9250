#!/bin/sh
set -eu
# iiif-prezi3 3.1.1: a manifest of Presentation 2.1 is a valid, empty one of 3.0 under another address.
#
# One would guess: a manifest whose @context names version 2 is refused by a library of version 3 (its
# models check every field), or at least keeps its @id.
# What happens: Manifest(**content), model_validate and model_validate_json all give a Manifest. Its
# canvases (sequences) are gone, its id is a new one that the library counts up
# (http://example.org/iiif/1, /2, ...), and its label is right, so it looks like the one that was read.
# Who takes manifests from the web must look at @context first.
#
# Installs a pinned public package in a temporary folder; fails if the behaviour changes.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install -q --disable-pip-version-check --target "$folder" iiif-prezi3==3.1.1
PYTHONPATH=$folder python3 -W ignore - <<'PY'
import json
from importlib.metadata import version

from iiif_prezi3 import Manifest

canvas = {"@id": "https://museum.example/c", "@type": "sc:Canvas", "label": "1", "height": 9, "width": 9}
content = {
    "@context": "http://iiif.io/api/presentation/2/context.json",
    "@id": "https://museum.example/manifest.json", "@type": "sc:Manifest", "label": "Houses",
    "sequences": [{"@type": "sc:Sequence", "canvases": [canvas | {"images": []}]}],
}
ways = {
    "Manifest(**content)": lambda: Manifest(**content),
    "model_validate": lambda: Manifest.model_validate(content),
    "model_validate_json": lambda: Manifest.model_validate_json(json.dumps(content)),
}
print("iiif-prezi3", version("iiif-prezi3"))
for name, way in ways.items():
    manifest = way()
    print(name, manifest.id, manifest.label, len(manifest.items or []), "canvases")
    assert str(manifest.id).startswith("http://example.org/iiif/"), f"{name} keeps its address"
    assert not manifest.items, f"{name} has canvases"
    assert manifest.label == {"none": ["Houses"]}
print("as described")
PY
