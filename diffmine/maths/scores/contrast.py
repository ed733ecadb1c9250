"""Contrast: what tells the label from another one, T(x, label) - T(x, other)."""

from __future__ import annotations

from diffmine.config import TypicalityConfig
from diffmine.maths.scores.base import Measure, Recipe

NAME = "against"


def name_of(label: str) -> str:
    """The score of a contrast with that label."""
    return f"{NAME} {label}"


def recipes(config: TypicalityConfig, labels: int) -> list[Recipe]:
    """One map under each label where `config.contrast` names a label; its prompt comes last."""
    if not config.contrast:
        return []
    other = labels + 1
    return [Recipe(name_of(config.contrast), other, prompt) for prompt in range(1, labels + 1)]


CONTRAST = Measure(
    "contrast",
    knows=lambda score: score.startswith(f"{NAME} "),
    title=lambda score: f"Against {score.partition(' ')[2]}",
    sentence=lambda score: (
        "How much better the model denoises each spot when it is told this label than when it is "
        f"told {score.partition(' ')[2]}."
    ),
    recipes=recipes,
)
