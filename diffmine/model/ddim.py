"""DDIM, forwards and backwards: a deterministic path between an image and its noise.

Song et al. 2021, equation 12 with sigma = 0: x' = sqrt(a') x0 + sqrt(1 - a') e, where
x0 = (x - sqrt(1 - a) e) / sqrt(a); for a flow x' = (1 - s') x0 + s' e. A level is a timestep of
1,000; level -1 is the clean image.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from diffmine.model.model import Model


def clean_estimate(
    model: Model, latent: Float[Tensor, "b c h w"], noise: Float[Tensor, "b c h w"], level: int
) -> Float[Tensor, "b c h w"]:
    """The clean latent that a noise prediction at `level` implies."""
    signal, spread = model.schedule.scales(level)
    return (latent - spread * noise) / signal


def move(
    model: Model,
    latent: Float[Tensor, "b c h w"],
    noise: Float[Tensor, "b c h w"],
    start: int,
    end: int,
) -> Float[Tensor, "b c h w"]:
    """The latent carried from one level to another along its predicted noise."""
    signal, spread = model.schedule.scales(end)
    return signal * clean_estimate(model, latent, noise, start) + spread * noise


@torch.inference_mode()
def invert(
    model: Model, latent: Float[Tensor, "b c h w"], prompt: str, path: list[int]
) -> Iterator[Float[Tensor, "b c h w"]]:
    """The latents along `path`, from the clean one up; each later one costs a prediction."""
    latent = latent.to(model.device)
    yield latent
    for start, end in itertools.pairwise(path):
        # The noise at the end of a step is taken to be that of the latent before it, as large as
        # it will be then: so the step back, which begins there, all but undoes it.
        seen = latent * (model.schedule.size(end) / model.schedule.size(start))
        t = torch.full((len(latent),), end)
        noise = model.predict(seen, t, [prompt] * len(latent), filled=False)
        latent = move(model, latent, noise, start, end)
        yield latent


@torch.inference_mode()
def sample(
    model: Model,
    prompts: list[str],
    shape: tuple[int, int],
    steps: int = 25,
    guidance: float = 3.0,
    seeds: Sequence[int] = (0,),
) -> Float[Tensor, "b 3 h w"]:
    """Images in -1 to 1 sampled from noise, `shape` (height, width) in pixels: for each seed one
    for every prompt, all from the noise of that seed."""
    size = (1, model.parts.channels, *(length // model.factor for length in shape))
    noises = [torch.randn(size, generator=torch.Generator().manual_seed(seed)) for seed in seeds]
    noise = torch.cat(noises).repeat_interleave(len(prompts), dim=0)
    start = model.schedule.start
    latent = model.parts.schedule.pure(noise, start).to(model.device)
    prompts = prompts * len(seeds)
    null = [model.trained_prompts().null_prompt] * len(prompts)
    path = model.schedule.levels(steps, start)[::-1]
    for start, end in itertools.pairwise(path):
        both = model.predict(
            torch.cat([latent, latent]),
            torch.full((2 * len(prompts),), start),
            [*null, *prompts],
            filled=False,
        )
        base, target = both.chunk(2)
        latent = move(model, latent, base + guidance * (target - base), start, end)
    return model.decode(latent)
