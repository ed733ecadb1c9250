"""Base: typicality under the model before finetuning (section 5.2); stages/typicality/base.py
makes it."""

from __future__ import annotations

from diffmine.maths.scores.base import Measure

NAME = "base"

BASE = Measure(
    NAME,
    knows=lambda score: score == NAME,
    title=lambda score: "Before finetuning",
    sentence=lambda score: (
        "Typicality under the model as it was before it saw these images: what finetuning did not "
        "teach it."
    ),
    recipes=lambda config, labels: [],
    folder="maps-base",
)
