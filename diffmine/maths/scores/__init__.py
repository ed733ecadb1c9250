"""The score maps that an atlas can hold: each kind is a file here and a line in MEASURES.

A stage makes them by their recipes, the app offers those that an atlas holds, and evaluate judges
them, all by this list.
"""

from __future__ import annotations

from diffmine.config import TypicalityConfig
from diffmine.maths.scores.bands import BANDS
from diffmine.maths.scores.base import Measure, Recipe
from diffmine.maths.scores.before import BASE
from diffmine.maths.scores.contrast import CONTRAST
from diffmine.maths.scores.sensitivity import SENSITIVITY
from diffmine.maths.scores.typicality import TYPICALITY

MEASURES: list[Measure] = [TYPICALITY, SENSITIVITY, BANDS, CONTRAST, BASE]
"""In the order in which maps of an image are kept and offered; typicality comes first."""


def measure_of(score: str) -> Measure | None:
    """The measure that a stored score belongs to; None for one of a newer diffmine."""
    return next((measure for measure in MEASURES if measure.knows(score)), None)


def recipes_of(config: TypicalityConfig, labels: int) -> tuple[Recipe, ...]:
    """The maps of an image that is scored under so many labels; the first is always typicality
    under the first label."""
    return tuple(recipe for measure in MEASURES for recipe in measure.recipes(config, labels))


def in_order(scores: list[str]) -> list[str]:
    """Stored scores in the order of their measures; those of no measure are left out."""
    places = {score: place for place, measure in enumerate(MEASURES) for score in scores
              if measure.knows(score)}  # fmt: skip
    return sorted(places, key=lambda score: (places[score], scores.index(score)))


__all__ = [
    "BASE",
    "CONTRAST",
    "MEASURES",
    "TYPICALITY",
    "Measure",
    "Recipe",
    "in_order",
    "measure_of",
    "recipes_of",
]
