"""Reader of a boxes.csv: where things are in the pictures, drawn by experts or by a recipe.

One row per box, with the columns file_name, label, x, y, w, h and perhaps element, in pixels of the
upright picture; (x, y) is the box's upper left corner. An empty label marks a thing of no label.
"""

from __future__ import annotations

import math
import posixpath
import re
from dataclasses import dataclass, replace
from pathlib import Path

from diffmine.data.image import scaling
from diffmine.data.labels import normal
from diffmine.data.tables import PICTURE_COLUMNS, read_rows
from diffmine.data.tables.table import Row, Table
from diffmine.errors import DataError

NAME = "boxes.csv"
NIH = "BBox_List_2017.csv"
"""The boxes of ChestX-ray14, in pixels of pictures of 1024 x 1024, whatever size the files have."""
_NIH_SIDES = (1024, 1024)
_NIH_NAMES = {"Infiltrate": "Infiltration"}
"""Labels that its table of films spells otherwise."""
_NEEDED = ("file_name", "label", "x", "y", "w", "h")
_KNOWN = {
    "file_name": PICTURE_COLUMNS,
    "label": ("label", "finding_label", "class", "class_name"),
    "element": ("element",),
    "x": ("x", "bbox [x", "bbox_x"),
    "y": ("y", "bbox_y"),
    "w": ("w", "width", "bbox_w"),
    "h": ("h", "h]", "height", "bbox_h"),
}
_LONGEST = 200
_COMMA = re.compile(r"-?\d+,(\d{1,2}|\d{4,})")


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

    def scaled(self, across: float, down: float) -> Box:
        """The box in a picture that is so many times as wide and as high."""
        sides = (self.x * across, self.y * down, self.width * across, self.height * down)
        return Box(self.image_id, self.label, self.element, *sides)

    def share_inside(self, width: int, height: int) -> float:
        """How much of its area lies in a picture."""
        across = min(self.x + self.width, width) - max(self.x, 0)
        down = min(self.y + self.height, height) - max(self.y, 0)
        return max(across, 0) * max(down, 0) / (self.width * self.height)


@dataclass(frozen=True)
class Boxes:
    """Boxes in the order of the file, and refused rows: their line and the reason. `sides` is the
    (width, height) of the pictures in whose pixels they are, None: of the files themselves."""

    boxes: tuple[Box, ...]
    refused: tuple[tuple[int, str], ...] = ()
    sides: tuple[int, int] | None = None


def is_of_boxes(path: Path) -> bool:
    """Whether a file is named as one of boxes is, and so no table of pictures."""
    name = path.name.lower()
    return path.stem.lower() == "boxes" or name.startswith("bbox_list")


def read_boxes(path: Path) -> Boxes:
    """The boxes of a table of any kind that `read_rows` reads; DataError when it cannot be read,
    lacks a column, holds no box, or holds shares of pictures, from 0 to 1, where pixels belong."""
    table = read_rows(path)
    columns = {name: _column(table, name) for name in _KNOWN}
    nih = path.name.lower() == NIH.lower()
    boxes: list[Box] = []
    refused = [(0, f"{name}: {reason}") for name, reason in table.refused]
    lines = table.lines or range(1, len(table.rows) + 1)
    for line, row in zip(lines, table.rows, strict=True):
        result = _box({name: row.get(column, "") for name, column in columns.items()})
        if isinstance(result, Box):
            boxes.append(result)
        else:
            refused.append((line, result))
    if not boxes:
        reason = f" (line {refused[0][0]}: {refused[0][1]})" if refused else ""
        raise DataError(f"{path} holds no box{reason}.")
    _check_pixels(path, boxes)
    if nih:
        boxes = [replace(box, label=_NIH_NAMES.get(box.label, box.label)) for box in boxes]
    return Boxes(tuple(boxes), tuple(refused), _NIH_SIDES if nih else None)


def _column(table: Table, name: str) -> str:
    column = table.find(*_KNOWN[name])
    if column is None and name in _NEEDED:
        raise DataError(
            f"{table.path} has no column {name!r}; its columns are {', '.join(table.columns)}, "
            f"it needs {', '.join(_NEEDED)}."
        )
    return column or ""


def _check_pixels(path: Path, boxes: list[Box]) -> None:
    """A box is never one pixel small; several that end before the first are shares."""
    small = sum(max(box.x + box.width, box.y + box.height) <= 1 for box in boxes)
    if small * 2 > len(boxes):
        raise DataError(
            f"Of the {len(boxes)} boxes of {path} {small} lie within the first pixel, as shares of "
            "a picture from 0 to 1 would; write x, y, w and h in pixels of the picture files."
        )


def _box(row: Row) -> Box | str:
    """The box of a row, or why there is none."""
    words = {name: normal(row[name]) for name in ("file_name", "label", "element")}
    if not words["file_name"]:
        return "it names no file"
    if max(map(len, words.values())) > 5 * _LONGEST or len(words["label"]) > _LONGEST:
        return "a name is too long"
    sides = []
    for name in ("x", "y", "w", "h"):
        try:
            text = row[name].strip()
            sides.append(float(text.replace(",", ".") if _COMMA.fullmatch(text) else text))
        except ValueError:
            return f"its {name} is no number"
    if not all(map(math.isfinite, sides)):
        return "a side is not finite"
    if min(sides[2:]) <= 0:
        return "its width or height is not above zero"
    image_id = row["file_name"].strip().replace("\\", "/")
    image_id = posixpath.normpath(image_id)
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
