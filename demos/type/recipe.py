"""Makes the data set "how type changed from 1450 to 1985": `python -m demos.type.recipe --out OUT`.

Writes OUT/train, OUT/atlas and OUT/test, each with images/<era>/*.png and metadata.csv. A split
appears whole or not at all.
"""

from __future__ import annotations

import argparse
import csv
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from demos.type.draw import Pen, draw, generator
from demos.type.fonts import FONTS_CSV, FontsError, fetch, read_faces
from demos.type.plan import Picture, Split, plan, splits

COUNTS = (1300, 300, 150)  # pictures per era: train, atlas, test
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
    seed: int = 0,
    force: bool = False,
    fonts_csv: Path = FONTS_CSV,
) -> None:
    """Fetches the fonts and writes the three splits into `out`."""
    wanted = splits(counts)
    there = [str(out / split.name) for split in wanted if (out / split.name).exists()]
    if there and not force:
        raise FileExistsError(f"{', '.join(there)} exists already: use --force to replace it.")
    paths = fetch(fonts_csv, cache, progress=lambda done, total: _count("packages", done, total))
    pens = {key: Pen(path) for key, path in paths.items()}
    faces = read_faces(fonts_csv)
    for split in wanted:
        write_split(out, split, plan(split, faces, pens, seed), pens, seed)


def write_split(
    out: Path, split: Split, pictures: Sequence[Picture], pens: Mapping[str, Pen], seed: int
) -> None:
    """Draws all pictures and the table into a folder beside the split's, then renames it."""
    out.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f".{split.name}-", dir=out))
    part.chmod(0o755)  # mkdtemp lets only its owner in, the data set is for all
    try:
        for era in {picture.face.era for picture in pictures}:
            (part / "images" / era).mkdir(parents=True)
        for done, picture in enumerate(pictures, start=1):
            _draw_to(part / picture.name, picture, pens[picture.face.key], seed)
            _count(split.name, done, len(pictures))
        _write_metadata(part / "metadata.csv", pictures)
        _swap(part, out / split.name)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _draw_to(path: Path, picture: Picture, pen: Pen, seed: int) -> None:
    face = picture.face
    rng = generator(seed, face.font, face.weight, picture.text, picture.variant)
    draw(pen, picture.text, rng).save(path, optimize=True)


def _write_metadata(path: Path, pictures: Sequence[Picture]) -> None:
    with open(path, "w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(METADATA)
        for picture in pictures:
            face = picture.face
            writer.writerow(
                (
                    picture.name, face.era, face.era, face.font, face.weight, face.style,
                    picture.text, face.credit, face.licence, face.source_url, face.font,
                )
            )  # fmt: skip


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
        raise argparse.ArgumentTypeError("give three numbers above 0, such as 1300,300,150")
    train, atlas, test = (int(part) for part in parts)
    return train, atlas, test


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m demos.type.recipe", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder of the data set")
    parser.add_argument("--cache", type=Path, default=CACHE, help="folder of the fetched fonts")
    parser.add_argument("--seed", type=int, default=0, help="another seed moves the ink")
    parser.add_argument("--force", action="store_true", help="replace splits that exist")
    parser.add_argument(
        "--counts", type=_counts, default=COUNTS, metavar="TRAIN,ATLAS,TEST",
        help="pictures per era (1300,300,150)",
    )  # fmt: skip
    return parser


if __name__ == "__main__":
    main()
