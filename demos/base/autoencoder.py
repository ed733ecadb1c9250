"""Train the small autoencoder on drawn pictures mixed with dead leaves.

Loss: L1 of pixels and of their differences to neighbours + 0.1 MSE + 1e-4 KL, on random crops;
afterwards the scaling factor makes the latents' variance one.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import torch
from diffusers import AutoencoderKL
from jaxtyping import UInt8

from diffmine.model.devices import best_dtype
from diffmine.model.training import captured

KL_WEIGHT = 1e-4
CROP = 48
"""Side of the crops, in pixels: the model knows no places, and small crops are many steps."""


def train_autoencoder(
    vae: AutoencoderKL,
    pictures: UInt8[np.ndarray, "n h w 3"],
    device: torch.device,
    steps: int,
    batch: int = 16,
    peak: float = 1.5e-3,
    say: Callable[[str], None] = print,
) -> float:
    """Train in place; `pictures` are 8-bit RGB. Returns the last loss."""
    torch.manual_seed(0)
    vae.to(device, torch.float32)
    vae.requires_grad_(True).train()
    data = torch.from_numpy(pictures).to(device)
    optimizer = torch.optim.AdamW(vae.parameters(), peak, fused=device.type == "cuda")
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, peak, steps, pct_start=0.1)
    started, last = time.monotonic(), 0.0
    fill: Callable[..., torch.Tensor] | None = None

    def gradients(images: torch.Tensor) -> torch.Tensor:
        vae.zero_grad()
        loss = _loss(vae, images)
        loss.backward()
        return loss.detach()

    for step in range(steps):
        chance = torch.Generator().manual_seed(step)
        rows = torch.randint(len(data), (batch,), generator=chance).to(device)
        images = _augmented(data[rows], chance)
        if fill is None:
            on_gpu = device.type == "cuda"
            fill = captured(gradients, (images,), vae.parameters()) if on_gpu else gradients
        loss = fill(images)
        torch.nn.utils.clip_grad_norm_(vae.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if step % 100 == 0 or step == steps - 1:
            last = float(loss)
            say(f"autoencoder {step}/{steps} loss {last:.4f} {time.monotonic() - started:.0f} s")
    vae.requires_grad_(False).eval()
    _scale(vae, data, device)
    return last


def _augmented(images: torch.Tensor, chance: torch.Generator) -> torch.Tensor:
    """The same crop of all, mirrored half of the time, in -1 to 1."""
    height, width = images.shape[1:3]
    top, left = (
        int(torch.randint(side - CROP + 1, (), generator=chance)) for side in (height, width)
    )
    crops = images[:, top : top + CROP, left : left + CROP]
    scaled = crops.permute(0, 3, 1, 2).float() / 127.5 - 1  # b 3 h w
    flip = (torch.rand(len(images), generator=chance) < 0.5).to(images.device)
    return torch.where(flip[:, None, None, None], scaled.flip(3), scaled)


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
    return difference.abs().mean() + 0.5 * edges + 0.1 * squares + KL_WEIGHT * kl


@torch.inference_mode()
def _scale(vae: AutoencoderKL, data: torch.Tensor, device: torch.device) -> None:
    rows = torch.randperm(len(data), generator=torch.Generator().manual_seed(1))[:512]
    images = data[rows].permute(0, 3, 1, 2).float().to(device) / 127.5 - 1
    latents = torch.cat([vae.encode(part).latent_dist.mean for part in images.split(64)])
    vae.register_to_config(scaling_factor=round(1 / float(latents.std()), 5))
