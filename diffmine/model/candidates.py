"""Maps of a label that are not typicality, as others have proposed them for findings in films.

derivative       |e(c + d (c - 0)) - e(c)| / d        how the prediction moves with the condition
                                                      (Zhang et al. 2023, arXiv 2306.03878)
guided           |x(guided to c) - x(guided to null)|^2, both sampled from one noisy film
                                                      (Liang et al. 2024, arXiv 2404.15683)
counterfactual   |x - D(translated to another label)|, in pixels
                                                      (Fontanella et al. 2024, arXiv 2401.01414)
attention        how much a spot attends to the tokens of the label (arXiv 2507.12236)

e is the predicted noise and 0 the null prompt; norms go over channels, means over draws and pixels.
All are (h, w) float32 in latent pixels, of one film (c, h, w); none has a sign that means typical.
docs/xray.md says how well they find what experts boxed.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import takewhile
from operator import eq
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from PIL import Image
from torch import Tensor

from diffmine.config import TranslateConfig
from diffmine.errors import ModelError
from diffmine.model.ddim import move
from diffmine.model.draws import Draws
from diffmine.model.model import Model
from diffmine.model.sample import model_config, translated

Map = Float[Tensor, "h w"]
STEP = 0.1
"""Share of the way from the null prompt by which the condition is moved for its derivative."""


@torch.inference_mode()
def derivative(
    model: Model, latent: Float[Tensor, "c h w"], label: str, draws: Draws, step: float = STEP
) -> Map:
    """How far the prediction moves when the condition does, away from the null prompt."""
    prompts = model.trained_prompts()
    null, own = model.embed([prompts.of(None), prompts.of(label)])  # s d
    states = torch.stack([own, own + step * (own - null)])  # 2 s d
    noisy = _noised(model, latent, draws)
    both = torch.arange(2, device=model.device).expand(len(noisy), 2)
    first, moved = model.denoise(noisy, draws.t, states, both).unbind(1)  # n c h w
    return ((moved - first) / step).norm(dim=1).mean(0).cpu()


@torch.inference_mode()
def guided(
    model: Model,
    latent: Float[Tensor, "c h w"],
    label: str,
    noise: Float[Tensor, "n c h w"],
    *,
    top: int = 500,
    steps: int = 8,
    guidance: float = 3.0,
) -> Map:
    """The film made noisy up to timestep `top` and sampled back twice, guided to the label and
    under the null prompt: how far the two lie apart."""
    prompts = model.trained_prompts()
    path = model.schedule.levels(steps, top)[::-1]
    start = torch.full((len(noise),), path[0])
    toward = model.add_noise(latent[None].expand_as(noise), noise, start)  # n c h w
    plain = toward.clone()
    words = [prompts.of(None)] * 2 * len(noise) + [prompts.of(label)] * len(noise)
    for level, end in itertools.pairwise(path):
        t = torch.full((len(words),), level)
        rows = torch.cat([plain, toward, toward])
        answer = model.predict(rows, t, words, filled=False)
        null, base, own = answer.chunk(3)
        toward = move(model, toward, base + guidance * (own - base), level, end)
        plain = move(model, plain, null, level, end)
    return (toward - plain).square().mean(dim=(0, 1)).cpu()


def counterfactual(
    model: Model,
    picture: Image.Image,
    label: str,
    other: str,
    config: TranslateConfig | None = None,
) -> Map:
    """How far the film lies from its translation into another label, of the mean of the colours;
    translated as the app does, or by `config`."""
    config = model_config(model, config or TranslateConfig())
    changed = translated(model, [picture], [other], config, ["counterfactual"], [label])[0, 0]
    apart = np.abs(changed.astype(np.float32) - np.asarray(picture, np.float32)).mean(2)  # H W
    pool = torch.nn.functional.avg_pool2d
    return pool(torch.from_numpy(apart)[None, None], model.factor)[0, 0]


@torch.inference_mode()
def attention(model: Model, latent: Float[Tensor, "c h w"], label: str, draws: Draws) -> Map:
    """The share of a spot's attention that goes to the tokens in which the label's prompt differs
    from the null prompt, mean of all cross-attentions, heads and draws. Raises ModelError for a
    model without any."""
    prompts = model.trained_prompts()
    words = [prompts.of(label)] * len(draws.t)
    places = _places(model, prompts.of(label), prompts.prompt.replace("{label}", ""))
    size = (int(latent.shape[1]), int(latent.shape[2]))
    with _watched(model, places, size) as seen:
        model.predict(_noised(model, latent, draws), draws.t, words, filled=False)
    if not seen:
        raise ModelError(f"{model.name} has no cross-attention whose weights can be had.")
    return torch.stack(seen).mean(0).cpu()


def _noised(model: Model, latent: Float[Tensor, "c h w"], draws: Draws) -> Tensor:
    return model.add_noise(latent[None].expand_as(draws.noise), draws.noise, draws.t)  # n c h w


def _places(model: Model, own: str, without: str) -> list[int]:
    """Where the tokens of a prompt stand that the same prompt `without` its label has not; all of
    them where the two cannot be told apart."""
    ids, rest = (list(model.tokenizer(text)["input_ids"]) for text in (own, without))
    first = _alike(ids, rest)
    last = _alike(ids[first:][::-1], rest[first:][::-1])
    return list(range(first, len(ids) - last)) or list(range(len(ids)))


def _alike(one: list[int], other: list[int]) -> int:
    """How many of the first entries are the same."""
    return sum(1 for _ in takewhile(bool, map(eq, one, other)))


@contextmanager
def _watched(model: Model, places: list[int], size: tuple[int, int]) -> Iterator[list[Tensor]]:
    """Hooks that note the maps of each cross-attention, at `size`; removed at the end."""
    seen: list[Tensor] = []

    def note(module: Any, args: tuple[Any, ...], known: dict[str, Any]) -> None:
        states = known.get("encoder_hidden_states")
        if states is None:
            return
        query, key = module.to_q(args[0]), module.to_k(states)  # b q d, b s d
        heads = module.heads
        query, key = (x.unflatten(2, (heads, -1)).transpose(1, 2) for x in (query, key))
        shares = (query @ key.transpose(2, 3) * module.scale).softmax(-1)  # b heads q s
        own = shares[..., places].sum(-1).mean(dim=(0, 1))  # q
        side = _shape(len(own), size)
        map = own.float().reshape(1, 1, *side)
        seen.append(torch.nn.functional.interpolate(map, size, mode="bilinear")[0, 0])

    layers = [part for name, part in model.unet.named_modules() if name.endswith("attn2")]
    handles = [layer.register_forward_pre_hook(note, with_kwargs=True) for layer in layers]
    try:
        yield seen
    finally:
        for handle in handles:
            handle.remove()


def _shape(spots: int, size: tuple[int, int]) -> tuple[int, int]:
    """Height and width of a layer with so many spots, of a latent of `size`."""
    for times in range(32):
        high, wide = (-(-side // 2**times) for side in size)
        if high * wide == spots:
            return high, wide
    raise ModelError(f"{spots} spots are no part of {size[0]} x {size[1]}.")
