"""Which image and which patch of an atlas others point to, on canvases of IIIF and in files.

patch = argmax over the image's top patches of IoU(its window, the box in pixels as mined)
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

import pyarrow.compute as pc

from diffmine.atlas.reader import Atlas
from diffmine.atlas.records import Patch
from diffmine.data.pointers import Pointer
from diffmine.data.region import window_of

Box = tuple[float, float, float, float]
"""Left, top, width and height."""
_COLUMNS = ["image_id", "canvas", "region", "source_url"]


@dataclass(frozen=True)
class Pointed:
    """An image that is pointed to, the box in its pixels as mined (None: all of it), the top patch
    that shares most with it (its best one without a box), and the share (IoU) of the two."""

    image_id: str
    box: Box | None
    patch: Patch | None
    share: float


class Finder:
    """Finds the images of an atlas by the addresses that others call them by."""

    def __init__(self, atlas: Atlas) -> None:
        self.atlas = atlas

    def find(self, pointer: Pointer) -> Pointed | None:
        """What is pointed to; None where it is no picture of this atlas."""
        names = self.images(pointer.source)
        places = [self._pointed(name, pointer) for name in names]
        return max(places, key=lambda one: one.share, default=None)

    def images(self, source: str) -> list[str]:
        """The images that an address names: their canvas, their server, their source, their
        file."""
        address = source.partition("#")[0]
        for known in (self._canvases, self._sources):
            if address in known:
                return known[address]
        for service, names in self._services.items():
            if address == service or address.startswith(f"{service}/"):
                return names
        path = unquote(urlsplit(address).path)
        return self._files.get(path.lstrip("/")) or self._by_end(path)

    def _by_end(self, path: str) -> list[str]:
        """Images whose name an address ends in; or the one of that file's name."""
        ends = [name for name in self._files if path.endswith(f"/{name}")]
        same = self._bases[PurePosixPath(path).name] if path.strip("/") else []
        return ends or (same if len(same) == 1 else [])

    def _pointed(self, name: str, pointer: Pointer) -> Pointed:
        box = self._box(name, pointer)
        patches = self._patches(name)
        if box is None:
            best = max(patches, key=lambda patch: patch.typicality, default=None)
            return Pointed(name, None, best, 0.0)
        shares = [(overlap(box, patch), -patch.rank, at) for at, patch in enumerate(patches)]
        share, _, at = max(shares, default=(0.0, 0, 0))
        return Pointed(name, box, patches[at] if share > 0 else None, share)

    def _box(self, name: str, pointer: Pointer) -> Box | None:
        """The box in pixels of the image as mined."""
        if pointer.box is None:
            return None
        record = self.atlas.image(name)
        mined = int(record["width"]), int(record["height"])
        source = int(record["source_width"] or mined[0]), int(record["source_height"] or mined[1])
        within: Box = (0.0, 0.0, float(source[0]), float(source[1]))
        whole = source
        if pointer.source == _plain(record["canvas"]) and record["canvas_box"]:
            within = _four(record["canvas_box"])
            whole = int(record["canvas_width"]), int(record["canvas_height"])
        elif record["region"] and record["region_box"] and not self._is_file(name, pointer.source):
            within = _four(record["region_box"])
            whole = round(within[0] + within[2]), round(within[1] + within[3])
        part = pointer.box
        if pointer.percent:
            sides = (whole[0], whole[1], whole[0], whole[1])
            part = _four([value * side / 100 for value, side in zip(part, sides, strict=True)])
        return window_of(part, mined, source, within)

    def _is_file(self, name: str, source: str) -> bool:
        return unquote(source) == name

    def _patches(self, name: str) -> list[Patch]:
        record = self.atlas.image(name)
        patches: list[Patch] = []
        for label in record["labels"] or [record["label"]]:
            rows = self.atlas.rows(label)
            rows = rows.filter(pc.equal(rows["image_id"], name))
            patches += [Patch(**row) for row in rows.to_pylist()]
        return patches

    @cached_property
    def _rows(self) -> list[dict[str, str | None]]:
        rows: list[dict[str, str | None]] = self.atlas.table("images", _COLUMNS).to_pylist()
        return rows

    @cached_property
    def _canvases(self) -> dict[str, list[str]]:
        return self._index("canvas")

    @cached_property
    def _sources(self) -> dict[str, list[str]]:
        known = self._index("source_url")
        return {address: names for address, names in known.items() if len(names) == 1}

    @cached_property
    def _services(self) -> dict[str, list[str]]:
        index: defaultdict[str, list[str]] = defaultdict(list)
        for row in self._rows:
            service = str(row["region"] or "").partition("/{region}/")[0]
            if service:
                index[service].append(str(row["image_id"]))
        return dict(index)

    def _index(self, column: str) -> dict[str, list[str]]:
        index: defaultdict[str, list[str]] = defaultdict(list)
        for row in self._rows:
            if address := _plain(row[column]):
                index[address].append(str(row["image_id"]))
        return dict(index)

    @cached_property
    def _files(self) -> dict[str, list[str]]:
        return {str(row["image_id"]): [str(row["image_id"])] for row in self._rows}

    @cached_property
    def _bases(self) -> defaultdict[str, list[str]]:
        index: defaultdict[str, list[str]] = defaultdict(list)
        for name in self._files:
            index[PurePosixPath(name).name].append(name)
        return index


def overlap(box: Box, patch: Patch) -> float:
    """Intersection over union of a box and the window of a patch."""
    left, top, wide, high = box
    across = min(left + wide, patch.col + patch.size) - max(left, patch.col)
    down = min(top + high, patch.row + patch.size) - max(top, patch.row)
    shared = max(across, 0.0) * max(down, 0.0)
    return shared / (wide * high + patch.size**2 - shared) if shared else 0.0


def _plain(address: str | None) -> str:
    return (address or "").partition("#")[0]


def _four(values: list[float]) -> Box:
    left, top, wide, high = map(float, values)
    return left, top, wide, high
