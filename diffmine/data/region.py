"""Where a window of an image as mined lies in the picture that it came from, and on its canvas.

place in the box = corner of the box + (mined + cropped) * side of the box / scaled side
"""

from __future__ import annotations

from collections.abc import Sequence

from diffmine.data.image import scaling

Whole = tuple[int, int, int, int]
"""Left, top, width and height in whole pixels."""


def part_of(
    window: Whole, mined: tuple[int, int], source: tuple[int, int], box: Sequence[int | float]
) -> Whole:
    """The part of a box that a window shows, its edges rounded to pixels, at least one of each way.

    Args:
        window: Left, top, width and height in pixels of the image as mined.
        mined: Width and height of that image.
        source: Width and height of the upright picture that was scaled and cropped to it.
        box: Left, top, width and height of what the whole picture fills, in pixels of anything: of
            a canvas, or of a larger copy of the picture.

    Returns:
        Left, top, width and height in those pixels.

    Example:
        >>> part_of((16, 0, 16, 16), (64, 48), (640, 480), (0, 0, 6400, 4800))
        (1600, 0, 1600, 1600)
    """
    to = scaling(*source, min(mined))
    left, right = _edges(window[0], window[2], to.left, to.width, box[0], box[2])
    top, bottom = _edges(window[1], window[3], to.top, to.height, box[1], box[3])
    return left, top, max(1, right - left), max(1, bottom - top)


def _edges(
    begin: int, length: int, cropped: int, scaled: int, corner: float | int, side: float | int
) -> tuple[int, int]:
    ends = (begin + cropped, begin + cropped + length)
    first, last = (int(corner + end * side / scaled + 0.5) for end in ends)
    return first, last


def window_of(
    part: Sequence[float], mined: tuple[int, int], source: tuple[int, int], box: Sequence[float]
) -> tuple[float, float, float, float]:
    """The other way round: where a part of a box lies in the image as mined.

    Args:
        part: Left, top, width and height in the pixels that `box` is given in.
        mined: Width and height of the image as mined.
        source: Width and height of the upright picture that was scaled and cropped to it.
        box: Left, top, width and height of what the whole picture fills, in those pixels.

    Returns:
        Left, top, width and height in pixels of the image as mined, which it may leave.

    Example:
        >>> window_of((1600, 0, 1600, 1600), (64, 48), (640, 480), (0, 0, 6400, 4800))
        (16.0, 0.0, 16.0, 16.0)
    """
    to = scaling(*source, min(mined))
    left = (part[0] - box[0]) * to.width / box[2] - to.left
    top = (part[1] - box[1]) * to.height / box[3] - to.top
    return left, top, part[2] * to.width / box[2], part[3] * to.height / box[3]
