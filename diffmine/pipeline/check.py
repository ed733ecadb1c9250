"""diffmine check: what stands behind the command."""

from __future__ import annotations

from pathlib import Path

from diffmine.atlas.health import health
from diffmine.atlas.reader import open_atlas
from diffmine.errors import UsageError


def check(atlas: Path) -> None:
    """Compare every file of an atlas and its model with its digest, and name the broken.

    Parameters
    ----------
    atlas
        Folder of the atlas.
    """
    files = health(open_atlas(atlas))
    for name in files.broken:
        print(f"broken: {name}")
    for name in files.foreign:
        print(f"foreign: {name}")
    if files.broken:
        raise UsageError(
            f"Of the files of {atlas} {len(files.broken)} cannot be trusted; diffmine build mends "
            "them."
        )
    strange = f", beside {len(files.foreign)} that diffmine did not write" if files.foreign else ""
    print(f"{files.whole} files, all as they were written{strange}.")
