"""An icon's file as RGBA: vector art at 384 pixels, pictures as they are."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import resvg_py
from jaxtyping import UInt8
from PIL import Image

SIDE = 384
"""Pixels of the long side of what is drawn from vectors."""
SHOWN = 64
"""Of 255: least alpha of a pixel that counts as the icon's; below lie its soft shadows."""
# Colours by var() come out black in every renderer that was tried, and text needs fonts that
# machines do not share.
_UNSURE = re.compile(rb"var\(|<(svg:)?text\b|flowRoot")


def unsure(path: Path) -> bool:
    """Whether a vector file may come out differently elsewhere."""
    return path.suffix == ".svg" and _UNSURE.search(path.read_bytes()) is not None


def render(path: Path) -> Image.Image:
    """The icon as RGBA, of any size; ValueError or OSError where it cannot be drawn."""
    if path.suffix != ".svg":
        with Image.open(path) as picture:
            return picture.convert("RGBA")
    # Without a size of its own an SVG is drawn at 96 dots an inch; `width` scales it to SIDE.
    content = resvg_py.svg_to_bytes(
        svg_path=str(path), width=SIDE, dpi=96, skip_system_fonts=True,
        resources_dir=str(path.parent),
    )  # fmt: skip
    with Image.open(io.BytesIO(content)) as picture:
        return picture.convert("RGBA")


def shown_box(icon: Image.Image) -> tuple[int, int, int, int] | None:
    """Box of the icon without its soft shadows (left, top, right, bottom); None of an empty one."""
    return icon.getchannel("A").point(lambda alpha: 255 * (alpha >= SHOWN)).getbbox()


def on_grey(icon: Image.Image) -> Image.Image:
    """What is shown of an icon on a square of an even grey, RGB; ValueError for an empty one."""
    box = shown_box(icon)
    if box is None:
        raise ValueError("the icon is empty")
    side = max(box[2] - box[0], box[3] - box[1])
    square = Image.new("RGBA", (side, side), (190, 190, 190, 255))
    place = ((side - box[2] + box[0]) // 2, (side - box[3] + box[1]) // 2)
    square.alpha_composite(icon.crop(box), place)
    return square.convert("RGB")


def is_one_colour(pixels: UInt8[np.ndarray, "h w 4"]) -> bool:
    """Whether an icon is a symbol of one or two flat colours."""
    solid = pixels[pixels[..., 3] > 200][:, :3] >> 4  # n 3
    if len(solid) == 0:
        return True
    _, counts = np.unique(solid, axis=0, return_counts=True)
    return bool(np.sort(counts)[::-1][:2].sum() > _FLAT * len(solid))


_FLAT = 0.9
"""Share of the solid pixels that two of 4,096 colours cover in a symbol."""
