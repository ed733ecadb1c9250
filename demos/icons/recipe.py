"""Makes the data set "desktop icons, 1990s to 2020": `python -m demos.icons.recipe --out OUT`.

Writes OUT/train, OUT/atlas and OUT/test, each with images/<era>/*.png, metadata.csv and trends.csv.
A split appears whole or not at all.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from PIL import Image

from demos.debian import PackageError
from demos.icons.facts import FACTS, curves, measured
from demos.icons.icons import read_icons
from demos.icons.paint import Chance, chance_of, paint
from demos.icons.plan import Picture, plan, splits
from demos.icons.render import render
from demos.icons.themes import CACHE, fetch
from demos.splits import Counts, add_counts, count, refuse_there, whole_folder, write_table

COUNTS = (600, 150, 60)  # pictures per era: train, atlas, test
SEED = 0  # of what is embedded
METADATA = (
    "file_name", "label", "year", "group", "theme", "credit", "licence", "source_url", *FACTS,
)  # fmt: skip


def main(argv: Sequence[str] | None = None) -> None:
    """The command line."""
    args = _parser().parse_args(argv)
    try:
        make(args.out, args.cache, counts=args.counts, seed=args.seed, force=args.force)
    except (PackageError, FileExistsError) as error:
        sys.exit(str(error))


def make(
    out: Path, cache: Path, *, counts: Counts = COUNTS, seed: int = SEED, force: bool = False
) -> None:
    """Fetches the packages and writes the three splits into `out`."""
    wanted = splits(counts)
    refuse_there(out, (split.name for split in wanted), force)
    places, icons = fetch(cache), read_icons()
    for split in wanted:
        write_split(out / split.name, plan(split, icons), places, seed)


def write_split(
    folder: Path, pictures: Sequence[Picture], places: Mapping[str, Path], seed: int
) -> None:
    """Paints all pictures and writes the tables into a folder beside `folder`, then renames it."""
    rows = []
    with whole_folder(folder) as part:
        for done, picture in enumerate(pictures, start=1):
            file = part / picture.name
            file.parent.mkdir(parents=True, exist_ok=True)
            _painted(picture, places, seed).save(file, optimize=True)
            rows.append((picture, measured(_drawing(_path(picture, places)))))
            count(folder.name, done, len(pictures))
        write_table(part / "metadata.csv", METADATA, (_metadata(*row) for row in rows))
        write_table(
            part / "trends.csv",
            ("label", "trend", "value"),
            curves([(picture.icon.theme.era, facts) for picture, facts in rows]),
        )


def enlarged(
    names: Sequence[str], times: int, counts: Counts = COUNTS, cache: Path = CACHE
) -> Iterator[Image.Image]:
    """Pictures of the split atlas by their names, painted anew `times` as wide and high."""
    places = fetch(cache)
    by_name = {picture.name: picture for picture in plan(splits(counts)[1], read_icons())}
    for name in names:
        yield _painted(by_name[name], places, SEED, times)


def _painted(
    picture: Picture, places: Mapping[str, Path], seed: int, times: int = 1
) -> Image.Image:
    return paint(_drawing(_path(picture, places)), chance(picture, seed), times)


def chance(picture: Picture, seed: int) -> Chance:
    """What chance gives a picture."""
    return chance_of(seed, picture.split, picture.icon.key, picture.variant)


def _path(picture: Picture, places: Mapping[str, Path]) -> Path:
    return places[picture.icon.theme.theme] / picture.icon.file


@lru_cache(maxsize=1000)
def _drawing(path: Path) -> Image.Image:
    return render(path)


def _metadata(picture: Picture, facts: Mapping[str, float]) -> tuple[object, ...]:
    icon, theme = picture.icon, picture.icon.theme
    return (
        picture.name, theme.era, theme.year, icon.subject, theme.theme, theme.credit, icon.licence,
        theme.source_url, *(f"{facts[fact]:.4f}" for fact in FACTS),
    )  # fmt: skip


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m demos.icons.recipe", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder of the data set")
    parser.add_argument("--cache", type=Path, default=CACHE, help="folder of the fetched packages")
    parser.add_argument("--seed", type=int, default=SEED, help="another seed moves the icons")
    parser.add_argument("--force", action="store_true", help="replace splits that exist")
    add_counts(parser, COUNTS, "pictures per era")
    return parser


if __name__ == "__main__":
    main()
