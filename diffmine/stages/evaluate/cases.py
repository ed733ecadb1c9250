"""What is judged: an image, a label and the boxes of that label in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from diffmine.atlas.reader import Atlas
from diffmine.config import EvaluateConfig
from diffmine.data.files import regular
from diffmine.errors import AtlasError, DataError, UsageError


@dataclass(frozen=True)
class Case:
    """An image under a label; boxes are (row, col, height, width) in pixels as mined.

    `group` is a number that images which belong together share; an image without a group has one
    of its own.
    """

    image_id: str
    label: str
    group: int
    height: int
    width: int
    boxes: Float[np.ndarray, "n 4"]


@dataclass(frozen=True)
class Truth:
    """All that is known of an atlas's images: `boxes` by image as rows (label, element, place),
    labels renamed; `cases` in the order of the table; how many boxes are of labels the atlas has
    not, by label."""

    boxes: dict[str, list[tuple[str, str, tuple[float, float, float, float]]]]
    cases: list[Case]
    images: dict[str, dict[str, Any]]
    unknown: dict[str, int]


def truth_of(atlas: Atlas, config: EvaluateConfig) -> Truth:
    """The truth of an atlas; UsageError when no box is of one of its labels."""
    for target in {*config.renamed.values(), *filter(None, [config.against])}:
        if target not in atlas.labels:
            raise UsageError(
                f"{atlas.path} has no label {target!r}; it has {', '.join(atlas.labels)}."
            )
    images = _images(atlas, config.only)
    boxes: dict[str, list[tuple[str, str, tuple[float, float, float, float]]]] = {}
    unknown: dict[str, int] = {}
    for row in boxed(atlas):
        label = config.renamed.get(row["label"], row["label"])
        if row["image_id"] not in images:
            continue
        if label and label not in atlas.labels:
            unknown[label] = unknown.get(label, 0) + 1
        place = (row["row"], row["col"], row["height"], row["width"])
        boxes.setdefault(row["image_id"], []).append((label, row["element"] or "", place))
    cases = [
        case
        for image_id, rows in boxes.items()
        for case in _cases(images[image_id], rows, atlas.labels)
    ]
    if not cases:
        labels = ", ".join(sorted(unknown)) or "none"
        raise UsageError(
            f"No box is of a label of {atlas.path} ({', '.join(atlas.labels)}); boxes have labels "
            f'{labels}; say what they mean with --rename "BOX LABEL=LABEL".'
        )
    return Truth(boxes, cases, images, unknown)


def _cases(image: dict[str, Any], rows: list[Any], labels: list[str]) -> list[Case]:
    by_label: dict[str, list[Any]] = {}
    for label, _, place in rows:
        if label in labels:
            by_label.setdefault(label, []).append(place)
    return [
        Case(
            image["image_id"],
            label,
            image["number"],
            image["height"],
            image["width"],
            np.array(places, np.float64),
        )
        for label, places in by_label.items()
    ]


def _images(atlas: Atlas, only: str) -> dict[str, dict[str, Any]]:
    """The records of the images that are judged, with the number of their group."""
    chosen = _names(Path(only)) if only else None
    columns = ["image_id", "label", "group", "height", "width"]
    numbers: dict[tuple[str, str], int] = {}
    images = {}
    for row in atlas.table("images", columns).to_pylist():
        key = ("group", row["group"]) if row["group"] else ("image", row["image_id"])
        row["number"] = numbers.setdefault(key, len(numbers))
        if chosen is None or row["image_id"] in chosen:
            images[row["image_id"]] = row
    if not images:
        raise UsageError(f"{only} names no image of {atlas.path}; give one file_name a line.")
    return images


def _names(path: Path) -> set[str]:
    try:
        with open(path, encoding="utf-8", opener=regular) as file:
            return {line.strip() for line in file.read().splitlines() if line.strip()}
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read: {error}.") from error


def boxed(atlas: Atlas) -> list[dict[str, Any]]:
    """The rows of boxes.parquet; AtlasError when there are none."""
    if not atlas.has("boxes"):
        raise AtlasError(f"{atlas.path} has no boxes; give --boxes FILE.")
    return list(atlas.table("boxes").to_pylist())
