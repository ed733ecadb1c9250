"""A small atlas of one drawn sheet: fifty dark squares, each of them a patch, on a canvas of IIIF
or on none. For tests of what leaves with its place."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from diffmine.atlas import schemas
from diffmine.atlas.manifest import Manifest
from diffmine.atlas.reader import Atlas
from diffmine.atlas.writer import create_workspace

FILE = (640, 480)
"""Width and height of the sheet's file; as mined it is a fifth of that."""
SMALLER, ON_CANVAS = 5, 4
CANVAS = (ON_CANVAS * FILE[0] + 100, ON_CANVAS * FILE[1] + 60)
CORNER = (100, 60)
"""Where on its canvas the picture begins, which fills the rest."""
SIZE = 8
PLACES = [(12 * at + 6, 18 * line + 6) for line in range(5) for at in range(10)]
"""Left and top of the squares, in pixels as mined."""
LABEL = "Größe <b>1950s</b>"
NAME = "sheets/ünï 1.png"


def sheet() -> bytes:
    """The sheet as a PNG."""
    page = Image.new("RGB", FILE, "#f4f1ea")
    pen = ImageDraw.Draw(page)
    for left, top in PLACES:
        corner = (left * SMALLER, top * SMALLER)
        far = ((left + SIZE) * SMALLER - 1, (top + SIZE) * SMALLER - 1)
        pen.rectangle((*corner, *far), fill="#202020")
    out = io.BytesIO()
    page.save(out, "PNG")
    return out.getvalue()


def make_sheet(folder: Path, server: str = "", *, larger: bool = True) -> Atlas:
    """Write the atlas and open it; with a `server` (http://...) the sheet is on a canvas there, a
    `larger` one than the server's picture or one of its size."""
    manifest = Manifest(title="A sheet", labels=[LABEL], licence="CC0-1.0", kind="time")
    atlas = create_workspace(folder, manifest)
    small = Image.open(io.BytesIO(sheet())).resize([side // SMALLER for side in FILE])
    out = io.BytesIO()
    small.save(out, "PNG")
    image: dict[str, Any] = {
        "image_id": NAME, "label": LABEL, "image": {"bytes": out.getvalue(), "path": None},
        "width": small.width, "height": small.height, "year": 1955,
        "source_width": FILE[0], "source_height": FILE[1],
        "title": "A sheet of squares", "creator": "Ada Müller", "date": "c. 1955",
        "holder": "The Museum", "identifier": "M 5", "credit": "A. Müller",
        "licence": "CC BY 4.0", "rights": "https://creativecommons.org/licenses/by/4.0/",
        "source_url": f"{server}/manifest.json" if server else "https://example.org/sheet",
    }  # fmt: skip
    if server:
        canvas, corner = (CANVAS, CORNER) if larger else (FILE, (0, 0))
        rest = [float(side - begin) for side, begin in zip(canvas, corner, strict=True)]
        image |= {
            "canvas": f"{server}/canvas/1",
            "canvas_width": canvas[0], "canvas_height": canvas[1],
            "canvas_box": [*map(float, corner), *rest],
            "region": f"{server}/iiif/sheet/{{region}}/max/0/default.jpg",
            "region_box": [0.0, 0.0, *map(float, FILE)],
        }  # fmt: skip
    atlas.write("images.parquet", [image], schemas.IMAGES)
    patches = [
        {
            "patch_id": f"top-{at:02d}", "label": LABEL, "kind": "top", "rank": at,
            "image_id": NAME, "row": top, "col": left, "size": SIZE,
            "typicality": 0.02 - 0.0002 * at, "se": 0.002, "element": at % 2, "noise": at > 45,
            "distance": 0.1, "rank_low": at, "rank_high": at,
        }
        for at, (left, top) in enumerate(PLACES, 1)
    ]  # fmt: skip
    atlas.write("patches.parquet", patches, schemas.PATCHES)
    elements = [
        {
            "label": LABEL, "element": at, "rank": at + 1, "median": 0.01, "size": 25,
            "spread": 0.2, "mixed": False, "name": "fins" if at else "",
        }
        for at in range(2)
    ]  # fmt: skip
    atlas.write("elements.parquet", elements, schemas.ELEMENTS)
    return atlas
