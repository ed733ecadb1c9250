"""Faces Through Time as published: train/1880/*, a folder per decade, named without "s"."""

from __future__ import annotations

import re
from pathlib import Path

from diffmine.data.junk import is_junk
from diffmine.data.sources.base import Source
from diffmine.data.sources.folder import read_folder

_DECADE = re.compile(r"\d{3}0")


def knows(folder: Path) -> bool:
    """Whether train/ holds folders of decades and nothing else."""
    train = folder / "train"
    if not train.is_dir() or any(folder.glob("*.json")):
        return False
    names = [path.name for path in train.iterdir() if path.is_dir() and not is_junk(path.name)]
    names = [name for name in names if not name.startswith(".")]
    return bool(names) and all(map(_DECADE.fullmatch, names))


FTT = Source("ftt", knows, read_folder)
