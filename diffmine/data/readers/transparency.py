"""Pictures with transparency as pictures without it, in strips, for memory is limited.

    shown = alpha * colour + (1 - alpha) * ground

in the picture's own size, so that no colour under what is clear reaches a neighbour when it is
scaled. The ground is white; for a rim it is what lies within: cameras and editors leave pictures
that are solid but for a clear line at the edge, which white would make a frame.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PIL import Image

from diffmine.data.readers.colours import to_srgb

RIM, PART = 2, 32
"""A rim is at most so many pixels wide, and of the short side at most one part in so many."""
_SOLID = 250
"""What has at least this alpha, of 255, counts as solid within a rim."""
_STRIP = 2**20


def is_clear(image: Image.Image) -> bool:
    """Whether a picture can have transparency."""
    return image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info


def without(image: Image.Image, profile: bytes | None) -> Image.Image:
    """A picture in sRGB with its transparency laid on white, that of a rim on what lies within."""
    picture = Image.new("RGB", image.size)
    rim = rim_of(image)
    for top, strip in strips(image):
        clear = to_srgb(strip.convert("RGBA"), profile)
        ground = _within(image, profile, rim, top, strip.height) if rim else None
        ground = ground or Image.new("RGBA", strip.size, "white")
        picture.paste(Image.alpha_composite(ground, clear).convert("RGB"), (0, top))
    return picture


def strips(image: Image.Image) -> Iterator[tuple[int, Image.Image]]:
    """The picture in strips of about a million pixels, with the row of the top one."""
    rows = max(1, _STRIP // image.width)
    for top in range(0, image.height, rows):
        yield top, image.crop((0, top, image.width, min(top + rows, image.height)))


def rim_of(image: Image.Image) -> int:
    """The width in pixels of the edge outside which a picture is solid; 0 where it is clear within
    too, nowhere clear, or too small to tell."""
    width, height = image.size
    most = min(RIM, min(width, height) // PART)
    rim = 0
    for top, strip in strips(image) if most else ():
        alpha = np.asarray(strip.convert("RGBA").getchannel("A"))
        rows, cols = np.nonzero(alpha < _SOLID)
        rows = rows + top
        depth = np.minimum(np.minimum(rows, height - 1 - rows), np.minimum(cols, width - 1 - cols))
        rim = max(rim, int(depth.max(initial=-1)) + 1)
        if rim > most:
            return 0
    return rim


def _within(
    image: Image.Image, profile: bytes | None, rim: int, top: int, count: int
) -> Image.Image:
    """The solid ground of `count` rows: each pixel, or for one in the rim the nearest outside
    it."""
    rows = np.clip(np.arange(top, top + count), rim, image.height - 1 - rim)
    cols = np.clip(np.arange(image.width), rim, image.width - 1 - rim)
    part = image.crop((0, int(rows[0]), image.width, int(rows[-1]) + 1)).convert("RGBA")
    pixels = np.asarray(to_srgb(part, profile))[rows - rows[0]][:, cols]  # rows width 4
    pixels = np.concatenate([pixels[..., :3], np.full_like(pixels[..., :1], 255)], axis=2)
    return Image.fromarray(pixels)
