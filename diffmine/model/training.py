"""The parts of finetuning that know tensors: shifted latents, batches, the rate of a step."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import torch
from diffusers import UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor, AttnProcessor2_0
from jaxtyping import Float, Int
from PIL import Image
from torch import Tensor

from diffmine.config.finetune import Trained
from diffmine.model.fast.layers import SharedPrompts
from diffmine.model.model import Model
from diffmine.model.pixels import to_tensor
from diffmine.model.schedule import Schedule

_ENCODED = 16


_ATTENTION = ".attn"
"""In the names of the weights of attention, of pixels and of prompts."""


def prepare(unet: Any, recompute: bool = False, trained: Trained = "all") -> Any:
    """The UNet with those of its weights that are `trained` ready for it, in place; adapters are
    marked already. `recompute` keeps few activations and computes the others again (gradient
    checkpointing).

    On a processor attention by plain matrix products: its gradient is far faster than that of the
    fused kernel, at the few latent pixels that can be trained there; with `recompute` memory counts
    for more. Not compiled: with torch 2.13 in bfloat16 on a processor most weights then get no
    gradient (findings/diffusers-compiled-in-autocast-hardly-learns.sh).
    """
    if trained != "adapters":
        for name, weight in unet.named_parameters():
            weight.requires_grad_(trained == "all" or _ATTENTION in name)
    unet.train()
    if unet.device.type == "cpu" and isinstance(unet, UNet2DConditionModel):
        unet.set_attn_processor(AttnProcessor2_0() if recompute else AttnProcessor())
    if recompute:
        unet.enable_gradient_checkpointing()
    return unet


def finish(unet: Any) -> None:
    """The UNet as it is loaded: frozen, with its usual attention."""
    unet.requires_grad_(False).eval()
    if unet.is_gradient_checkpointing:
        unet.disable_gradient_checkpointing()
    if isinstance(unet, UNet2DConditionModel):
        unet.set_attn_processor(SharedPrompts())


def shifted_latents(
    model: Model,
    pictures: list[tuple[str, Image.Image]],
    shifts: int,
    tell: Callable[[int], None] = lambda done: None,
) -> list[Float[Tensor, "s c _ _"]]:
    """Latents of named pictures and of copies moved by less than two latent pixels, float16.

    The first copy is not moved. The border is repeated where the picture moves away from it.
    `tell` gets the number of pictures that are done.
    """
    moved = [_moved(picture, name, shifts, 2 * model.factor - 1) for name, picture in pictures]
    latents: list[Tensor | None] = [None] * len(moved)
    for shape in {images.shape for images in moved}:
        rows = [k for k, images in enumerate(moved) if images.shape == shape]
        for chunk in (rows[k : k + _ENCODED] for k in range(0, len(rows), _ENCODED)):
            encoded = model.encode(torch.cat([moved[k] for k in chunk])).half().cpu()
            for k, latent in zip(chunk, encoded.split(shifts), strict=True):
                latents[k] = latent.contiguous()  # s c h w
            tell(sum(latent is not None for latent in latents))
    return [latent for latent in latents if latent is not None]


def _moved(picture: Image.Image, name: str, shifts: int, reach: int) -> Float[Tensor, "s 3 h w"]:
    image = to_tensor(picture)
    height, width = image.shape[-2:]
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:6], "little")
    chance = torch.Generator().manual_seed(seed)
    offsets = torch.randint(-reach, reach + 1, (shifts, 2), generator=chance)
    offsets[0] = 0
    padded = torch.nn.functional.pad(image, (reach,) * 4, mode="replicate")
    return torch.cat(
        [
            padded[..., reach + y : reach + y + height, reach + x : reach + x + width]
            for y, x in offsets.tolist()
        ]
    )


def learning_rate(step: int, steps: int, peak: float) -> float:
    """Linear warm-up over 5 % of the steps, then a cosine down to a hundredth of the peak."""
    warm = max(1, steps // 20)
    if step < warm:
        return peak * (step + 1) / warm
    done = (step - warm) / max(1, steps - warm)
    return peak * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * done)))


def captured(
    fill: Callable[..., Tensor], example: tuple[Tensor, ...], weights: Iterable[torch.nn.Parameter]
) -> Callable[..., Tensor]:
    """`fill`, which leaves new gradients in `weights` and returns the loss, as one CUDA graph.

    A small model leaves a GPU idle while Python launches its kernels one by one; a graph launches
    all of them at once. Every call must have tensors of the shapes of `example`, on its GPU. The
    gradients and the loss lie where the graph writes them, until the next call.
    """
    inside = tuple(tensor.clone() for tensor in example)
    aside = torch.cuda.Stream()
    aside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(aside):
        for _ in range(3):
            fill(*inside)
    torch.cuda.current_stream().wait_stream(aside)
    for weight in weights:
        weight.grad = None  # so that the graph makes gradients of its own
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        loss = fill(*inside)

    def replay(*tensors: Tensor) -> Tensor:
        for own, tensor in zip(inside, tensors, strict=True):
            own.copy_(tensor)
        graph.replay()
        return loss

    return replay


@dataclass(frozen=True)
class Batch:
    """Noisy latents at timesteps `t` with what the network is to answer, and how much each row
    weighs."""

    noisy: Float[Tensor, "b c h w"]
    target: Float[Tensor, "b c h w"]
    t: Tensor
    prompt: Tensor
    weight: Float[Tensor, " b"]


@dataclass(frozen=True)
class Pool:
    """Images that are drawn together, for they have crops of one size: their places among all
    latents, and the crop's height and width in latent pixels."""

    images: Tensor
    crop: tuple[int, int]


@dataclass(frozen=True)
class Draws:
    """How batches are drawn: from which pools, how many rows, the share of the null prompt, and
    the most signal to noise that a row is weighed with (0: all rows weigh 1).

    `rank` of `ranks` processes gets its own rows of the one batch that they all draw. `focus`: the
    share of the rows whose timestep lies where images are scored.
    """

    pools: tuple[Pool, ...]
    size: int
    null_share: float
    snr: float = 0.0
    rank: int = 0
    ranks: int = 1
    focus: float = 0.0


_AROUND = 50
"""Timesteps beyond those at which images are scored that are trained as often."""


def draw_batch(
    model: Model,
    latents: Sequence[Float[Tensor, "s c _ _"]],
    prompt_of: Tensor,
    draws: Draws,
    seed: int,
) -> Batch:
    """A batch that depends on `seed` alone, so that a resumed run draws what it would have, and
    several processes together what one would.

    `prompt_of` is the number of each image's prompt, 0 being the null prompt.
    """
    chance = torch.Generator().manual_seed(seed)
    pool = _pool(draws.pools, chance)
    rows = pool.images[torch.randint(len(pool.images), (draws.size,), generator=chance)]
    turns = torch.rand((draws.size, 3), generator=chance).tolist()
    t = torch.randint(1000, (draws.size,), generator=chance)
    null = torch.rand(draws.size, generator=chance) < draws.null_share
    if draws.focus:
        low, high = model.trained_prompts().t_range
        near = max(low - _AROUND, 0), min(high + _AROUND, 1000)
        focused = torch.rand(draws.size, generator=chance) < draws.focus
        t = torch.where(focused, torch.randint(*near, (draws.size,), generator=chance), t)
    own = slice(draws.rank, None, draws.ranks)
    pairs = list(zip(rows.tolist(), turns, strict=True))[own]
    clean = torch.stack([_crop(latents[row], turn, pool.crop) for row, turn in pairs]).float()
    on_device = torch.Generator(model.device).manual_seed(seed)
    shape = (draws.size, *clean.shape[1:])
    noise = torch.randn(shape, generator=on_device, device=model.device)[own]
    clean, t = clean.to(model.device), t[own].to(model.device)
    target = model.schedule.target(clean, noise, t)
    told, prompt = model.schedule.told(t), torch.where(null, 0, prompt_of[rows])[own]
    noisy, weight = model.add_noise(clean, noise, t), snr_weight(model.schedule, t, draws.snr)
    return Batch(noisy, target, told, prompt, weight)


def _pool(pools: tuple[Pool, ...], chance: torch.Generator) -> Pool:
    """One of them, each as often as it has images."""
    if len(pools) == 1:
        return pools[0]
    images = torch.tensor([float(len(pool.images)) for pool in pools])
    return pools[int(torch.multinomial(images, 1, generator=chance))]


def snr_weight(schedule: Schedule, t: Int[Tensor, " b"], most: float) -> Float[Tensor, " b"]:
    """min-SNR (Hang et al. 2023): how much a row at level `t` weighs, min(r, most) over r where the
    network answers the noise, over r + 1 where it answers the velocity, with r = a / (1 - a) the
    signal to noise. 1 for all where `most` is 0.

    A flow's loss is left as it is: it is no multiple of the error of the clean image by r alone.
    """
    if not most or schedule.answer == "flow":
        return torch.ones(len(t), device=t.device)
    a = schedule.share(t)
    ratio = (a / (1 - a)).clamp_min(1e-12)  # pure noise has none
    return ratio.clamp_max(most) / (ratio + (schedule.answer == "velocity"))


def pools_of(
    sizes: Sequence[tuple[int, int]], images: Sequence[int], how: Literal["same", "aspect"]
) -> tuple[Pool, ...]:
    """Pools of the images at some places, by the height and width of their latents: with `same` one
    pool, whose crop lies inside all of them; with `aspect` one for each group of like proportions,
    a factor of at most the root of 2 apart, so that hardly anything of an image is left out."""
    groups: dict[int, list[int]] = {}
    for place in images:
        height, width = sizes[place]
        key = round(2 * math.log2(width / height)) if how == "aspect" else 0
        groups.setdefault(key, []).append(place)
    pools = []
    for _, places in sorted(groups.items()):
        crop = tuple(min(sizes[place][side] for place in places) for side in (0, 1))
        pools.append(Pool(torch.tensor(places), (crop[0], crop[1])))
    return tuple(pools)


def _crop(shifts: Tensor, turn: list[float], crop: tuple[int, int]) -> Tensor:
    """A crop of one of an image's shifted latents, by three numbers in [0, 1)."""
    version = shifts[int(turn[0] * len(shifts))]  # c h w
    height, width = (min(want, have) for want, have in zip(crop, version.shape[1:], strict=True))
    top = int(turn[1] * (version.shape[1] - height + 1))
    left = int(turn[2] * (version.shape[2] - width + 1))
    return version[:, top : top + height, left : left + width]
