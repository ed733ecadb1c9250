"""The copies of the embedded atlases that people look at: every picture drawn anew, larger.

    python -m demos.views [type cars chest icons]

The images as mined stay as they are; a copy is drawn from the same chance, TIMES as wide and high,
and scaled and cut as the images were.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path

from PIL import Image

from demos.splits import Counts, count, each_in_order
from diffmine.atlas.writer import Workspace, open_workspace
from diffmine.data.image import as_viewed
from diffmine.stages.collect.held import VIEW, Row
from diffmine.stages.collect.views import beside, note_views

TIMES = 4
QUALITY = 85
"""Of WebP: 2 to 6 kB a copy, half of a JPEG that looks as good."""
PART = 100
NAMES = ("type", "cars", "chest", "icons")
Pictures = Callable[[Sequence[str], int, Counts], Iterator[Image.Image]]


def add_views(
    atlas: Workspace, name: str, counts: Counts | None = None, processes: int = 0
) -> None:
    """Write views.parquet of an atlas of the drawings of demos/NAME, and note it. `counts` are
    those that its pictures were drawn with, if not its recipe's own; `processes`: as many as there
    are cores, if not given."""
    images = atlas.table("images", ["image_id", "width", "height"]).to_pylist()
    side = int(atlas.manifest.config["data"]["image_size"])
    view = TIMES * max(max(row["width"], row["height"]) for row in images)
    atlas.manifest.config["data"]["view"] = view
    names = [row["image_id"] for row in images]
    copies = _rows(name, names, side, counts, processes or os.cpu_count() or 1)
    with beside(atlas, view, copies) as rows:
        for done, _ in enumerate(rows, start=1):
            count(f"{name}, copies", done, len(names))
    note_views(atlas, view)


def _rows(
    name: str, names: list[str], side: int, counts: Counts | None, processes: int
) -> Iterator[Row]:
    recipe = import_module(f"demos.{name}.recipe")
    # In parts: to begin takes the recipe of type ten seconds.
    parts = [names[at : at + PART] for at in range(0, len(names), PART)]
    work = partial(_copies, pictures=recipe.enlarged, side=side, counts=counts or recipe.COUNTS)
    for part, copies in zip(parts, each_in_order(work, parts, processes, 1), strict=True):
        for image_id, content in zip(part, copies, strict=True):
            yield {"image_id": image_id, VIEW: (content, TIMES)}


def _copies(names: list[str], pictures: Pictures, side: int, counts: Counts) -> list[bytes]:
    return [
        encoded(as_viewed(large.convert("RGB"), side, TIMES))
        for large in pictures(names, TIMES, counts)
    ]


def encoded(picture: Image.Image) -> bytes:
    """The file of a copy."""
    content = io.BytesIO()
    picture.save(content, "WEBP", quality=QUALITY, method=6)
    return content.getvalue()


def main() -> None:
    """Add the copies to embedded atlases that are there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=NAMES, help="of type, cars, chest, icons; all")
    for name in parser.parse_args().names:
        folder = Path(__file__).parents[1] / "assets" / "atlases" / name
        atlas = open_workspace(folder)
        with atlas.hold():
            add_views(atlas, name)
        print(name, (folder / "views.parquet").stat().st_size, "bytes", file=sys.stderr)


if __name__ == "__main__":
    main()
