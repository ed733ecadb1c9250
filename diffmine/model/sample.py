"""Sampling pictures anew under other labels, from the noise that a course led to (section 5.1).

    e = e_null + guidance * (e_target - e_null)        (or e_source in the place of e_null)

While `pnp` samples, decoder features and self-attention of the source are injected. All targets of
all sources run in one batch [sources | null of each | target of each], or in as few as fit. The
latents of S sources and L targets are S * L rows, all targets of a source after each other.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Float, UInt8
from PIL import Image
from torch import Tensor

from diffmine.config import TranslateConfig
from diffmine.model.course import INJECTS, Course, courses, posterior, settled
from diffmine.model.ddim import clean_estimate, move
from diffmine.model.inject import Injection, injected
from diffmine.model.model import Model
from diffmine.model.pixels import to_arrays, to_tensor

_AREA = 2**17
"""Latent pixels in one call of the UNet: 32 rows of a picture of 512 pixels."""
_DECODED = 8


def model_config(model: Model, config: TranslateConfig) -> TranslateConfig:
    """The configuration with the settings that suit this model, where it has still the default."""
    default, settings = TranslateConfig(), model.trained_prompts().translation
    changes = {k: v for k, v in settings.items() if getattr(config, k) == getattr(default, k)}
    return replace(config, **changes)


def translated(
    model: Model,
    pictures: Sequence[Image.Image],
    targets: list[str],
    config: TranslateConfig,
    image_ids: Sequence[str],
    sources: Sequence[str],
) -> UInt8[np.ndarray, "S L H W 3"]:
    """Whole pictures of one size under every target, 8-bit and in their order, without scores.
    `sources` are their own labels, `image_ids` seed what is random."""
    config = settled(model_config(model, config))
    latents = torch.cat([model.encode(to_tensor(picture)) for picture in pictures])
    *_, course = courses(model, latents, sources, config, image_ids)
    assert course is not None
    *_, final = sample(model, course, targets, config, None, led_from(model, config, sources))
    pixels = decoded(model, final, pictures[0], None)
    return pixels.reshape(len(pictures), len(targets), *pixels.shape[1:])


def together(model: Model, targets: int, size: tuple[int, int]) -> int:
    """How many pictures of a size (in pixels) `translated` should have at once: on a GPU what fits
    one call of the UNet. A processor is busy with one, which then is the same whatever lies beside
    it."""
    if model.device.type == "cpu":
        return 1
    area = size[0] * size[1] // model.factor**2
    return max(1, _AREA // (2 * targets * area))


def side_by_side(model: Model, targets: int, size: tuple[int, int]) -> int:
    """How many pictures of a size (in pixels) a processor translates at the same time, each by a
    thread of its own: those whose latents are few keep several threads waiting for each other."""
    area = size[0] * size[1] // model.factor**2
    return max(1, _AREA // ((1 + 2 * targets) * area))


def led_from(
    model: Model, config: TranslateConfig, sources: Sequence[str | None]
) -> tuple[str, ...]:
    """The prompts that guidance leads away from, one for each source."""
    prompts = model.trained_prompts()
    away = config.against == "source"
    return tuple(prompts.of(source if away else None) for source in sources)


def sample(
    model: Model,
    course: Course,
    targets: list[str],
    config: TranslateConfig,
    soft: Float[Tensor, "1 1 H W"] | None = None,
    against: Sequence[str] = (),
) -> Iterator[Float[Tensor, "b c h w"]]:
    """The clean latents that each step of sampling implies; the last ones are the result. Guidance
    leads away from the prompts `against`, one for each source. Without targets the sources
    themselves are sampled, under the null prompt and with nothing injected."""
    first = course.known[course.levels[0]]
    inside = None
    if soft is not None:
        size = (first.shape[2], first.shape[3])
        inside = torch.nn.functional.adaptive_avg_pool2d(soft, size).to(first.device)
    per_source = max(len(targets), 1)
    latent = first.repeat_interleave(per_source, dim=0)
    steps = len(course.levels) - 1
    with injected(model) as switch, torch.inference_mode():
        for step, (start, end) in enumerate(itertools.pairwise(course.levels)):
            if config.method in INJECTS and targets:
                switch.features = step < round(config.features * steps)
                switch.attention = step < round(config.attention * steps)
            rows = _Rows(model, targets, against, start, config.guidance)
            with switch.applied():
                guided = rows.guided(latent, course.known[start], switch)
            estimate = clean_estimate(model, latent, guided, start)
            if end in course.noise:
                mean, spread = posterior(model, latent, guided, start, end)
                latent = mean + spread * course.noise[end].repeat_interleave(per_source, dim=0)
            else:
                latent = move(model, latent, guided, start, end)
            if inside is not None:
                known = course.known[end].repeat_interleave(per_source, dim=0)
                latent = inside * latent + (1 - inside) * known
            yield latent if step == steps - 1 else estimate


@dataclass(frozen=True)
class _Rows:
    """The rows of a step of sampling: every target of every source."""

    model: Model
    targets: list[str]
    against: Sequence[str]
    level: int
    guidance: float

    def guided(
        self,
        latent: Float[Tensor, "b c h w"],
        sources: Float[Tensor, "s c h w"],
        switch: Injection,
    ) -> Float[Tensor, "b c h w"]:
        """The guided prediction for every row, in as few batches as fit."""
        if not self.targets:
            null = self.model.trained_prompts().null_prompt
            return self._predict(latent, [null] * len(latent))
        fits = max(1, _AREA // (2 * latent.shape[2] * latent.shape[3]))
        parts = range(0, len(latent), fits)
        return torch.cat([self._part(latent[k : k + fits], k, sources, switch) for k in parts])

    def _part(
        self,
        rows: Float[Tensor, "n c h w"],
        start: int,
        sources: Float[Tensor, "s c h w"],
        switch: Injection,
    ) -> Float[Tensor, "n c h w"]:
        """Rows `start` and on; where something is injected, their sources go first."""
        prompts = self.model.trained_prompts()
        numbers = torch.arange(start, start + len(rows))
        owner = numbers // len(self.targets)
        first, last = int(owner[0]), int(owner[-1]) + 1
        head = sources[first:last] if switch.features or switch.attention else sources[:0]
        if len(head):
            own = owner - first
            source = torch.cat([torch.arange(len(head)), own, own])
            switch.source = source.to(self.model.device)
        words = [prompts.null_prompt] * len(head)
        words += [self.against[at] for at in owner.tolist()]
        words += [prompts.of(self.targets[at % len(self.targets)]) for at in numbers.tolist()]
        noise = self._predict(torch.cat([head, rows, rows]), words)
        base, target = noise[len(head) :].chunk(2)
        return base + self.guidance * (target - base)

    def _predict(self, rows: Float[Tensor, "n c h w"], words: list[str]) -> Tensor:
        t = torch.full((len(rows),), self.level)
        return self.model.predict(rows, t, words, filled=False)


def soft_window(window: tuple[int, int, int], size: tuple[int, int]) -> Float[Tensor, "1 1 H W"]:
    """1 in the window (row, col, size), falling to 0 over an eighth of its size around it."""
    row, col, side = window
    height, width = size
    reach = max(1.0, side / 8)
    beyond = [
        torch.maximum(start - at, at - (start + side - 1)).clamp_min(0) / reach
        for start, at in ((row, torch.arange(height)), (col, torch.arange(width)))
    ]
    far = torch.hypot(beyond[0][:, None].expand(height, width), beyond[1].expand(height, width))
    return (1 - far).clamp_min(0)[None, None]


def decoded(
    model: Model,
    latent: Float[Tensor, "b c h w"],
    picture: Image.Image,
    soft: Float[Tensor, "1 1 H W"] | None,
) -> UInt8[np.ndarray, "b H W 3"]:
    """Decoded, a few at a time, with the source outside of `soft`."""
    images = torch.cat([model.decode(part).cpu() for part in latent.split(_DECODED)])
    if soft is not None:
        images = soft * images + (1 - soft) * to_tensor(picture)
    return to_arrays(images)
