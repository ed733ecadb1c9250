"""From a boxes.csv to the boxes of an atlas, in pixels of its images as mined."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from diffmine.atlas.manifest import key_of
from diffmine.atlas.reader import Atlas
from diffmine.atlas.records import KeptBoxes
from diffmine.atlas.schemas import BOXES
from diffmine.atlas.writer import Workspace
from diffmine.data.boxes import box_as_mined, read_boxes
from diffmine.data.files import digest_of
from diffmine.errors import AtlasError, DataError


def keep_boxes(atlas: Workspace, path: Path, *, of_data: bool = False) -> KeptBoxes:
    """Write boxes.parquet from a boxes.csv; `of_data`: it stands beside the pictures, and its boxes
    go when it does.

    Raises DataError when the file cannot be read or none of its boxes lies in an image of the
    atlas, AtlasError when the atlas does not know the sizes of its pictures.
    """
    boxes = read_boxes(path)
    key = key_of("boxes", digest_of(path), atlas.manifest.keys.get("images", ""))
    images = {row["image_id"]: row for row in atlas.table("images", _COLUMNS).to_pylist()}
    side = int(atlas.manifest.config.get("data", {}).get("image_size", 0))
    rows, elsewhere, cropped = [], 0, 0
    for box in boxes.boxes:
        image = images.get(box.image_id)
        if image is None:
            elsewhere += 1
            continue
        place = box_as_mined(box, _source(atlas, image), side or _short(image))
        if place is None:
            cropped += 1
            continue
        names = ("row", "col", "height", "width")
        sides = dict(zip(names, place, strict=True))
        rows.append({"image_id": box.image_id, "label": box.label, "element": box.element, **sides})
    if not rows:
        raise DataError(
            f"No box of {path} lies in an image of {atlas.path}: {elsewhere} name other files, "
            f"{cropped} lie outside what is mined; file_name is the path inside the data set."
        )
    if atlas.manifest.keys.get("boxes") != key or not atlas.finished("boxes.parquet"):
        atlas.manifest.keys["boxes"] = key
        atlas.manifest.config["boxes"] = {"of_data": of_data}
        atlas.write("boxes.parquet", rows, BOXES)
    reason = f"line {boxes.refused[0][0]}: {boxes.refused[0][1]}" if boxes.refused else ""
    return KeptBoxes(len(rows), len(boxes.refused), elsewhere, cropped, reason)


_COLUMNS = ["image_id", "width", "height", "source_width", "source_height"]


def forget_boxes(atlas: Workspace) -> None:
    """Take the boxes out of an atlas."""
    atlas.remove("boxes.parquet")
    atlas.manifest.keys.pop("boxes", None)
    atlas.manifest.config.pop("boxes", None)
    atlas.save()


def _source(atlas: Atlas, image: dict[str, Any]) -> tuple[int, int]:
    if image["source_width"] is None or image["source_height"] is None:
        raise AtlasError(
            f"{atlas.path} is older than boxes and does not know the size of the picture "
            f"{image['image_id']}; put boxes.csv beside its pictures and run diffmine build again."
        )
    return int(image["source_width"]), int(image["source_height"])


def _short(image: dict[str, Any]) -> int:
    return int(min(image["width"], image["height"]))
