"""The parallel set that people made: one subject as designers of several eras drew it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from demos.icons.icons import Icon
from demos.icons.paint import Chance, chance_of, paint
from demos.icons.render import render

PAIRS = "pairs"


@dataclass(frozen=True)
class Pair:
    """A held-out icon, and the same subject of other eras painted at the same place and in the same
    size on the same ground; RGB, as mined."""

    icon: Icon
    source: Image.Image
    real: dict[str, Image.Image]


def by_subject(icons: Sequence[Icon]) -> dict[str, dict[str, Icon]]:
    """For each subject the trained icon of each era, of the first theme that draws it."""
    subjects: dict[str, dict[str, Icon]] = defaultdict(dict)
    for icon in icons:
        if icon.theme.split == "train":
            subjects[icon.subject].setdefault(icon.theme.era, icon)
    return subjects


def pairs(
    icons: Sequence[Icon], places: Mapping[str, Path], most: int, targets: int, seed: int
) -> Iterator[Pair]:
    """Up to `most` held-out icons whose subject at least `targets` other eras draw, the eras in
    turn."""
    subjects = by_subject(icons)
    held: dict[str, list[Icon]] = defaultdict(list)
    for icon in icons:
        others = subjects.get(icon.subject, {}).keys() - {icon.theme.era}
        if icon.theme.split == "test" and len(others) >= targets:
            held[icon.theme.era].append(icon)
    longest = max(map(len, held.values()), default=0)
    turns = [icon for at in range(longest) for era in held.values() for icon in era[at : at + 1]]
    for icon in turns[:most]:
        chance = chance_of(seed, PAIRS, icon.key)
        real = {
            era: painted(other, places, chance)
            for era, other in subjects[icon.subject].items()
            if era != icon.theme.era
        }
        yield Pair(icon, painted(icon, places, chance), real)


def painted(icon: Icon, places: Mapping[str, Path], chance: Chance) -> Image.Image:
    """An icon by its file in the unpacked packages, as mined."""
    return paint(render(places[icon.theme.theme] / icon.file), chance)
