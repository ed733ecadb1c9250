#!/bin/sh
set -eu
# Mirador 4.0.0: boxes of annotations are drawn in pixels of the picture, not of the canvas.
#
# One would guess: an annotation on `canvas#xywh=200,150,200,150` marks that part of the canvas, whose
# pixels IIIF Presentation 3 lets differ from its picture's (and asks to be at least 1,200, so that
# canvases of small pictures are larger than they).
# What happens: the box is placed by the pixels of the first picture that is shown. Of a canvas of
# 800 x 600 with a picture of 400 x 300 painted upon all of it, a box a quarter of the canvas wide is
# drawn half of it wide, and twice as far from the corner, without a word. Nothing is wrong with a
# picture of 800 x 600: where a museum's canvases have their pictures' pixels nobody sees it.
# Who makes manifests with annotations gives a canvas its picture's pixels (and the picture its
# service: of a picture that the server made smaller, the smaller pixels count).
#
# Needs npm and a Chromium on PATH (chromium, chromium-browser or google-chrome). Installs pinned
# public packages in a temporary folder; fails if the behaviour changes.
for name in chromium chromium-browser google-chrome; do
  browser=$(command -v "$name") && break
done
test -n "${browser:-}"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check numpy==2.2.6 pillow==11.3.0 playwright==1.65.2
(cd "$folder" && npm pack --silent mirador@4.0.0 > packed && tar xzf "$(cat packed)" && mv package mirador)
cat > "$folder/draw.py" <<'END'
import io
import json
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
from PIL import Image
from playwright.sync_api import sync_playwright

folder = Path(sys.argv[2])
server = ThreadingHTTPServer(
    ("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(folder))
)
here = f"http://127.0.0.1:{server.server_port}"
Thread(target=server.serve_forever, daemon=True).start()
PAGE = """<!doctype html><meta charset="utf-8"><div id="v" style="position:absolute;inset:0"></div>
<script src="mirador/dist/mirador.min.js"></script><script>
Mirador.viewer({id: 'v', window: {defaultSideBarPanel: 'annotations', sideBarOpen: true,
  highlightAllAnnotations: true}, windows: [{manifestId: location.hash.slice(1)}]});</script>"""
(folder / "page.html").write_text(PAGE)
for name, size in (("same", (800, 600)), ("half", (400, 300))):
    Image.new("RGB", size, "#202020").save(folder / f"{name}.png")
    canvas, body = f"{here}/{name}/canvas", {"id": f"{here}/{name}.png", "type": "Image"}
    body |= {"format": "image/png", "width": size[0], "height": size[1]}
    paints = {"id": f"{canvas}/p/1", "type": "Annotation", "motivation": "painting"}
    marks = {"id": f"{canvas}/a/1", "type": "Annotation", "motivation": "commenting"}
    marks |= {"body": {"type": "TextualBody", "value": "here", "format": "text/plain"}}
    marks |= {"target": f"{canvas}#xywh=200,150,200,150"}
    manifest = {
        "@context": "http://iiif.io/api/presentation/3/context.json",
        "id": f"{here}/{name}.json", "type": "Manifest", "label": {"en": [name]},
        "items": [{
            "id": canvas, "type": "Canvas", "width": 800, "height": 600,
            "items": [{"id": f"{canvas}/p", "type": "AnnotationPage",
                       "items": [paints | {"body": body, "target": canvas}]}],
            "annotations": [{"id": f"{canvas}/a", "type": "AnnotationPage", "items": [marks]}],
        }],
    }
    (folder / f"{name}.json").write_text(json.dumps(manifest))


def span(mask):
    places = np.nonzero(mask.any(axis=0))[0]
    return (int(places[0]), int(places[-1]) + 1) if len(places) else None


def shares(window, name):
    """Where the box begins and how wide it is, in shares of the picture's width on the screen."""
    window.goto("about:blank")
    window.goto(f"{here}/page.html#{name}.json")
    window.get_by_text("Showing 1 annotation").wait_for()
    for _ in range(120):
        place = window.locator(".openseadragon-canvas").bounding_box()
        shot = window.screenshot(clip={n: place[n] for n in ("x", "y", "width", "height")})
        pixels = np.asarray(Image.open(io.BytesIO(shot)).convert("RGB")).astype(int)
        dark, box = span(pixels.max(axis=2) < 60), span(np.ptp(pixels, axis=2) > 60)
        if dark and box:
            wide = dark[1] - dark[0]
            return round((box[0] - dark[0]) / wide, 2), round((box[1] - box[0]) / wide, 2)
        window.wait_for_timeout(500)
    raise SystemExit("Mirador drew no box")


with sync_playwright() as playwright:
    chromium = playwright.chromium.launch(executable_path=sys.argv[1], args=["--no-sandbox"])
    window = chromium.new_page(viewport={"width": 1200, "height": 900})
    seen = {name: shares(window, name) for name in ("same", "half")}
    chromium.close()
print("begin and width of a box of 0.25 and 0.25:", seen)
assert np.allclose(seen["same"], (0.25, 0.25), atol=0.02), seen
assert np.allclose(seen["half"], (0.5, 0.5), atol=0.02), seen
END
"$folder/venv/bin/python" "$folder/draw.py" "$browser" "$folder" 2> "$folder/log" || { tail -5 "$folder/log"; exit 1; }
echo "mirador 4.0.0: as described"
