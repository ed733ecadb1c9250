"""The parts of finetuning that know tensors: shifted latents, one step, checkpoints."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from diffusers.models.attention_processor import AttnProcessor
from jaxtyping import Float
from PIL import Image
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from diffmine.model.fast.layers import SharedPrompts
from diffmine.model.model import Model
from diffmine.model.pixels import to_tensor

_ENCODED = 16


def prepare(unet: Any) -> Any:
    """The UNet ready to be trained, in place.

    On a processor attention by plain matrix products: its gradient is far faster than that of the
    fused kernel, at the few latent pixels that can be trained there. Not compiled: with torch 2.13
    on a processor the attention's weights then get no gradient.
    """
    unet.requires_grad_(True).train()
    if unet.device.type == "cpu":
        unet.set_attn_processor(AttnProcessor())
    return unet


def finish(unet: Any) -> None:
    """The UNet as it is loaded: frozen, with its usual attention."""
    unet.requires_grad_(False).eval()
    unet.set_attn_processor(SharedPrompts())


def shifted_latents(
    model: Model, pictures: list[tuple[str, Image.Image]], shifts: int
) -> list[Float[Tensor, "s c _ _"]]:
    """Latents of named pictures and of copies moved by less than two latent pixels, float16.

    The first copy is not moved. The border is repeated where the picture moves away from it.
    """
    moved = [_moved(picture, name, shifts, 2 * model.factor - 1) for name, picture in pictures]
    latents: list[Tensor | None] = [None] * len(moved)
    for shape in {images.shape for images in moved}:
        rows = [k for k, images in enumerate(moved) if images.shape == shape]
        for chunk in (rows[k : k + _ENCODED] for k in range(0, len(rows), _ENCODED)):
            encoded = model.encode(torch.cat([moved[k] for k in chunk])).half().cpu()
            for k, latent in zip(chunk, encoded.split(shifts), strict=True):
                latents[k] = latent.contiguous()  # s c h w
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


@dataclass
class State:
    """Everything that a run needs to go on: trained weights, their mean, Adam's moments and the
    losses so far."""

    step: int
    unet: torch.nn.Module
    mean: dict[str, Tensor]
    optimizer: torch.optim.Optimizer
    losses: list[float] = field(default_factory=list)

    def update_mean(self, decay: float) -> None:
        """Move the running mean of the weights; early on it follows faster."""
        decay = min(decay, (1 + self.step) / (10 + self.step))
        weights = [weight.detach() for _, weight in self.unet.named_parameters()]
        torch._foreach_lerp_(list(self.mean.values()), weights, 1 - decay)

    def save(self, path: Path) -> None:
        """Write a checkpoint (safetensors)."""
        tensors = {"step": torch.tensor(self.step)}
        tensors["losses"] = torch.tensor(self.losses, dtype=torch.float64)
        for name, weight in self.unet.named_parameters():
            tensors[f"weight/{name}"] = weight.detach()
            tensors[f"mean/{name}"] = self.mean[name]
            for moment, value in self.optimizer.state[weight].items():
                tensors[f"{moment}/{name}"] = value
        save_file({k: v.cpu().contiguous().clone() for k, v in tensors.items()}, path)

    def load(self, path: Path, steps: int) -> bool:
        """Go on from a checkpoint; False, and nothing is changed, where it is not whole or behind
        the last of `steps`."""
        try:
            tensors = load_file(path)
        except SafetensorError:
            return False
        if not self._fits(tensors) or int(tensors["step"]) > steps:
            return False
        self.step = int(tensors["step"])
        self.losses = tensors.get("losses", torch.empty(0)).tolist()
        for name, weight in self.unet.named_parameters():
            weight.data.copy_(tensors[f"weight/{name}"])
            self.mean[name].copy_(tensors[f"mean/{name}"])
            moments = {}
            for moment in ("step", "exp_avg", "exp_avg_sq"):
                value = tensors[f"{moment}/{name}"]
                on_device = value.to(weight.device) if moment != "step" else value
                moments[moment] = on_device
            self.optimizer.state[weight] = moments
        return True

    def _fits(self, tensors: Mapping[str, Tensor]) -> bool:
        """Whether every tensor of these weights is there."""
        shapes = {name: weight.shape for name, weight in self.unet.named_parameters()}
        kinds = ("weight", "mean", "exp_avg", "exp_avg_sq")
        needed = {f"{kind}/{name}": shape for name, shape in shapes.items() for kind in kinds}
        needed |= {name: torch.Size() for name in ("step", *(f"step/{name}" for name in shapes))}
        return all(name in tensors and tensors[name].shape == needed[name] for name in needed)


@dataclass(frozen=True)
class Batch:
    """Noisy latents at timesteps `t` with what the network is to answer."""

    noisy: Float[Tensor, "b c h w"]
    target: Float[Tensor, "b c h w"]
    t: Tensor
    prompt: Tensor


def draw_batch(
    model: Model,
    latents: list[Float[Tensor, "s c _ _"]],
    prompt_of: Tensor,
    size: int,
    crop: tuple[int, int],
    null_share: float,
    seed: int,
) -> Batch:
    """A batch that depends on `seed` alone, so that a resumed run draws what it would have.

    `prompt_of` is the number of each image's prompt, 0 being the null prompt; `crop` the height
    and width in latent pixels.
    """
    chance = torch.Generator().manual_seed(seed)
    rows = torch.randint(len(latents), (size,), generator=chance)
    turns = torch.rand((size, 3), generator=chance).tolist()
    clean = torch.stack(
        [_crop(latents[row], turn, crop) for row, turn in zip(rows.tolist(), turns, strict=True)]
    ).float()  # b c h w
    t = torch.randint(1000, (size,), generator=chance)
    null = torch.rand(size, generator=chance) < null_share
    prompt = torch.where(null, 0, prompt_of[rows])
    on_device = torch.Generator(model.device).manual_seed(seed)
    noise = torch.randn(clean.shape, generator=on_device, device=model.device)
    clean, t = clean.to(model.device), t.to(model.device)
    target = model.schedule.target(clean, noise, t)
    return Batch(model.add_noise(clean, noise, t), target, model.schedule.told(t), prompt)


def _crop(shifts: Tensor, turn: list[float], crop: tuple[int, int]) -> Tensor:
    """A crop of one of an image's shifted latents, by three numbers in [0, 1)."""
    version = shifts[int(turn[0] * len(shifts))]  # c h w
    height, width = (min(want, have) for want, have in zip(crop, version.shape[1:], strict=True))
    top = int(turn[1] * (version.shape[1] - height + 1))
    left = int(turn[2] * (version.shape[2] - width + 1))
    return version[:, top : top + height, left : left + width]
