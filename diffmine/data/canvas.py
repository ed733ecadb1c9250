"""A canvas of IIIF: the surface that a picture lies on, with pixels of its own."""

from __future__ import annotations

from dataclasses import dataclass

Box = tuple[float, float, float, float]
"""Left, top, width and height, in pixels."""


@dataclass(frozen=True)
class Canvas:
    """Where a picture lies on a canvas of IIIF: the canvas's address and size in its own pixels,
    and the `box` of it that the picture fills.

    `region` is an address that gives a part of the picture, with `{region}` for its left, top,
    width and height in pixels of the server's picture, of which this one is `region_box`; empty
    where the server cuts no parts.
    """

    address: str
    width: int
    height: int
    box: Box
    region: str = ""
    region_box: Box | None = None
