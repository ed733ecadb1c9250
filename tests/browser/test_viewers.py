"""What leaves as annotations is read back by the programs that it is for: Mirador 4 and Annotorious
3, from the npm registry, in Chromium, over files served from this machine."""

import io
import json
import shutil
import subprocess
import tarfile
import time
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Page
from scipy import ndimage

from diffmine.export.chosen import listed
from diffmine.export.formats import annotations, iiif
from diffmine.export.order import Order
from tests.unit.export.make_sheet import (
    FILE,
    LABEL,
    PLACES,
    SIZE,
    SMALLER,
    make_sheet,
    sheet,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PACKAGES = {"mirador": "mirador@4.0.0", "annotorious": "@annotorious/annotorious@3.8.10"}
MIRADOR = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Mirador</title>
<div id="viewer" style="position:absolute;inset:0"></div>
<script src="mirador/dist/mirador.min.js"></script>
<script>
Mirador.viewer({
  id: 'viewer',
  window: {defaultSideBarPanel: 'annotations', sideBarOpen: true, highlightAllAnnotations: true},
  windows: [{id: 'one', manifestId: location.hash.slice(1)}],
  workspaceControlPanel: {enabled: false},
});
</script></html>"""
ANNOTORIOUS = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Annotorious</title>
<link rel="stylesheet" href="annotorious/dist/annotorious.css">
<img id="picture" src="sheet.png" alt="A sheet">
<script src="annotorious/dist/annotorious.js"></script>
<script>
const {createImageAnnotator, W3CImageFormat} = Annotorious;
const picture = document.getElementById('picture');
const annotator = createImageAnnotator(picture, {adapter: W3CImageFormat('sheet.png')});
fetch('page.json').then(answer => answer.json()).then(page => annotator.setAnnotations(page.items))
  .then(() => { window.annotator = annotator; });
</script></html>"""


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with both programs, as the registry has them; skips where it cannot be asked."""
    folder = tmp_path_factory.mktemp("npm")
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not on this machine, which fetches Mirador and Annotorious")
    for name, package in PACKAGES.items():
        answer = subprocess.run(
            [npm, "pack", package, "--silent", "--pack-destination", str(folder)],
            capture_output=True, text=True, timeout=180, check=False,
        )  # fmt: skip
        if answer.returncode:
            pytest.skip(f"npm has no {package} here: {answer.stderr.strip()[-300:]}")
        with tarfile.open(folder / answer.stdout.split()[-1]) as archive:
            archive.extractall(folder, filter="data")
        (folder / "package").rename(folder / name)
    return folder


class Museum(SimpleHTTPRequestHandler):
    """A folder, and a server of IIIF that cuts parts of the sheet."""

    def do_GET(self) -> None:
        picture, _, asked = self.path.removeprefix("/iiif/").partition("/")
        if picture == "sheet":
            self._answer(*(self._info() if asked == "info.json" else self._part(asked)))
        elif self.path == "/favicon.ico":
            self._answer(b"", "image/png")
        else:
            super().do_GET()

    def _info(self) -> tuple[bytes, str]:
        info = {
            "@context": "http://iiif.io/api/image/3/context.json",
            "id": f"http://{self.headers['host']}/iiif/sheet",
            "type": "ImageService3", "protocol": "http://iiif.io/api/image", "profile": "level1",
            "width": FILE[0], "height": FILE[1], "tiles": [{"width": 256, "scaleFactors": [1, 2]}],
        }  # fmt: skip
        return json.dumps(info).encode(), "application/json"

    def _part(self, asked: str) -> tuple[bytes, str]:
        region, size = asked.split("/")[:2]
        picture = Image.open(io.BytesIO(sheet()))
        if region != "full":
            left, top, wide, high = map(int, region.split(","))
            picture = picture.crop((left, top, left + wide, top + high))
        if size not in ("max", "full"):
            wide, _, high = size.partition(",")
            tall = int(high or picture.height * int(wide) // picture.width)
            picture = picture.resize((int(wide), tall))
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=95)
        return out.getvalue(), "image/jpeg"

    def _answer(self, content: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def museum(packages: Path) -> Iterator[str]:
    """The address of a server of the pages, and of what was exported in them."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Museum, directory=str(packages)))
    address = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, daemon=True).start()
    (packages / "sheet.png").write_bytes(sheet())
    (packages / "mirador.html").write_text(MIRADOR, "utf-8")
    (packages / "annotorious.html").write_text(ANNOTORIOUS, "utf-8")
    for name, form in (("larger", iiif), ("same", iiif), ("page", annotations)):
        at = address if form is iiif else ""
        atlas = make_sheet(packages / f"atlas-{name}", at, larger=name == "larger")
        ((_, content),) = form.files(Order(atlas, listed(atlas, [LABEL])))
        (packages / f"{name}.json").write_bytes(content)
    yield address
    server.shutdown()
    server.server_close()


@pytest.fixture
def reader(context: BrowserContext) -> Iterator[Page]:
    """A page for other people's programs: what they say in the console is theirs."""
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    yield page
    assert not wrong


Ends = list[tuple[int, int]]


def spots(page: Page, place: str) -> list[tuple[Ends, Ends]]:
    """Of each dark square on the screen with coloured lines around it, the place of both: where
    they begin and end, down and across."""
    box = page.locator(place).bounding_box()
    assert box
    shot = page.screenshot(clip={name: box[name] for name in ("x", "y", "width", "height")})
    pixels = np.asarray(Image.open(io.BytesIO(shot)).convert("RGB")).astype(int)
    coloured = np.ptp(pixels, axis=2) > 60
    dark = (pixels.max(axis=2) < 60) & ~coloured
    names, _ = ndimage.label(dark)
    squares = [at for at in ndimage.find_objects(names) if min(s.stop - s.start for s in at) > 20]
    around = [tuple(slice(max(s.start - 8, 0), s.stop + 8) for s in at) for at in squares]
    found = []
    for square, at in zip(squares, around, strict=True):
        for line in ndimage.find_objects(coloured[at].astype(int)):
            ends = [(s.start + a.start, s.stop + a.start) for s, a in zip(line, at, strict=True)]
            found.append(([(s.start, s.stop) for s in square], ends))
    return found


@pytest.mark.parametrize("canvas", ["same", "larger"])
def test_mirador_draws_fifty_boxes_where_they_belong(
    reader: Page, museum: str, canvas: str
) -> None:
    """Also where the museum's canvas has other pixels than its picture."""
    reader.goto(f"{museum}/mirador.html#{canvas}.json")
    reader.get_by_text("Showing 50 annotations").wait_for()
    reader.get_by_text("fins", exact=True).first.wait_for()
    deadline, found = time.monotonic() + 60, []
    while len(found) < len(PLACES) and time.monotonic() < deadline:
        reader.wait_for_timeout(500)
        found = spots(reader, ".openseadragon-canvas")
    assert len(found) == len(PLACES)
    for square, lines in found:
        for dark, drawn in zip(square, lines, strict=True):
            assert drawn == pytest.approx(dark, abs=4)


def test_annotorious_reads_fifty_boxes(reader: Page, museum: str) -> None:
    reader.goto(f"{museum}/annotorious.html")
    reader.wait_for_function("window.annotator?.getAnnotations().length")
    known = reader.evaluate("annotator.getAnnotations()")
    side = SIZE * SMALLER
    wanted = [f"xywh=pixel:{x * SMALLER},{y * SMALLER},{side},{side}" for x, y in PLACES]
    assert [each["target"]["selector"]["value"] for each in known] == wanted
    assert [body["value"] for body in known[0]["body"]][:2] == [LABEL, "fins"]
    drawn = reader.locator(".a9s-annotation .a9s-outer")
    assert drawn.count() == len(PLACES)
