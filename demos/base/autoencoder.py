"""Train the small autoencoder on crops of photographs, textures, drawings and dead leaves.

Loss: L1 of pixels and of their differences to neighbours + MSE + 1e-4 KL, on random crops;
afterwards the scaling factor makes the latents' variance one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from diffusers import AutoencoderKL
from jaxtyping import Float, UInt8

from diffmine.model.devices import best_dtype
from diffmine.model.training import captured

KL_WEIGHT = 1e-4
CROP = 48
"""Side of the crops, in pixels: the model knows no places, and small crops are many steps."""
SAVED = 250
"""Steps from one saved state to the next."""


class Kind(NamedTuple):
    """Pictures of one kind and their share of every batch."""

    pictures: UInt8[np.ndarray, "n h w 3"]
    share: float


def train_autoencoder(
    vae: AutoencoderKL,
    kinds: Sequence[Kind],
    device: torch.device,
    steps: int,
    batch: int,
    *,
    state: Path,
    peak: float = 8e-4,
    say: Callable[[str], None] = print,
) -> None:
    """Train in place; goes on from the file `state`, where it is there."""
    torch.manual_seed(0)
    vae.to(device, torch.float32)
    vae.to(memory_format=torch.channels_last)
    vae.requires_grad_(True).train()
    optimizer = torch.optim.AdamW(vae.parameters(), peak, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, peak, steps, pct_start=0.1)
    held = {"vae": vae, "optimizer": optimizer, "schedule": schedule}
    first, started = _resumed(state, held, device), time.monotonic()
    fill: Callable[..., torch.Tensor] | None = None

    def gradients(images: torch.Tensor) -> torch.Tensor:
        vae.zero_grad()
        loss = _loss(vae, images)
        loss.backward()
        return loss.detach()

    for step in range(first, steps):
        torch.manual_seed(step)
        images = _batch(kinds, batch, step).to(device).to(memory_format=torch.channels_last)
        if fill is None:
            on_gpu = device.type == "cuda"
            fill = captured(gradients, (images,), vae.parameters()) if on_gpu else gradients
        loss = fill(images)
        torch.nn.utils.clip_grad_norm_(vae.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if (step + 1) % SAVED == 0 or step + 1 == steps:
            _save(state, held, step + 1)
            passed = time.monotonic() - started
            left = passed / (step + 1 - first) * (steps - step - 1)
            say(f"autoencoder {step + 1}/{steps} loss {float(loss):.4f}, {left:.0f} s left")
    vae.requires_grad_(False).eval()
    _scale(vae, kinds, device)


def _resumed(state: Path, held: dict[str, Any], device: torch.device) -> int:
    if not state.exists():
        return 0
    kept = torch.load(state, map_location=device)
    for name, part in held.items():
        part.load_state_dict(kept[name])
    return int(kept["step"])


def _save(state: Path, held: dict[str, Any], step: int) -> None:
    part = state.with_suffix(".part")
    torch.save({"step": step} | {name: each.state_dict() for name, each in held.items()}, part)
    part.replace(state)


def _batch(kinds: Sequence[Kind], batch: int, seed: int) -> Float[torch.Tensor, "b 3 s s"]:
    """Crops of every kind by its share, mirrored half of the time, in -1 to 1."""
    chance = np.random.default_rng([7, seed])
    counts = chance.multinomial(batch, [kind.share for kind in kinds])
    pairs = zip(kinds, counts, strict=True)
    crops = [_crop(kind, chance) for kind, count in pairs for _ in range(count)]
    return torch.from_numpy(np.stack(crops)).permute(0, 3, 1, 2).float() / 127.5 - 1


def _crop(kind: Kind, chance: np.random.Generator) -> UInt8[np.ndarray, "s s 3"]:
    picture = kind.pictures[chance.integers(len(kind.pictures))]
    top, left = (int(chance.integers(side - CROP + 1)) for side in picture.shape[:2])
    crop = picture[top : top + CROP, left : left + CROP]
    return crop[:, ::-1] if chance.random() < 0.5 else crop


def _loss(vae: AutoencoderKL, images: torch.Tensor) -> torch.Tensor:
    on_gpu = images.device.type == "cuda"
    # A processor without bfloat16 in hardware computes it a hundred times slower than float32.
    fast = on_gpu or best_dtype(images.device) is torch.bfloat16
    with torch.autocast(images.device.type, torch.bfloat16, enabled=fast):
        posterior = vae.encode(images).latent_dist
        out = vae.decode(posterior.sample()).sample.float()
    difference = out - images
    kl = posterior.kl().mean() / posterior.mean[0].numel()
    edges = difference.diff(dim=2).abs().mean() + difference.diff(dim=3).abs().mean()
    squares = difference.square().mean()
    return difference.abs().mean() + 0.5 * edges + squares + KL_WEIGHT * kl


@torch.inference_mode()
def _scale(vae: AutoencoderKL, kinds: Sequence[Kind], device: torch.device) -> None:
    images = torch.cat([_batch(kinds, 64, seed) for seed in range(-8 + 2**31, 2**31)]).to(device)
    latents = torch.cat([vae.encode(part).latent_dist.mean for part in images.split(64)])
    vae.register_to_config(scaling_factor=round(1 / float(latents.std()), 5))
