"""A picture on a canvas as it is fetched: the info.json of its service says what to ask for."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path

from diffmine.data.canvas import Canvas
from diffmine.data.iiif import texts
from diffmine.data.iiif.pages import Image
from diffmine.data.iiif.service import Info, Service, addresses, info_of, region_address
from diffmine.data.image import scaling
from diffmine.data.web.errors import LastingError
from diffmine.data.web.remote import Place
from diffmine.data.web.store import Store

LONGEST = 20_000
"""Pixels of the longest side that is asked for."""


@dataclass(frozen=True)
class Wanted:
    """How large pictures are fetched: with a long side of `long` pixels where that is given, else
    as large as the image as mined, of a short side `short`, and its copy for people need, whose
    long side is at most `view`."""

    short: int
    view: int
    long: int = 0

    def side(self, width: int, height: int) -> int:
        """The long side to ask for, of a picture of a size."""
        if self.long:
            return self.long
        to = scaling(width, height, self.short)
        times = max(1, self.view // max(to.wide, to.high))
        scale = times * max(to.width / width, to.height / height)
        return min(math.ceil(scale * max(width, height)) + 1, LONGEST)  # servers round either way


@dataclass(frozen=True)
class Painting:
    """A picture on a canvas; a Remote."""

    image: Image
    canvas: Canvas
    wanted: Wanted

    @property
    def key(self) -> tuple[str, str]:
        """The address by which it is kept, and what of it."""
        if self.image.service is None:
            return self.image.address, "picture"
        size = (
            f"{self.wanted.long}" if self.wanted.long else f"{self.wanted.short} {self.wanted.view}"
        )
        return self.image.service.address, f"picture {size} {self.image.region or ''}"

    @property
    def size(self) -> int:
        """Its service does not say."""
        return 0

    def fetch(self, store: Store, place: Place, path: Path) -> None:
        """Fetch it from the first of its addresses that has it."""
        store.picture(place.addresses, path)

    def place(self, store: Store) -> Place:
        """Where it is, and its canvas with the address of its parts. Raises LastingError where the
        service does not say how large the picture is."""
        service = self.image.service
        if service is None:
            return Place((self.image.address,), self.canvas)
        try:
            info = self._info(service, store)
        except LastingError:
            if not self.image.address or self.image.region:
                raise
            return Place((self.image.address,), self.canvas)  # the service is gone, the file is not
        region = self.image.region
        if region and not info.parts:
            raise LastingError(texts.NO_SERVICE)
        box = region or (0, 0, info.width, info.height)
        side = self.wanted.side(*box[2:])
        where = addresses(info, side, region)
        inside = (float(box[0]), float(box[1]), float(box[2]), float(box[3]))
        part = region_address(info)
        canvas = replace(self.canvas, region=part, region_box=inside if part else None)
        return Place(where, canvas)

    def _info(self, service: Service, store: Store) -> Info:
        address = f"{service.address}/info.json"
        info = info_of(store.json(address), service)
        if info is None:
            raise LastingError(texts.NO_INFO.format(address=address))
        return info
