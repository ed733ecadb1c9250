"""The icons of the recipe: read `icons.csv`, which `pick` wrote."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

from demos.icons.themes import Theme, read_themes

ICONS_CSV = Path(__file__).with_name("icons.csv")


@dataclass(frozen=True)
class Icon:
    """A subject as a theme draws it; `file` lies in the theme's package."""

    theme: Theme
    subject: str
    file: str
    licence: str

    @property
    def key(self) -> str:
        """Its name among all, safe on any disk."""
        return f"{self.theme.theme}_{re.sub('[^a-z0-9.+-]', '-', self.subject.lower())}"


def read_icons(path: Path = ICONS_CSV) -> list[Icon]:
    """Rows of the list of icons, in its order."""
    themes = {theme.theme: theme for theme in read_themes()}
    with path.open(newline="", encoding="utf-8") as file:
        return [
            Icon(themes[row["theme"]], row["subject"], row["file"], row["licence"])
            for row in csv.DictReader(file)
        ]
