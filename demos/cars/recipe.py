"""Makes the data set "cars drawn decade by decade": `python -m demos.cars.recipe --out OUT`.

Writes OUT/train, OUT/atlas and OUT/test, each with images/<decade>/*.png, metadata.csv, boxes.csv
and trends.csv (and masks, but for train), and OUT/pairs with the same scenes under every decade.
A folder appears whole or not at all.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import Image

from demos.cars.plan import Picture, plan, plan_pairs, splits
from demos.cars.write import make_picture, write_all
from demos.splits import Counts, add_counts, refuse_there, whole_folder

COUNTS = (1000, 200, 50)  # pictures per decade: train, atlas, test
SEED = 0  # of what is embedded
PAIRS = 40  # cars, each drawn under every decade


def main(argv: Sequence[str] | None = None) -> None:
    """The command line."""
    args = _parser().parse_args(argv)
    try:
        make(
            args.out,
            counts=args.counts,
            pairs=args.pairs,
            seed=args.seed,
            force=args.force,
            train_masks=args.train_masks,
            processes=args.processes,
        )
    except FileExistsError as error:
        sys.exit(str(error))


def make(
    out: Path,
    *,
    counts: tuple[int, int, int] = COUNTS,
    pairs: int = PAIRS,
    seed: int = SEED,
    force: bool = False,
    train_masks: bool = False,
    processes: int | None = None,
) -> None:
    """Writes the three splits and the pairs into `out`."""
    wanted = [(s.name, plan(s), s.masks or train_masks) for s in splits(counts)]
    if pairs:
        wanted.append(("pairs", plan_pairs(pairs), False))
    refuse_there(out, (name for name, _, _ in wanted), force)
    workers = processes or os.cpu_count() or 1
    for name, pictures, masks in wanted:
        write_folder(out, name, pictures, seed, masks=masks, processes=workers)


def write_folder(
    out: Path,
    name: str,
    pictures: Sequence[Picture],
    seed: int,
    *,
    masks: bool = True,
    processes: int = 1,
) -> None:
    """Draws all into a folder beside the final one, then renames it."""
    with whole_folder(out / name) as part:
        write_all(part, pictures, seed, masks=masks, processes=processes, name=name)


def enlarged(names: Sequence[str], times: int, counts: Counts = COUNTS) -> Iterator[Image.Image]:
    """Pictures of the folder atlas by their names, drawn anew `times` as wide and high."""
    by_name = {picture.name: picture for picture in plan(splits(counts)[1])}
    for name in names:
        yield make_picture(by_name[name], SEED, times)[2]


def _number(text: str) -> int:
    if not text.strip().isdigit():
        raise argparse.ArgumentTypeError("give a whole number, 0 or more")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m demos.cars.recipe", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder of the data set")
    parser.add_argument("--seed", type=int, default=SEED, help="another seed draws other cars")
    parser.add_argument("--force", action="store_true", help="replace folders that exist")
    add_counts(parser, COUNTS, "pictures per decade")
    parser.add_argument(
        "--pairs", type=_number, default=PAIRS, help="cars drawn under every decade (40); 0: none"
    )
    parser.add_argument("--train-masks", action="store_true", help="masks for train as well")
    parser.add_argument("--processes", type=_number, default=0, help="0: one per core")
    return parser


if __name__ == "__main__":
    main()
