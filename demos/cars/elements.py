"""The truth of the data set: which element occurs how often in which decade."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ELEMENTS_CSV = Path(__file__).with_name("elements.csv")
DECADES = ("1920s", "1930s", "1940s", "1950s", "1960s", "1970s", "1980s", "1990s")
LIFT = 1.5  # an element is characteristic from this many times its mean elsewhere


@dataclass(frozen=True)
class Element:
    """One row of elements.csv."""

    name: str
    description: str
    views: str  # "both", or "front" where the side view shows it not at all or seldom
    frequency: tuple[float, ...]  # (8,), share of the cars of each decade, 0 to 1

    def at(self, decade: str) -> float:
        """Share of the decade's cars that have it."""
        return self.frequency[DECADES.index(decade)]

    @property
    def informative(self) -> bool:
        """Whether its frequency differs between decades."""
        return len(set(self.frequency)) > 1


@cache
def read_elements(path: Path = ELEMENTS_CSV) -> tuple[Element, ...]:
    """The table, in the order of the file."""
    with path.open(newline="", encoding="utf-8") as handle:
        return tuple(
            Element(
                row["element"],
                row["description"],
                row["views"],
                tuple(float(row[decade]) for decade in DECADES),
            )
            for row in csv.DictReader(handle)
        )


def characteristic(frequency: Sequence[float], index: int) -> bool:
    """The rule: at least LIFT times the mean frequency over the other labels, and not never."""
    others = [value for place, value in enumerate(frequency) if place != index]
    mean = sum(others) / len(others)
    # The small sum is for shares such as 0.3 and 0.2, which are no exact binary numbers.
    return frequency[index] > 0 and frequency[index] + 1e-9 >= LIFT * mean


@cache
def characteristic_of(decade: str) -> frozenset[str]:
    """Names of the elements that are characteristic of a decade."""
    index = DECADES.index(decade)
    return frozenset(
        element.name for element in read_elements() if characteristic(element.frequency, index)
    )
