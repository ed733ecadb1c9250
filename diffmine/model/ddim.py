"""DDIM, forwards and backwards: a deterministic path between an image and its noise.

Song et al. 2021, equation 12 with sigma = 0: x' = sqrt(a') x0 + sqrt(1 - a') e, where
x0 = (x - sqrt(1 - a) e) / sqrt(a). A level is a timestep of 1,000; level -1 is the clean image.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from diffmine.model.model import Model

CLEAN = -1


def levels(steps: int, top: int) -> list[int]:
    """`steps` + 1 levels from the clean image up to timestep `top`, evenly spaced."""
    return [CLEAN, *(round(top * k / steps) for k in range(1, steps + 1))]


def alpha(model: Model, level: int) -> Tensor:
    """Cumulative product of the schedule at a level; a clean image has that of timestep 0."""
    return model.alphas[max(level, 0)]


def clean_estimate(
    model: Model, latent: Float[Tensor, "b c h w"], noise: Float[Tensor, "b c h w"], level: int
) -> Float[Tensor, "b c h w"]:
    """The clean latent that a noise prediction at `level` implies."""
    a = alpha(model, level)
    return (latent - (1 - a).sqrt() * noise) / a.sqrt()


def move(
    model: Model,
    latent: Float[Tensor, "b c h w"],
    noise: Float[Tensor, "b c h w"],
    start: int,
    end: int,
) -> Float[Tensor, "b c h w"]:
    """The latent carried from one level to another along its predicted noise."""
    a = alpha(model, end)
    return a.sqrt() * clean_estimate(model, latent, noise, start) + (1 - a).sqrt() * noise


@torch.inference_mode()
def invert(
    model: Model, latent: Float[Tensor, "b c h w"], prompt: str, path: list[int]
) -> Iterator[Float[Tensor, "b c h w"]]:
    """The latents along `path`, from the clean one up; each later one costs a prediction."""
    latent = latent.to(model.device)
    yield latent
    for start, end in itertools.pairwise(path):
        t = torch.full((len(latent),), end)
        noise = model.predict(latent, t, [prompt] * len(latent), filled=False)
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
    size = (1, model.unet.config.in_channels, *(length // model.factor for length in shape))
    noises = [torch.randn(size, generator=torch.Generator().manual_seed(seed)) for seed in seeds]
    latent = torch.cat(noises).to(model.device).repeat_interleave(len(prompts), dim=0)
    prompts = prompts * len(seeds)
    null = [model.trained_prompts().null_prompt] * len(prompts)
    path = levels(steps, 981)[::-1]
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
