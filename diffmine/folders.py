"""The folder of this user's data, outside every atlas."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_data_path

VARIABLE = "DIFFMINE_DATA"
"""Name of the variable of the environment that moves it."""


def user_folder() -> Path:
    """The folder of this user's data."""
    moved = os.environ.get(VARIABLE)
    return Path(moved) if moved else user_data_path("diffmine", appauthor=False)
