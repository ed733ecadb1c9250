"""Bands: typicality from the draws of a part of the timesteps alone."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from diffmine.config import TypicalityConfig
from diffmine.maths.scores.base import Measure, Recipe

NAME = "band"


def edges_of(config: TypicalityConfig) -> list[int]:
    """The timesteps at which the bands of a configuration begin and end."""
    return [int(edge) for edge in np.linspace(*config.t_range, config.bands + 1).round()]


def band_of(low: int, high: int) -> str:
    """The score of the band from timestep `low` to `high` - 1."""
    return f"{NAME} {low}-{high}"


def recipes(config: TypicalityConfig, labels: int) -> list[Recipe]:
    """A map under each label for each of `config.bands` equal parts of the timesteps."""
    return [
        Recipe(band_of(low, high), 0, prompt, band=(low, high))
        for low, high in pairwise(edges_of(config))
        for prompt in range(1, labels + 1)
    ]


def _steps(score: str) -> str:
    return score.partition(" ")[2]


BANDS = Measure(
    NAME,
    knows=lambda score: score.startswith(f"{NAME} "),
    title=lambda score: f"Timesteps {_steps(score)}",
    sentence=lambda score: (
        f"Typicality at timesteps {_steps(score)} of 1,000 alone: the lower they are, the finer "
        "the details that count."
    ),
    recipes=recipes,
)
