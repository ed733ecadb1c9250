"""What a manifest says, in one form for both versions of the Presentation API."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from diffmine.data.canvas import Box
from diffmine.data.iiif import texts
from diffmine.data.iiif.plain import id_of, kind_of, number, objects, text_of
from diffmine.data.iiif.service import Service, service_of

_XYWH = re.compile(r"(?:^|[#&?])xywh=(?:(pixel|percent):)?([^&]*)")
_SIDES = re.compile(r"\d{1,9}(?:\.\d+)?(?:,\d{1,9}(?:\.\d+)?){3}", re.ASCII)

Facts = dict[str, str]
"""Fields of a record that come from properties of IIIF, those that are there."""
Pairs = list[tuple[str, str]]
"""Names and values of metadata, in their order, a name once for each language."""


@dataclass(frozen=True)
class Image:
    """A picture that is painted on a canvas, filling `box` of it: the address of the file, its
    service, and the region of it that is meant (left, top, width, height in its pixels)."""

    address: str
    box: Box
    service: Service | None = None
    region: tuple[int, int, int, int] | None = None
    media: str = ""


@dataclass(frozen=True)
class Page:
    """A canvas: its address, label, size in its own pixels, metadata and pictures; `reason` says
    why there are none."""

    address: str
    label: str
    width: int = 0
    height: int = 0
    pairs: Pairs = field(default_factory=list)
    facts: Facts = field(default_factory=dict)
    images: tuple[Image, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class Manifest:
    """A manifest: its address, label, metadata, facts and canvases; `version` of the API."""

    address: str
    label: str
    version: int
    pairs: Pairs
    facts: Facts
    pages: tuple[Page, ...]


@dataclass(frozen=True)
class Collection:
    """A collection: its address and label, and what it names: (address, the object itself where it
    is embedded whole)."""

    address: str
    label: str
    members: tuple[tuple[str, dict[str, Any] | None], ...]


class PageError(Exception):
    """Why a canvas gives no picture; goes on a sentence."""


def page_of(
    canvas: dict[str, Any],
    pairs: Pairs,
    facts: Facts,
    images: Callable[[dict[str, Any], int, int], Iterable[Image]],
) -> Page:
    """A canvas of either version; `images` gives what is painted on one of a width and height. One
    that cannot be read says why."""
    address, label = id_of(canvas), text_of(canvas.get("label"))
    own = {name: value for name, value in facts.items() if name != "title"}
    try:
        width, height = size_of(canvas)
        painted = tuple(images(canvas, width, height))
        if not painted:
            raise PageError(texts.NO_PICTURE)
    except PageError as error:
        return Page(address, label, reason=str(error))
    return Page(address, label, width, height, pairs, own, painted)


def box_of(target: str, width: int, height: int) -> Box:
    """The part of a canvas that a fragment (`#xywh=`) names, all of it where there is none.

    Raises PageError for one that is no box, or not on the canvas.
    """
    match = _XYWH.search(target)
    if match is None:
        return 0.0, 0.0, float(width), float(height)
    if not _SIDES.fullmatch(match[2]):
        raise PageError(texts.NO_BOX.format(box=match[2][:80]))
    left, top, wide, high = (float(side) for side in match[2].split(","))
    if match[1] == "percent":
        left, wide = left * width / 100, wide * width / 100
        top, high = top * height / 100, high * height / 100
    inside = left + wide <= width + 1 and top + high <= height + 1
    if not inside or wide <= 0 or high <= 0:
        raise PageError(texts.OUTSIDE.format(box=match[2][:80], width=width, height=height))
    return left, top, wide, high


def image_of(body: dict[str, Any], box: Box, selector: Any = None) -> Image | None:
    """The picture of an annotation's body; None for what is no picture (sound, text)."""
    if kind_of(body) not in ("Image", "StillImage", ""):
        return None
    region = region_of(selector)
    service = service_of(body)
    address = id_of(body)
    if not address and service is None:
        return None
    if region and service is None:
        raise PageError(texts.NO_SERVICE)
    media = body.get("format")
    return Image(address, box, service, region, media if isinstance(media, str) else "")


def region_of(selector: Any) -> tuple[int, int, int, int] | None:
    """The part of a picture that an ImageApiSelector means; None: all of it."""
    for one in objects(selector):
        turned = one.get("rotation", 0)
        if str(turned) not in ("0", "0.0", "None", ""):
            raise PageError(texts.TURNED.format(turned=str(turned)[:20]))
        part = one.get("region")
        if isinstance(part, str) and part not in ("full", ""):
            if not _SIDES.fullmatch(part):
                raise PageError(texts.NO_BOX.format(box=part[:80]))
            sides = tuple(round(float(side)) for side in part.split(","))
            if min(sides[2:]) < 1:
                raise PageError(texts.NO_BOX.format(box=part[:80]))
            return sides[0], sides[1], sides[2], sides[3]
    return None


def size_of(canvas: dict[str, Any]) -> tuple[int, int]:
    """Width and height of a canvas. PageError where it has none."""
    sides = [number(canvas.get(name)) for name in ("width", "height")]
    if None in sides or max(side or 0 for side in sides) > 2**31 - 1:
        raise PageError(texts.NO_SIZE)
    return math.ceil(sides[0] or 0), math.ceil(sides[1] or 0)
