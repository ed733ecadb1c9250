"""The sheet docs/type-changes.png: the elements of change of an atlas with a parallel set.

python -m demos.type.changes ATLAS OUT
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from diffmine.atlas.generated import GeneratedPictures
from diffmine.atlas.reader import Atlas, open_atlas

CHANGES, PER_CHANGE, SIDE, GAP, LEFT, HEAD = 8, 3, 56, 4, 250, 46


def changes_sheet(atlas: Atlas, path: Path, changes: int = CHANGES) -> None:
    """A block for each of the first elements of change that hold three images or more: its three
    most central sequences, a column for each label, the source framed in red."""
    central = {row["change"]: _central(atlas, row["change"]) for row in _changes(atlas)}
    rows = [row for row in _changes(atlas) if len(central[row["change"]]) == PER_CHANGE][:changes]
    step = SIDE + GAP
    high = HEAD + sum(PER_CHANGE * step + 2 * GAP for _ in rows)
    sheet = Image.new("RGB", (LEFT + len(atlas.labels) * step, high), "white")
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(12)
    pen.text((6, 4), "Framed in red: the source. All other pictures are generated.", "#a00", font)
    for at, label in enumerate(atlas.labels):
        pen.text((LEFT + at * step + 10, HEAD - 18), label, "black", font)
    made = GeneratedPictures(atlas.parts("parallel"))
    top = HEAD
    for row in rows:
        words = [f"{row['rank']}. {row['name']}", f"{row['size']} sequences, median T "
                 f"{row['median']:.4f}", f"most typical of {row['most_typical']}"]  # fmt: skip
        lines = [line for each in words for line in _wrapped(each)]
        for at, line in enumerate(lines):
            pen.text((6, top + 15 * at), line, "black" if at < len(lines) - 2 else "#555", font)
        for at, sequence in enumerate(central[row["change"]]):
            for place, label in enumerate(atlas.labels):
                corner = (LEFT + place * step, top + at * step)
                _paste(sheet, corner, atlas, made, sequence, label)
        top += PER_CHANGE * step + 2 * GAP
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path, optimize=True)


def _changes(atlas: Atlas) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = atlas.table("changes").to_pylist()
    return rows


def _wrapped(text: str, width: int = 38) -> list[str]:
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _central(atlas: Atlas, change: int) -> list[dict[str, Any]]:
    """The sequences nearest to the centre, one an image."""
    rows = [r for r in atlas.table("sequences").to_pylist() if r["change"] == change]
    first: dict[str, dict[str, Any]] = {}
    for row in sorted(rows, key=lambda row: row["distance"]):
        first.setdefault(row["image_id"], row)
    return list(first.values())[:PER_CHANGE]


def _paste(
    sheet: Image.Image,
    corner: tuple[int, int],
    atlas: Atlas,
    made: GeneratedPictures,
    sequence: dict[str, Any],
    label: str,
) -> None:
    """One window, enlarged; the mark of a generated one is written into it."""
    is_source = label == sequence["label"]
    picture = atlas.pictures.picture(sequence["image_id"])
    if not is_source:
        content = made.content(sequence["image_id"], label)
        assert content is not None
        picture = Image.open(io.BytesIO(content)).convert("RGB")
    row, col, size = sequence["row"], sequence["col"], sequence["size"]
    pixels = np.asarray(picture)[row : row + size, col : col + size]
    sheet.paste(Image.fromarray(pixels).resize((SIDE, SIDE), Image.Resampling.BICUBIC), corner)
    pen = ImageDraw.Draw(sheet)
    box = [corner[0], corner[1], corner[0] + SIDE - 1, corner[1] + SIDE - 1]
    if is_source:
        pen.rectangle(box, outline="#d00000", width=3)
    else:
        pen.rectangle([box[0], box[3] - 9, box[2], box[3]], fill="#18181b")
        pen.text((box[0] + 3, box[3] - 10), "generated", "#ffb000", ImageFont.load_default(8))


if __name__ == "__main__":
    changes_sheet(open_atlas(sys.argv[1]), Path(sys.argv[2]))
