"""Draws pictures in several processes and writes them with their tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from demos.cars.canvas import Seen
from demos.cars.car import Car, draw_car, measured_ratio
from demos.cars.draw import draw
from demos.cars.elements import characteristic_of
from demos.cars.plan import Picture
from demos.cars.scene import Scene, draw_scene, generator
from demos.splits import count, each_in_order, write_table

METADATA = (
    "file_name", "label", "year", "group", "credit", "licence", "source_url", "car", "view",
    "facing", "tilt", "scale", "paint", "height_over_length", "elements",
)  # fmt: skip
BOXES = ("file_name", "label", "element", "x", "y", "w", "h")
TRENDS = ("label", "trend", "value")
CREDIT, LICENCE = "drawn by demos.cars.recipe", "CC0-1.0"
RISING_AND_FALLING = ("chrome_strip", "tail_fin")


@dataclass(frozen=True)
class Drawn:
    """What the tables say of one picture."""

    picture: Picture
    metadata: tuple[str, ...]
    boxes: tuple[tuple[str, int, int, int, int], ...]  # element, x, y, w, h
    ratio: float


def make_picture(
    picture: Picture, seed: int, times: int = 1
) -> tuple[Car, Scene, Image.Image, list[Seen]]:
    """One picture from its name and the seed alone; `times` as wide and high."""
    car = draw_car(picture.decade, generator(seed, "car", picture.car))
    scene = draw_scene(generator(seed, "scene", picture.scene))
    image, seen = draw(car, scene, generator(seed, "noise", picture.scene), times)
    return car, scene, image, seen


def write_picture(picture: Picture, folder: Path, seed: int, masks: bool) -> Drawn:
    """Draws a picture into the folder, with its masks if asked."""
    car, scene, image, seen = make_picture(picture, seed)
    image.save(folder / picture.name)
    if masks:
        for element in {part.element for part in seen}:
            mask = np.any([part.mask for part in seen if part.element == element], axis=0)
            path = folder / "masks" / element / f"{picture.stem}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(mask).save(path)
    ratio = measured_ratio(car)
    metadata = (
        picture.name, car.decade, str(car.year), picture.group, CREDIT, LICENCE, "", picture.group,
        scene.view, scene.facing, f"{np.degrees(scene.camera.tilt):.2f}",
        f"{scene.camera.scale:.3f}", "#{:02x}{:02x}{:02x}".format(*scene.paint), f"{ratio:.4f}",
        " ".join(sorted(car.elements | scene.things)),
    )  # fmt: skip
    boxes = tuple((part.element, *part.box) for part in seen)
    return Drawn(picture, metadata, boxes, ratio)


def write_all(
    folder: Path,
    pictures: Sequence[Picture],
    seed: int,
    *,
    masks: bool,
    processes: int,
    name: str,
) -> None:
    """All pictures of a folder and its three tables."""
    for parent in {Path(picture.name).parent for picture in pictures}:
        (folder / parent).mkdir(parents=True)
    work = partial(write_picture, folder=folder, seed=seed, masks=masks)
    drawn = []
    for done, row in enumerate(each_in_order(work, pictures, processes), start=1):
        drawn.append(row)
        count(name, done, len(pictures))
    write_table(folder / "metadata.csv", METADATA, (row.metadata for row in drawn))
    write_table(folder / "boxes.csv", BOXES, _box_rows(drawn))
    write_table(folder / "trends.csv", TRENDS, trends(drawn))


def trends(drawn: Sequence[Drawn]) -> Iterator[tuple[str, str, str]]:
    """The known trends, measured on the drawn pictures."""
    for decade in dict.fromkeys(row.picture.decade for row in drawn):
        rows = [row for row in drawn if row.picture.decade == decade]
        ratio = sum(row.ratio for row in rows) / len(rows)
        yield decade, "height_over_length", f"{ratio:.4f}"
        for element in RISING_AND_FALLING:
            shown = sum(any(box[0] == element for box in row.boxes) for row in rows)
            yield decade, element, f"{shown / len(rows):.4f}"


def _box_rows(drawn: Sequence[Drawn]) -> Iterator[tuple[object, ...]]:
    for row in drawn:
        label = row.picture.decade
        for element, *box in row.boxes:
            typical = label if element in characteristic_of(label) else ""
            yield row.picture.name, typical, element, *box
