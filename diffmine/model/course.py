"""Five ways from pictures to the noise from which they are sampled again (section 5.1).

pnp      DDIM inversion under the null prompt in as many steps as sampling takes; decoder
         features and self-attention of the source are injected (Tumanyan et al. 2023)
paper    the same as published: 999 steps of inversion, 50 of sampling, guidance 7.5
ddim     inversion as for pnp, nothing injected
sdedit   noise added at once (Meng et al. 2022), as diffusers' img2img does
ddpm     the noise that leads a random path back to the source under its own label
         (Huberman-Spiegelglas et al. 2024, "edit friendly")
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import torch
from jaxtyping import Float
from torch import Tensor

from diffmine.config import TranslateConfig
from diffmine.model.ddim import clean_estimate, invert
from diffmine.model.draws import noise_of
from diffmine.model.model import Model
from diffmine.model.schedule import CLEAN

INJECTS = ("pnp", "paper")
INVERTS = ("pnp", "paper", "ddim")
_TOP = 999
_ROWS = 32


@dataclass
class Course:
    """The way that sampling goes: its levels from the noisiest to the clean one, what the s sources
    are at each of them, and for `ddpm` the unit noise that is added on arriving at a level."""

    levels: list[int]
    known: dict[int, Float[Tensor, "s c h w"]]
    noise: dict[int, Float[Tensor, "s c h w"]] = field(default_factory=dict)


def settled(config: TranslateConfig) -> TranslateConfig:
    """The configuration with what its method prescribes: only `paper` does."""
    if config.method != "paper":
        return config
    settings = replace(config, steps=50, top=_TOP, guidance=7.5, features=0.8, attention=0.5)
    return replace(settings, against="null")


def calls(config: TranslateConfig) -> tuple[int, int]:
    """Calls of the model before sampling one picture, and steps of sampling."""
    if config.method == "paper":
        return _TOP, config.steps
    if config.method in ("sdedit", "ddpm"):
        steps = _started(config)
        return (0 if config.method == "sdedit" else -(-steps // _ROWS)), steps
    return config.steps, config.steps


def _started(config: TranslateConfig) -> int:
    """Steps of sampling where it starts at a share of the way."""
    return max(1, round(config.strength * config.steps))


def courses(
    model: Model,
    latents: Float[Tensor, "s c h w"],
    sources: Sequence[str | None],
    config: TranslateConfig,
    image_ids: Sequence[str],
) -> Iterator[Course | None]:
    """None after each call of the model, then the course of all pictures together. `sources` are
    their own labels, where they have one; `image_ids` and `config.seed` seed what is random."""
    latents = latents.to(model.device)
    path = model.schedule.levels(config.steps, config.top)
    if config.method == "sdedit":
        yield _noised(model, latents, path[: _started(config) + 1], config, image_ids)
    elif config.method == "ddpm":
        path = path[: _started(config) + 1]
        yield from _friendly(model, latents, sources, path, config, image_ids)
    else:
        yield from _inverted(model, latents, path, config)


def _inverted(
    model: Model, latents: Float[Tensor, "s c h w"], path: list[int], config: TranslateConfig
) -> Iterator[Course | None]:
    fine = path if config.method != "paper" else [CLEAN, *range(1, path[-1] + 1)]
    known = {}
    steps = invert(model, latents, model.trained_prompts().null_prompt, fine)
    for level, latent in zip(fine, steps, strict=True):
        if level in path:
            known[level] = latent
        if level != CLEAN:
            yield None
    yield Course(path[::-1], known)


def _noised(
    model: Model,
    latents: Float[Tensor, "s c h w"],
    path: list[int],
    config: TranslateConfig,
    image_ids: Sequence[str],
) -> Course:
    """The sources at every level, each with the same noise at all of them."""
    noise = _noise(model, latents, [f"{config.seed}/{name}/sdedit" for name in image_ids])
    known = {level: _at(model, latents, noise, level) for level in path}
    return Course(path[::-1], known)


@torch.inference_mode()
def _friendly(
    model: Model,
    latents: Float[Tensor, "s c h w"],
    sources: Sequence[str | None],
    path: list[int],
    config: TranslateConfig,
    image_ids: Sequence[str],
) -> Iterator[Course | None]:
    """A noise of its own at each level; then what each step must add to reach the next one."""
    known = {CLEAN: latents}
    for level in path[1:]:
        names = [f"{config.seed}/{name}/ddpm/{level}" for name in image_ids]
        known[level] = _at(model, latents, _noise(model, latents, names), level)
    prompts = [model.trained_prompts().of(source) for source in sources]
    count = len(latents)
    added: dict[int, Tensor] = {}
    steps = list(itertools.pairwise(path[::-1]))
    together = max(1, _ROWS // count)
    for at in range(0, len(steps), together):
        chunk = steps[at : at + together]
        rows = torch.cat([known[start] for start, _ in chunk])
        t = torch.tensor([start for start, _ in chunk for _ in range(count)])
        predicted = model.predict(rows, t, prompts * len(chunk), filled=False)
        for (start, end), noise in zip(chunk, predicted.split(count), strict=True):
            mean, spread = posterior(model, known[start], noise, start, end)
            added[end] = (known[end] - mean) / spread
        yield None
    yield Course(path[::-1], known, added)


def posterior(
    model: Model,
    latent: Float[Tensor, "b c h w"],
    noise: Float[Tensor, "b c h w"],
    start: int,
    end: int,
) -> tuple[Float[Tensor, "b c h w"], Float[Tensor, ""]]:
    """Mean and standard deviation of one step of DDPM between two levels (Song et al. 2021,
    equations 12 and 16 with eta = 1)."""
    a, b = model.schedule.share(start), model.schedule.share(end)
    size = model.schedule.size(end)
    variance = ((1 - b) / (1 - a) * (1 - a / b)).clamp_min(1e-12)
    clean = clean_estimate(model, latent, noise, start)
    mean = b.sqrt() * clean + (1 - b - variance).clamp_min(0).sqrt() * noise
    return mean * size, variance.sqrt() * size


def _at(
    model: Model, latents: Float[Tensor, "s c h w"], noise: Float[Tensor, "s c h w"], level: int
) -> Float[Tensor, "s c h w"]:
    if level == CLEAN:
        return latents
    return model.add_noise(latents, noise, torch.full((len(latents),), level))


def _noise(
    model: Model, latents: Float[Tensor, "s c h w"], names: list[str]
) -> Float[Tensor, "s c h w"]:
    _, channels, height, width = latents.shape
    drawn = [torch.from_numpy(noise_of(name, (channels, height, width))) for name in names]
    return torch.stack(drawn).to(model.device)
