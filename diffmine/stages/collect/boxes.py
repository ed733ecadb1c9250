"""From a boxes.csv to the boxes of an atlas, in pixels of its images as mined."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from diffmine.atlas.manifest import key_of
from diffmine.atlas.reader import Atlas
from diffmine.atlas.records import KeptBoxes
from diffmine.atlas.schemas import BOXES
from diffmine.atlas.writer import Workspace
from diffmine.data.boxes import box_as_mined, read_boxes
from diffmine.data.files import digest_of
from diffmine.data.names import Names
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
    names = Names(images)
    side = int(atlas.manifest.config.get("data", {}).get("image_size", 0))
    rows: list[dict[str, Any]] = []
    counts: Counter[str] = Counter()
    for box in boxes.boxes:
        known = names.find(box.image_id)
        if len(known) != 1:
            counts["elsewhere"] += 1
            counts["strange"] += not (path.parent / box.image_id).is_file()
            continue
        image = images[known[0]]
        source = _source(atlas, image)
        if boxes.sides:
            box = box.scaled(source[0] / boxes.sides[0], source[1] / boxes.sides[1])
        if box.share_inside(*source) < 0.5:
            counts["beyond"] += 1
            continue
        place = box_as_mined(box, source, side or _short(image))
        if place is None:
            counts["cropped"] += 1
            continue
        corners = dict(zip(("row", "col", "height", "width"), place, strict=True))
        rows.append({"image_id": known[0], "label": box.label, "element": box.element, **corners})
    _check(path, atlas, len(rows), counts, of_data and boxes.sides is None)
    if atlas.manifest.keys.get("boxes") != key or not atlas.finished("boxes.parquet"):
        atlas.manifest.keys["boxes"] = key
        atlas.manifest.config["boxes"] = {"of_data": of_data}
        atlas.write("boxes.parquet", rows, BOXES)
    reason = f"line {boxes.refused[0][0]}: {boxes.refused[0][1]}" if boxes.refused else ""
    elsewhere, cropped, beyond = (counts[name] for name in ("elsewhere", "cropped", "beyond"))
    return KeptBoxes(len(rows), len(boxes.refused), elsewhere, cropped, reason, beyond)


def _check(path: Path, atlas: Atlas, number: int, counts: Counter[str], of_data: bool) -> None:
    """Refuse boxes of which most lie beyond their pictures, or are of pictures that are not there;
    a larger list beside a part of its pictures is right (`of_data` False)."""
    outside = counts["cropped"] + counts["beyond"]
    every = number + outside + counts["elsewhere"]
    cure = "file_name is the path inside the data set"
    if not number:
        raise DataError(
            f"No box of {path} lies in an image of {atlas.path}: {counts['elsewhere']} name other "
            f"files, {outside} lie outside what is mined; {cure}."
        )
    if counts["beyond"] * 2 > every - counts["elsewhere"]:
        raise DataError(
            f"Of the {every} boxes of {path} {counts['beyond']} lie beyond their pictures; x, y, w "
            "and h are the upper left corner and the sides, in pixels of the picture files."
        )
    if of_data and counts["strange"] * 2 > every:
        raise DataError(
            f"Of the {every} boxes of {path} {counts['strange']} name pictures that are not "
            f"there; {cure}."
        )


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
