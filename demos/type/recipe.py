"""Makes the data set "how type changed from 1450 to 1985": `python -m demos.type.recipe --out OUT`.

Writes OUT/train, OUT/atlas and OUT/test, each with images/<era>/*.png and metadata.csv. A split
appears whole or not at all.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from PIL import Image

from demos.splits import Counts, add_counts, count, refuse_there, whole_folder, write_table
from demos.type.draw import Pen, draw, generator
from demos.type.fonts import FONTS_CSV, FontsError, fetch, read_faces
from demos.type.plan import Picture, Split, plan, splits

COUNTS = (1300, 300, 150)  # pictures per era: train, atlas, test
SEED = 0  # of what is embedded
CACHE = Path.home() / ".cache" / "diffmine" / "type_fonts"
METADATA = (
    "file_name", "label", "year", "font", "weight", "style",
    "text", "credit", "licence", "source_url", "group",
)  # fmt: skip


def main(argv: Sequence[str] | None = None) -> None:
    """The command line."""
    args = _parser().parse_args(argv)
    try:
        make(args.out, args.cache, counts=args.counts, seed=args.seed, force=args.force)
    except (FontsError, FileExistsError) as error:
        sys.exit(str(error))


def make(
    out: Path,
    cache: Path,
    *,
    counts: tuple[int, int, int] = COUNTS,
    seed: int = SEED,
    force: bool = False,
    fonts_csv: Path = FONTS_CSV,
) -> None:
    """Fetches the fonts and writes the three splits into `out`."""
    wanted = splits(counts)
    refuse_there(out, (split.name for split in wanted), force)
    paths = fetch(fonts_csv, cache, progress=lambda done, total: count("packages", done, total))
    pens = {key: Pen(path) for key, path in paths.items()}
    faces = read_faces(fonts_csv)
    for split in wanted:
        write_split(out, split, plan(split, faces, pens, seed), pens, seed)


def write_split(
    out: Path, split: Split, pictures: Sequence[Picture], pens: Mapping[str, Pen], seed: int
) -> None:
    """Draws all pictures and the table into a folder beside the split's, then renames it."""
    with whole_folder(out / split.name) as part:
        for era in {picture.face.era for picture in pictures}:
            (part / "images" / era).mkdir(parents=True)
        for done, picture in enumerate(pictures, start=1):
            image = _drawn(picture, pens[picture.face.key], seed)
            image.save(part / picture.name, optimize=True)
            count(split.name, done, len(pictures))
        write_table(part / "metadata.csv", METADATA, map(_metadata, pictures))


def enlarged(
    names: Sequence[str], times: int, counts: Counts = COUNTS, cache: Path = CACHE
) -> Iterator[Image.Image]:
    """Pictures of the split atlas by their names, drawn anew `times` as wide and high."""
    pens = {key: Pen(path) for key, path in fetch(FONTS_CSV, cache).items()}
    pictures = plan(splits(counts)[1], read_faces(FONTS_CSV), pens, SEED)
    by_name = {picture.name: picture for picture in pictures}
    for name in names:
        picture = by_name[name]
        yield _drawn(picture, pens[picture.face.key], SEED, times)


def _drawn(picture: Picture, pen: Pen, seed: int, times: int = 1) -> Image.Image:
    face = picture.face
    rng = generator(seed, face.font, face.weight, picture.text, picture.variant)
    return draw(pen, picture.text, rng, times)


def _metadata(picture: Picture) -> tuple[object, ...]:
    face = picture.face
    return (
        picture.name, face.era, face.era, face.font, face.weight, face.style,
        picture.text, face.credit, face.licence, face.source_url, face.font,
    )  # fmt: skip


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m demos.type.recipe", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder of the data set")
    parser.add_argument("--cache", type=Path, default=CACHE, help="folder of the fetched fonts")
    parser.add_argument("--seed", type=int, default=SEED, help="another seed moves the ink")
    parser.add_argument("--force", action="store_true", help="replace splits that exist")
    add_counts(parser, COUNTS, "pictures per era")
    return parser


if __name__ == "__main__":
    main()
