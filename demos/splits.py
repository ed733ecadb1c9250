"""What the recipes of all demos share: folders that appear whole, tables, processes, the counts."""

from __future__ import annotations

import argparse
import csv
import multiprocessing
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from PIL import Image

Job = TypeVar("Job")
Drawn = TypeVar("Drawn")
Counts = tuple[int, int, int]


@contextmanager
def whole_folder(final: Path) -> Iterator[Path]:
    """A folder beside `final` to write into, which takes its place when all went well."""
    final.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f".{final.name}-", dir=final.parent))
    part.chmod(0o755)  # mkdtemp lets only its owner in, the data set is for all
    try:
        yield part
        _swap(part, final)
    finally:
        shutil.rmtree(part, ignore_errors=True)


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


def refuse_there(out: Path, names: Iterable[str], force: bool) -> None:
    """FileExistsError when one of the folders is there already, unless they are to be replaced."""
    there = [str(out / name) for name in names if (out / name).exists()]
    if there and not force:
        raise FileExistsError(f"{', '.join(there)} exists already: use --force to replace it.")


def each_in_order(
    work: Callable[[Job], Drawn], jobs: Sequence[Job], processes: int, chunk: int = 8
) -> Iterator[Drawn]:
    """The results in the order of the jobs, whatever the number of processes."""
    if processes == 1:
        yield from map(work, jobs)
        return
    # A forked child of a process with threads may hang; a spawned one starts clean.
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        yield from pool.imap(work, jobs, chunksize=chunk)


def enlarged(values: np.ndarray, times: int) -> np.ndarray:
    """Values of pixels, (h, w) or (h, w, c), `times` as wide and high, by cubic curves; a pixel's
    lie around its middle."""
    if times == 1:
        return values
    bands: list[Any] = [values] if values.ndim == 2 else list(np.moveaxis(values, 2, 0))
    size = (values.shape[1] * times, values.shape[0] * times)
    large = [
        np.asarray(Image.fromarray(band.astype(np.float32)).resize(size, Image.Resampling.BICUBIC))
        for band in bands
    ]
    return large[0] if values.ndim == 2 else np.stack(large, axis=2)


def write_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A CSV with a header."""
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def count(what: str, done: int, total: int) -> None:
    """Say how far it is, on one line."""
    if done % 50 == 0 or done == total:
        end = "\n" if done == total else ""
        sys.stderr.write(f"\r{what}: {done} of {total}{end}")
        sys.stderr.flush()


def add_counts(parser: argparse.ArgumentParser, counts: Counts, what: str) -> None:
    """The flag for how many pictures of `what` each split holds."""
    shown = ",".join(map(str, counts))

    def parsed(text: str) -> Counts:
        parts = text.split(",")
        if len(parts) != 3 or not all(part.strip().isdigit() and int(part) > 0 for part in parts):
            raise argparse.ArgumentTypeError(f"give three numbers above 0, such as {shown}")
        train, atlas, test = (int(part) for part in parts)
        return train, atlas, test

    parser.add_argument(
        "--counts",
        type=parsed,
        default=counts,
        metavar="TRAIN,ATLAS,TEST",
        help=f"{what} ({shown})",
    )
