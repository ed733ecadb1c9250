"""Addresses of the part of a canvas of IIIF that a patch shows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from diffmine.atlas.records import Patch
from diffmine.data.region import part_of
from diffmine.words.records import web_address

_MANIFEST = re.compile(r"/manifest(\.json)?/?$", re.IGNORECASE)
MOST = 1e9
"""Pixels of a canvas that is none."""


@dataclass(frozen=True)
class Region:
    """`canvas` names the part in pixels of the canvas (#xywh=), `image` gives its pixels from the
    server of the picture; each is empty where there is none."""

    canvas: str = ""
    image: str = ""

    @property
    def link(self) -> str:
        """The one to hand on: that which shows the part in any browser, if there is one."""
        return self.image or self.canvas


def region_of(patch: Patch, record: Mapping[str, Any]) -> Region:
    """The addresses for a patch of an image (a row of images.parquet); none for one that is on no
    canvas, or of an atlas that does not know its source's size."""
    canvas, box = web_address(record.get("canvas")), record.get("canvas_box")
    sides = [record.get(f"{of}{side}") for of in ("", "source_") for side in ("width", "height")]
    if not canvas or not _box(box) or not all(sides):
        return Region()
    wide, high, source_wide, source_high = (int(side or 1) for side in sides)
    window = (patch.col, patch.row, patch.size, patch.size)

    def part(of: Any) -> str:
        return ",".join(map(str, part_of(window, (wide, high), (source_wide, source_high), of)))

    named = f"{canvas.partition('#')[0]}#xywh={part(box)}"
    address, inside = web_address(record.get("region")), record.get("region_box")
    if "{region}" not in address or not _box(inside):
        return Region(named)
    return Region(named, address.replace("{region}", part(inside)))


def content_state(patch: Patch, record: Mapping[str, Any]) -> dict[str, Any]:
    """A content state (IIIF Content State API 1.0) that opens a viewer at a patch on its canvas;
    {} for one that is on no canvas. Where the image's source is its manifest, it is named, for
    viewers that do not know the canvas."""
    region = region_of(patch, record).canvas
    if not region:
        return {}
    canvas, _, fragment = region.partition("#")
    target: dict[str, Any] = {"id": f"{canvas}#{fragment}", "type": "Canvas"}
    manifest = web_address(record.get("source_url"))
    if _MANIFEST.search(manifest):
        target["partOf"] = [{"id": manifest, "type": "Manifest"}]
    return {
        "@context": "http://iiif.io/api/presentation/3/context.json",
        "id": f"{canvas}#state-{fragment.removeprefix('xywh=').replace(',', '-')}",
        "type": "Annotation",
        "motivation": ["contentState"],
        "target": target,
    }


def _box(box: Any) -> bool:
    whole = isinstance(box, list | tuple) and len(box) == 4
    return whole and all(map(_is_place, box)) and min(box[2:]) > 0


def _is_place(number: Any) -> bool:
    return isinstance(number, int | float) and abs(number) < MOST
