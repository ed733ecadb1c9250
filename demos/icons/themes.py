"""The themes of the recipe: read `themes.csv`, fetch and unpack their packages."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demos.debian import unpacked

THEMES_CSV = Path(__file__).with_name("themes.csv")
CACHE = Path.home() / ".cache" / "diffmine" / "icons"
ERAS = ("1990s", "2005", "2007", "2015", "2020")
_FREE = re.compile(r"(public-domain|CC0|CC-BY|LGPL|Apache|Expat|MIT)(?!.*\b(NC|ND)\b)")


@dataclass(frozen=True)
class Theme:
    """One theme: a row of `themes.csv`. `year` is the first that its own files name, `root` the
    folder of its icons in the package, `split` train or test."""

    theme: str
    package: str
    version: str
    sha256: str
    root: str
    era: str
    year: int
    split: str
    licence: str
    evidence: str
    credit: str

    @property
    def source_url(self) -> str:
        """Page of the package."""
        return f"https://packages.debian.org/{self.package}"


def read_themes(path: Path = THEMES_CSV) -> list[Theme]:
    """Rows of the list of themes, in its order."""
    with path.open(newline="", encoding="utf-8") as handle:
        rows: list[dict[str, Any]] = list(csv.DictReader(handle))
    return [Theme(**row | {"year": int(row["year"])}) for row in rows]


def is_free(licence: str) -> bool:
    """Whether one of the licences that a text offers lets pictures be passed on with credit alone
    or under the same terms, without the GPL's."""
    return any(_FREE.match(offer.strip()) for offer in licence.split(" or "))


def fetch(cache: Path, path: Path = THEMES_CSV) -> dict[str, Path]:
    """Folder of each theme's unpacked package, by `Theme.theme`."""
    return {
        theme.theme: unpacked(theme.package, cache, theme.version, theme.sha256)
        for theme in read_themes(path)
    }
