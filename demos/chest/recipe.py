"""Makes the data set "a phantom of the chest film": `python -m demos.chest.recipe --out OUT`.

Writes OUT/train, OUT/atlas and OUT/test, each with images/<label>/*.png, metadata.csv and
boxes.csv; atlas and test also with masks/<element>/*.png. A split appears whole or not at all.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from demos.chest.draw import Drawing, draw
from demos.chest.findings import FINDINGS, NO_FINDING
from demos.chest.plan import Picture, Split, plan, splits
from demos.chest.raster import Mask
from demos.splits import (
    Counts,
    add_counts,
    count,
    each_in_order,
    refuse_there,
    whole_folder,
    write_table,
)

COUNTS = (1000, 100, 50)  # films per primary label: train, atlas, test
SEED = 0  # of what is embedded
CREDIT = "Drawn by the recipe demos/chest of diffmine; no patient"
LICENCE = "CC0-1.0"
METADATA = (
    "file_name", "label", "labels", "strengths", "patient", "film", "view", "age", "sex",
    "marker", "edge", "leads", "tube", "heart_ratio", "group", "credit", "licence", "source_url",
)  # fmt: skip
BOXES = ("file_name", "label", "element", "x", "y", "w", "h")

Row = tuple[object, ...]


@dataclass(frozen=True)
class Rows:
    """What a drawn film adds to the two tables."""

    metadata: Row
    boxes: tuple[Row, ...]


def main(argv: Sequence[str] | None = None) -> None:
    """The command line."""
    args = _parser().parse_args(argv)
    try:
        make(args.out, counts=args.counts, seed=args.seed, force=args.force, confound=args.confound)
    except FileExistsError as error:
        sys.exit(str(error))


def make(
    out: Path,
    *,
    counts: tuple[int, int, int] = COUNTS,
    seed: int = SEED,
    force: bool = False,
    confound: bool = True,
    processes: int | None = None,
) -> None:
    """Draws the three splits into `out`; `processes` is the number of cores if not given."""
    wanted = splits(counts)
    refuse_there(out, (split.name for split in wanted), force)
    for split in wanted:
        write_split(out, split, plan(split, seed, confound), seed, processes)


def write_split(
    out: Path, split: Split, pictures: Sequence[Picture], seed: int, processes: int | None = None
) -> None:
    """Draws all films and the tables into a folder beside the split's, then renames it."""
    with whole_folder(out / split.name) as part:
        for label in {picture.label for picture in pictures}:
            (part / "images" / label).mkdir(parents=True)
        job = partial(draw_to, part, seed=seed, masks=split.masks)
        rows = []
        for row in each_in_order(job, pictures, processes or os.cpu_count() or 1, chunk=16):
            rows.append(row)
            count(split.name, len(rows), len(pictures))
        write_table(part / "metadata.csv", METADATA, (row.metadata for row in rows))
        write_table(part / "boxes.csv", BOXES, (box for row in rows for box in row.boxes))


def draw_to(folder: Path, picture: Picture, *, seed: int, masks: bool) -> Rows:
    """Draws one film, and its masks where wanted, into a split's folder."""
    drawing = draw(seed, picture.patient, picture.stem, picture.findings, picture.marker)
    Image.fromarray(drawing.grey).save(folder / picture.name)
    for element, mask in drawing.masks.items() if masks else ():
        (folder / "masks" / element).mkdir(parents=True, exist_ok=True)
        Image.fromarray(mask).save(folder / "masks" / element / f"{picture.stem}.png")
    boxes = tuple(
        (picture.name, element if element in FINDINGS else "", element, *box_of(mask))
        for element, mask in drawing.masks.items()
    )
    return Rows(_metadata(picture, drawing), boxes)


def enlarged(names: Sequence[str], times: int, counts: Counts = COUNTS) -> Iterator[Image.Image]:
    """Films of the split atlas by their names, drawn anew `times` as wide and high."""
    by_name = {picture.name: picture for picture in plan(splits(counts)[1], SEED)}
    for name in names:
        film = by_name[name]
        own = film.patient, film.stem, film.findings, film.marker
        yield Image.fromarray(draw(SEED, *own, times).grey)


def box_of(mask: Mask) -> tuple[int, int, int, int]:
    """x, y, width and height in pixels of the smallest box around a mask."""
    rows, cols = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    x, y = int(cols[0]), int(rows[0])
    return x, y, int(cols[-1]) + 1 - x, int(rows[-1]) + 1 - y


def _metadata(picture: Picture, drawing: Drawing) -> Row:
    patient, film = drawing.patient, drawing.film
    labels = "|".join(picture.findings) or NO_FINDING
    strengths = "|".join(str(strength) for strength in picture.findings.values())
    return (
        picture.name, picture.label, labels, strengths, picture.patient, picture.number, film.view,
        patient.age, patient.sex, int(picture.marker), film.edge, film.leads, int(film.tube),
        round(drawing.heart_ratio, 3), picture.patient, CREDIT, LICENCE, "",
    )  # fmt: skip


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m demos.chest.recipe", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder of the data set")
    parser.add_argument("--seed", type=int, default=SEED, help="another seed draws other patients")
    parser.add_argument("--force", action="store_true", help="replace splits that exist")
    parser.add_argument(
        "--no-confound", dest="confound", action="store_false",
        help="burn the letter into all labels equally often",
    )  # fmt: skip
    add_counts(parser, COUNTS, "films per primary label")
    return parser


if __name__ == "__main__":
    main()
