"""Reader of a boxes.csv: where things are in the pictures, drawn by experts or by a recipe.

One row per box, with the columns file_name, label, x, y, w, h and perhaps element, in pixels of the
upright picture; (x, y) is the box's upper left corner. An empty label marks a thing of no label.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path

from diffmine.data.files import regular
from diffmine.data.image import scaling
from diffmine.errors import DataError

NAME = "boxes.csv"
_NEEDED = ("file_name", "label", "x", "y", "w", "h")
_LONGEST = 200


@dataclass(frozen=True)
class Box:
    """A box in pixels of the upright picture of a file: (x, y) its upper left corner."""

    image_id: str
    label: str
    element: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Boxes:
    """Boxes in the order of the file, and refused rows: their line and the reason."""

    boxes: tuple[Box, ...]
    refused: tuple[tuple[int, str], ...] = ()


def read_boxes(path: Path) -> Boxes:
    """The boxes of a file; DataError when it cannot be read, lacks a column or holds no box."""
    boxes: list[Box] = []
    refused: list[tuple[int, str]] = []
    try:
        with open(path, newline="", encoding="utf-8-sig", opener=regular) as file:
            reader = csv.DictReader(file)
            columns = reader.fieldnames or []
            for name in _NEEDED:
                if name not in columns:
                    raise DataError(
                        f"{path} has no column {name!r}; its columns are {', '.join(columns)}, "
                        f"it needs {', '.join(_NEEDED)}."
                    )
            for row in reader:
                result = _box(row)
                if isinstance(result, Box):
                    boxes.append(result)
                else:
                    refused.append((reader.line_num, result))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path} cannot be read: {error}.") from error
    if not boxes:
        reason = f" (line {refused[0][0]}: {refused[0][1]})" if refused else ""
        raise DataError(f"{path} holds no box{reason}.")
    return Boxes(tuple(boxes), tuple(refused))


def _box(row: dict[str, str | None]) -> Box | str:
    """The box of a row, or why there is none."""
    words = {name: (row.get(name) or "").strip() for name in ("file_name", "label", "element")}
    if not words["file_name"]:
        return "it names no file"
    if max(map(len, words.values())) > 5 * _LONGEST or len(words["label"]) > _LONGEST:
        return "a name is too long"
    sides = []
    for name in ("x", "y", "w", "h"):
        try:
            sides.append(float(row.get(name) or ""))
        except ValueError:
            return f"its {name} is no number"
    if not all(map(math.isfinite, sides)):
        return "a side is not finite"
    if min(sides[2:]) <= 0:
        return "its width or height is not above zero"
    image_id = Path(words["file_name"]).as_posix()
    return Box(image_id, words["label"], words["element"], *sides)


def box_as_mined(
    box: Box, source: tuple[int, int], side: int
) -> tuple[float, float, float, float] | None:
    """(row, col, height, width) of a box in pixels of the image as mined, clipped to it; None when
    the crop left nothing of it.

    `source` is (width, height) of the upright picture, `side` the short side of images as mined.
    """
    to = scaling(*source, side)
    across, down = to.width / source[0], to.height / source[1]
    left, right = (box.x * across - to.left, (box.x + box.width) * across - to.left)
    top, bottom = (box.y * down - to.top, (box.y + box.height) * down - to.top)
    left, right = max(left, 0.0), min(right, float(to.wide))
    top, bottom = max(top, 0.0), min(bottom, float(to.high))
    if right <= left or bottom <= top:
        return None
    return top, left, bottom - top, right - left
