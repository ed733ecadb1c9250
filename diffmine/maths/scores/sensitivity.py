"""Sensitivity: how far the two predictions lie apart, whichever of them is right."""

from __future__ import annotations

from diffmine.config import TypicalityConfig
from diffmine.maths.scores.base import Measure, Recipe

NAME = "sensitivity"


def recipes(config: TypicalityConfig, labels: int) -> list[Recipe]:
    """One map under each label where `config.sensitivity` asks for it."""
    if not config.sensitivity:
        return []
    return [Recipe(NAME, 0, prompt, squared=True) for prompt in range(1, labels + 1)]


SENSITIVITY = Measure(
    NAME,
    knows=lambda score: score == NAME,
    title=lambda score: "Sensitivity",
    sentence=lambda score: (
        "How much the label changes what the model predicts at each spot, whether it fits the "
        "picture or not; high values are no sign of typicality."
    ),
    recipes=recipes,
)
