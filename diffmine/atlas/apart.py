"""Where a person's edits are kept when they cannot stand in the atlas: in the folder of this user's
data, under the digest of the atlas's pictures (docs/decisions/0028).

The atlases that come with diffmine belong to it, and an atlas on a shelf may be read-only.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from diffmine.atlas.edits import NAME
from diffmine.atlas.manifest import Manifest, key_of
from diffmine.folders import ASSETS, VARIABLE, user_folder

EMBEDDED = ASSETS / "atlases"
"""The atlases that come with diffmine."""


def file_apart(atlas: Path, manifest: Manifest) -> Path:
    """The file of the edits that this user keeps apart from an atlas, there or not."""
    pictures = manifest.artefacts.get("images.parquet") or str(atlas.resolve())
    return _file(os.environ.get(VARIABLE), manifest.title, pictures)


@lru_cache
def _file(moved: str | None, title: str, pictures: str) -> Path:
    letters = "".join(c if c.isalnum() and c.isascii() else "-" for c in title[:40])
    name = f"{letters.strip('-').lower() or 'atlas'}-{key_of(pictures)[:16]}"
    return user_folder() / "atlases" / name / NAME


def is_apart(atlas: Path) -> bool:
    """Whether an atlas is not written by those who look at it: it is embedded, or read-only."""
    embedded = atlas.resolve().is_relative_to(EMBEDDED.resolve())
    return embedded or not os.access(atlas, os.W_OK)
