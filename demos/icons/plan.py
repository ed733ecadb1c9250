"""Which icon is painted how often, in which split."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from demos.icons.icons import Icon
from demos.icons.themes import ERAS
from demos.splits import Counts


@dataclass(frozen=True)
class Split:
    """One folder of the output and how it is filled."""

    name: str
    themes: str  # "train" or "test": the column split of the list of themes
    per_era: int
    often: bool  # whether an icon may be painted more than once


@dataclass(frozen=True)
class Picture:
    """One picture to paint."""

    icon: Icon
    split: str
    variant: int

    @property
    def name(self) -> str:
        """Path inside the split's folder."""
        return f"images/{self.icon.theme.era}/{self.icon.key}_{self.split[0]}{self.variant}.png"


def splits(counts: Counts) -> tuple[Split, Split, Split]:
    """Train, atlas and test with their numbers of pictures per era."""
    train, atlas, test = counts
    return (
        Split("train", "train", train, True),
        Split("atlas", "train", atlas, False),
        Split("test", "test", test, False),
    )


def plan(split: Split, icons: Sequence[Icon]) -> list[Picture]:
    """The pictures of a split, era by era, its themes in turn; fewer where an era has fewer."""
    return [picture for era in ERAS for picture in _deal(split, icons, era)]


def _deal(split: Split, icons: Sequence[Icon], era: str) -> list[Picture]:
    by_theme: dict[str, list[Icon]] = defaultdict(list)
    for icon in icons:
        if icon.theme.era == era and icon.theme.split == split.themes:
            by_theme[icon.theme.theme].append(icon)
    turns = [
        icon
        for turn in range(max(map(len, by_theme.values()), default=0))
        for members in by_theme.values()
        for icon in members[turn : turn + 1]
    ]
    rounds = -(-split.per_era // len(turns)) if split.often and turns else 1
    dealt = [Picture(icon, split.name, variant) for variant in range(rounds) for icon in turns]
    return dealt[: split.per_era]
