"""Makes the data set "a phantom of the chest film": `python -m demos.chest.recipe --out OUT`.

Writes OUT/train, OUT/atlas and OUT/test, each with images/<label>/*.png, metadata.csv and
boxes.csv; atlas and test also with masks/<element>/*.png. A split appears whole or not at all.
"""

from __future__ import annotations

import argparse
import csv
import multiprocessing
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from demos.chest.draw import Drawing, draw
from demos.chest.findings import FINDINGS, NO_FINDING
from demos.chest.plan import Picture, Split, plan, splits
from demos.chest.raster import Mask

COUNTS = (1000, 100, 50)  # films per primary label: train, atlas, test
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
    seed: int = 0,
    force: bool = False,
    confound: bool = True,
    processes: int | None = None,
) -> None:
    """Draws the three splits into `out`; `processes` is the number of cores if not given."""
    wanted = splits(counts)
    there = [str(out / split.name) for split in wanted if (out / split.name).exists()]
    if there and not force:
        raise FileExistsError(f"{', '.join(there)} exists already: use --force to replace it.")
    for split in wanted:
        write_split(out, split, plan(split, seed, confound), seed, processes)


def write_split(
    out: Path, split: Split, pictures: Sequence[Picture], seed: int, processes: int | None = None
) -> None:
    """Draws all films and the tables into a folder beside the split's, then renames it."""
    out.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f".{split.name}-", dir=out))
    part.chmod(0o755)  # mkdtemp lets only its owner in, the data set is for all
    try:
        for label in {picture.label for picture in pictures}:
            (part / "images" / label).mkdir(parents=True)
        job = partial(draw_to, part, seed=seed, masks=split.masks)
        rows = []
        for row in _each(job, pictures, processes or os.cpu_count() or 1):
            rows.append(row)
            _count(split.name, len(rows), len(pictures))
        _write_table(part / "metadata.csv", METADATA, (row.metadata for row in rows))
        _write_table(part / "boxes.csv", BOXES, (box for row in rows for box in row.boxes))
        _swap(part, out / split.name)
    finally:
        shutil.rmtree(part, ignore_errors=True)


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


def _each(job: partial[Rows], pictures: Sequence[Picture], processes: int) -> Iterator[Rows]:
    """Does a job for each picture, in their order."""
    if processes == 1:
        yield from map(job, pictures)
        return
    # A forked child of a process with threads may hang; a spawned one starts clean.
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        yield from pool.imap(job, pictures, chunksize=16)


def _write_table(path: Path, header: Row, rows: Iterable[Row]) -> None:
    with open(path, "w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _swap(part: Path, final: Path) -> None:
    """Puts the new folder in place of the old one, which stays until the new one is there."""
    if not final.exists():
        part.rename(final)
        return
    old = final.with_name(f"{part.name}-old")
    final.rename(old)
    try:
        part.rename(final)
    except OSError:
        old.rename(final)
        raise
    shutil.rmtree(old)


def _count(what: str, done: int, total: int) -> None:
    if done % 50 == 0 or done == total:
        end = "\n" if done == total else ""
        sys.stderr.write(f"\r{what}: {done} of {total}{end}")
        sys.stderr.flush()


def _counts(text: str) -> tuple[int, int, int]:
    parts = text.split(",")
    if len(parts) != 3 or not all(part.strip().isdigit() and int(part) > 0 for part in parts):
        raise argparse.ArgumentTypeError("give three numbers above 0, such as 1000,100,50")
    train, atlas, test = (int(part) for part in parts)
    return train, atlas, test


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m demos.chest.recipe", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder of the data set")
    parser.add_argument("--seed", type=int, default=0, help="another seed draws other patients")
    parser.add_argument("--force", action="store_true", help="replace splits that exist")
    parser.add_argument(
        "--no-confound", dest="confound", action="store_false",
        help="burn the letter into all labels equally often",
    )  # fmt: skip
    parser.add_argument(
        "--counts", type=_counts, default=COUNTS, metavar="TRAIN,ATLAS,TEST",
        help="films per primary label (1000,100,50)",
    )  # fmt: skip
    return parser


if __name__ == "__main__":
    main()
