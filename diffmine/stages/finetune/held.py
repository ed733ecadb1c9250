"""Images that are not trained on: does the label help to predict them too?

    T = mean over held-out images x of label c, noises e, times t  of
        | e - e_theta(x_t, t, null) |^2 - | e - e_theta(x_t, t, c) |^2

which grows while the model learns what images of a label share, and falls when it goes on to learn
single images by heart: then the label only names what was seen (section 3.2, equation 3).
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from accelerate import Accelerator
from jaxtyping import Float
from torch import Tensor

from diffmine.config import FinetuneConfig
from diffmine.model.model import Model
from diffmine.stages.finetune.latents import Latents

MOST = 64
"""Held-out images that are looked at."""
_DRAWS = 8
_RANGE = 2**48


def held_out(
    names: Sequence[str], groups: Sequence[str], labels: Sequence[str], config: FinetuneConfig
) -> list[int]:
    """Places of the images that are held out: whole groups, chosen by their names, but never all
    images of what stands in a prompt. Images without a group are one each."""
    if not config.held_out:
        return []
    units = [group or f"image {name}" for name, group in zip(names, groups, strict=True)]
    chosen = {unit for unit in set(units) if _number(unit, config.seed) < config.held_out}
    learnt = {label for unit, label in zip(units, labels, strict=True) if unit not in chosen}
    for unit, label in sorted(zip(units, labels, strict=True)):
        if label not in learnt and unit in chosen:
            chosen.discard(unit)
            learnt |= {one for other, one in zip(units, labels, strict=True) if other == unit}
    return [place for place, unit in enumerate(units) if unit in chosen]


def _number(unit: str, seed: int) -> float:
    """A number in [0, 1) for a name."""
    digest = hashlib.sha256(f"{seed}/held out/{unit}".encode()).digest()
    return int.from_bytes(digest[:6], "little") / _RANGE


@dataclass(frozen=True)
class HeldOut:
    """Held-out images, at most 64 of them: the latent of each, and the number of its prompt."""

    latents: tuple[Float[Tensor, "c _ _"], ...]
    prompt: tuple[int, ...]

    @classmethod
    def of(cls, latents: Latents, places: Sequence[int], prompt_of: Tensor) -> HeldOut:
        """Those at some places, evenly many of them where they are too many."""
        some = places[:: math.ceil(len(places) / MOST)] if places else []
        prompts = tuple(int(prompt_of[place]) for place in some)
        return cls(tuple(latents[place][0].float() for place in some), prompts)

    @torch.no_grad()
    def typicality(
        self, model: Model, states: Tensor, accelerator: Accelerator
    ) -> tuple[float, float]:
        """T and its standard error, from the same noises and times at each call."""
        values = []
        low, high = model.trained_prompts().t_range
        times = torch.linspace(low, high - 1, _DRAWS).round().long()
        for number, (latent, prompt) in enumerate(zip(self.latents, self.prompt, strict=True)):
            chance = torch.Generator().manual_seed(number)
            noise = torch.randn((_DRAWS, *latent.shape), generator=chance).to(model.device)
            clean, t = latent[None].to(model.device), times.to(model.device)
            noisy = model.add_noise(clean, noise, t)
            errors = []
            for which in (0, prompt):
                text = states[which].expand(_DRAWS, -1, -1)
                with accelerator.autocast():
                    answer = model.parts.predict(
                        model.unet,
                        noisy.to(memory_format=model.layout),
                        model.schedule.told(t),
                        text,
                    )
                error = model.schedule.noise(answer.float(), noisy, t) - noise
                errors.append(error.square().mean())
            values.append(float(errors[0] - errors[1]))
        mean = torch.tensor(values, dtype=torch.float64)
        spread = float(mean.std()) if len(values) > 1 else float("nan")
        return float(mean.mean()), spread / math.sqrt(len(values))


def enough(held: Sequence[tuple[int, float, float]], patience: int) -> bool:
    """Whether so many looks at held-out images brought nothing better than those before."""
    if not patience or len(held) <= patience:
        return False
    best = max(value for _, value, _ in held)
    first = next(at for at, (_, value, _) in enumerate(held) if value == best)
    return len(held) - 1 - first >= patience
