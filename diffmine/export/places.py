"""Where a patch lies outside diffmine: on its canvas of IIIF, or in the file that was collected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from diffmine.data.region import Whole, part_of
from diffmine.errors import UsageError
from diffmine.export.chosen import Entry
from diffmine.words.regions import region_of

NO_SIZE = (
    "{image} was collected by a diffmine that did not note how large its file is, so no box can be "
    "given in the pixels of that; collect the atlas anew, or export a CSV, whose boxes are in "
    "pixels of the images as mined."
)


@dataclass(frozen=True)
class Target:
    """`source` is the address of a canvas (`on_canvas`), or of the picture's file, relative to the
    folder of the data set; `box` is left, top, width and height in whole pixels of it."""

    source: str
    box: Whole
    on_canvas: bool

    @property
    def fragment(self) -> str:
        """`xywh=1,2,3,4`: of all the ways to write a box the one that every viewer draws."""
        return f"xywh={','.join(map(str, self.box))}"


def target_of(entry: Entry) -> Target:
    """Where a patch lies; UsageError of an image whose file's size nobody noted."""
    record = entry.record
    if canvas := region_of(entry.patch, record).canvas:
        source, _, fragment = canvas.partition("#xywh=")
        left, top, wide, high = map(int, fragment.split(","))
        return Target(source, (left, top, wide, high), on_canvas=True)
    sides = [int(record.get(f"source_{side}") or 0) for side in ("width", "height")]
    if not all(sides):
        raise UsageError(NO_SIZE.format(image=entry.patch.image_id))
    name = quote(entry.patch.image_id)
    return Target(name, part_within(entry, (0, 0, *sides)), on_canvas=False)


def part_within(entry: Entry, box: Sequence[int | float]) -> Whole:
    """The part that a patch shows of what its whole picture fills, in pixels of that."""
    patch, record = entry.patch, entry.record
    window = (patch.col, patch.row, patch.size, patch.size)
    mined = int(record["width"]), int(record["height"])
    source = int(record["source_width"]), int(record["source_height"])
    return part_of(window, mined, source, box)
