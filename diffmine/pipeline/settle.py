"""Settings that the base decides, filled in before anything is planned, compared or made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from diffmine.config import LARGE_BASE, SMALL_BASE, BuildConfig, FinetuneConfig
from diffmine.words.training import chosen


def settled(
    config: BuildConfig,
    images: int,
    labels: int,
    model: str | None = None,
    stored: Mapping[str, Any] | None = None,
) -> tuple[BuildConfig, list[str]]:
    """The configuration with what suits its base, or the finished `model`, where nothing was asked
    for; and in words what was chosen so.

    `stored` are the configurations of an atlas that is there. Its size stays while its base does,
    and steps that were counted by its images do not change with them.
    """
    from diffmine.model.bases import base_of

    base = base_of(config.finetune.base if model is None else model)
    before = dict((stored or {}).get("finetune", {}))
    same = model is not None or before.get("base") == config.finetune.base
    side = (stored or {}).get("data", {}).get("image_size") if same else None
    data, finetune = config.data, config.finetune
    if not data.image_size:
        data = replace(data, image_size=side or (base.side if base else SMALL_BASE.side))
    if model is None:
        weights = base.weights if base else 0
        finetune = _steps_as_before(finetune, weights, before if same else {})
        finetune = finetune.settled(weights, images, labels)
    settled_config = replace(config, data=data, finetune=finetune)
    return settled_config, chosen(config, settled_config, base.weights if base else 0, model)


def _steps_as_before(
    config: FinetuneConfig, weights: int, before: Mapping[str, Any]
) -> FinetuneConfig:
    """More images are no reason to train again: a count of steps is made once."""
    counted = not config.steps and weights >= LARGE_BASE.weights
    alike = before.get("lora", 0) == config.lora
    return replace(config, steps=before["steps"]) if counted and alike and before else config
