"""Folders outside every atlas: what comes with diffmine, and this user's data."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_data_path

_PACKAGE = Path(__file__).parent
ASSETS = next(
    (place for place in (_PACKAGE / "assets", _PACKAGE.parent / "assets") if place.is_dir()),
    _PACKAGE / "assets",
)
"""What comes with diffmine, `models` and `atlases`: inside of an installed package, or beside that
of a checkout or a Space, which have more."""
VARIABLE = "DIFFMINE_DATA"
"""Name of the variable of the environment that moves it."""


def user_folder() -> Path:
    """The folder of this user's data."""
    moved = os.environ.get(VARIABLE)
    return Path(moved) if moved else user_data_path("diffmine", appauthor=False)
