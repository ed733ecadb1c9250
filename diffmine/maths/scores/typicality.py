"""Typicality: how much better the model denoises a spot knowing the label (equation 3)."""

from __future__ import annotations

from diffmine.config import TypicalityConfig
from diffmine.maths.scores.base import Measure, Recipe

NAME = "typicality"


def recipes(config: TypicalityConfig, labels: int) -> list[Recipe]:
    """One map under each of so many labels, whose prompts follow the null prompt."""
    return [Recipe(NAME, 0, prompt) for prompt in range(1, labels + 1)]


TYPICALITY = Measure(
    NAME,
    knows=lambda score: score == NAME,
    title=lambda score: "Typicality",
    sentence=lambda score: (
        "How much better the model denoises each spot when it knows the label than when it knows "
        "nothing."
    ),
    recipes=recipes,
)
