"""The Image API: which picture to ask a server for, so that its long side has so many pixels.

    SERVICE/REGION/SIZE/0/QUALITY.jpg

A width (`w,`) or a height (`,h`) may be asked of servers of level 1 and 2 in all versions; those of
level 0 have the sizes that they list, and the whole picture (iiif.io/api/image/3.0/compliance).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from diffmine.data.iiif.plain import id_of, kind_of, number, objects, whole

_VERSION = re.compile(r"image/([123])\b|image-api/(1)\.|ImageService([123])\b")
_LEVEL = re.compile(r"level([012])\b")


@dataclass(frozen=True)
class Service:
    """An image service as a manifest names it."""

    address: str
    version: int


@dataclass(frozen=True)
class Info:
    """What a server says of a picture (info.json): its size in pixels, its level of compliance, the
    `sizes` it lists, and the largest width, height and area that it gives; `parts` says whether it
    cuts regions, `widths` and `heights` whether it takes any of these."""

    address: str
    version: int
    width: int
    height: int
    parts: bool
    widths: bool
    heights: bool
    sizes: tuple[tuple[int, int], ...] = ()
    most: tuple[float, float, float] = (math.inf, math.inf, math.inf)


def service_of(body: Mapping[str, Any]) -> Service | None:
    """The image service of a picture, of several the newest version."""
    services = [
        Service(address.rstrip("/"), version)
        for one in objects(body.get("service"))
        if (address := id_of(one)) and (version := _version(one))
    ]
    return max(services, key=lambda service: service.version, default=None)


def info_of(content: Any, service: Service) -> Info | None:
    """What an info.json says; None where it has no size."""
    if not isinstance(content, dict):
        return None
    width, height = whole(content.get("width")), whole(content.get("height"))
    if width is None or height is None:
        return None
    profile = content.get("profile")
    parts = profile if isinstance(profile, list) else [profile]
    levels = [_LEVEL.search(one) for one in parts if isinstance(one, str)]
    level = max((int(match[1]) for match in levels if match), default=0)
    limits = [content, *objects(parts)]
    features = {name for one in limits for name in _features(one)}
    sizes = tuple(
        (wide, high)
        for one in objects(content.get("sizes"))
        if (wide := whole(one.get("width"))) and (high := whole(one.get("height")))
    )
    return Info(
        service.address,
        _version(content) or service.version,
        width,
        height,
        level > 0 or "regionByPx" in features,
        level > 0 or "sizeByW" in features,
        level > 0 or "sizeByH" in features,
        sizes,
        _most(limits),
    )


def addresses(info: Info, side: int, region: tuple[int, int, int, int] | None) -> tuple[str, ...]:
    """Addresses of the picture, or of a region of it (left, top, width and height in its pixels),
    with a long side of `side` pixels or as near as the server has it; the first is the best."""
    box = region or (0, 0, info.width, info.height)
    part = ",".join(map(str, box)) if region else "full"
    wide, high = box[2:]
    scale = min(1.0, side / max(wide, high), *_shrinks(info, wide, high))
    if info.widths or (region and not info.sizes):
        if scale == 1.0:
            return (_address(info, part, _all(info)), _address(info, part, f"{wide},"))
        return (_address(info, part, _scaled(info, wide, high, scale)),)
    large = [size for size in info.sizes if max(size) >= side]
    chosen = min(large, key=max, default=None)
    if chosen is None and max(info.width, info.height) > max(map(max, info.sizes), default=0):
        alike = [_address(info, part, _all(info))]
        alike += [_address(info, part, f"{size[0]},{size[1]}") for size in _largest(info)]
        return tuple(alike)
    wide, high = chosen or max(info.sizes, key=max)
    return (_address(info, part, f"{wide},{high}"), _address(info, part, f"{wide},"))


def region_address(info: Info) -> str:
    """The address of a part of the picture, with `{region}` in it; empty where none is cut."""
    return _address(info, "{region}", _all(info)) if info.parts else ""


def _scaled(info: Info, wide: int, high: int, scale: float) -> str:
    """The longer side to ask for: not below the scale, unless that would break a limit of the
    server."""
    tall = high > wide and info.heights
    exact = (high if tall else wide) * scale
    limited = min(_shrinks(info, wide, high)) <= scale
    length = max(1, math.floor(exact) if limited else math.ceil(exact - 1e-9))
    return f",{length}" if tall else f"{length},"


def _shrinks(info: Info, wide: int, high: int) -> tuple[float, float, float]:
    most = info.most
    return most[0] / wide, most[1] / high, math.sqrt(most[2] / (wide * high))


def _largest(info: Info) -> list[tuple[int, int]]:
    return sorted(info.sizes, key=max, reverse=True)[:1]


def _all(info: Info) -> str:
    """How all pixels, or as many as the server gives, are asked for."""
    limited = min(info.most) < math.inf
    return "max" if info.version == 3 or (info.version == 2 and limited) else "full"


def _address(info: Info, part: str, size: str) -> str:
    quality = "native" if info.version == 1 else "default"
    return f"{info.address}/{part}/{size}/0/{quality}.jpg"


def _most(limits: list[dict[str, Any]]) -> tuple[float, float, float]:
    def least(name: str) -> float:
        return min((value for one in limits if (value := number(one.get(name)))), default=math.inf)

    width, height = least("maxWidth"), least("maxHeight")
    return width, height if height < math.inf else width, least("maxArea")


def _features(one: dict[str, Any]) -> list[str]:
    values = [*_list(one.get("supports")), *_list(one.get("extraFeatures"))]
    return [value for value in values if isinstance(value, str)]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _version(one: dict[str, Any]) -> int:
    """The version of the Image API that an object is of; 0: it is none of it."""
    profile = one.get("profile")
    told = [
        one.get("@context"),
        kind_of(one),
        *(profile if isinstance(profile, list) else [profile]),
    ]
    told += _list(one.get("@context"))
    found_in = [match for text in told if isinstance(text, str) if (match := _VERSION.search(text))]
    return max((int(next(filter(None, match.groups()))) for match in found_in), default=0)
