"""DIFT: what the UNet sees at each place of an image (Tang et al. 2023; section 3.3, elements).

The features are the output of one up block at one timestep, averaged over a few noises. The pass
stops behind that block, and the image is encoded once for all its patches.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from diffmine.diffusion.draws import draws
from diffmine.diffusion.model import Model
from diffmine.errors import ModelError


class _Reached(Exception):
    """Raised by the hook when the wanted block has answered."""


@torch.inference_mode()
def features(
    model: Model,
    latent: Float[Tensor, "c h w"],
    prompt: str,
    image_id: str,
    *,
    timestep: int,
    up_block: int,
    noises: int,
    seed: int = 0,
) -> Float[Tensor, "d hf wf"]:
    """Mean over `noises` of the output of an up block, float32; the grid covers the whole image.

    Raises ModelError when the UNet has no such block.
    """
    blocks = model.unet.up_blocks
    if up_block >= len(blocks):
        raise ModelError(
            f"{model.name} has {len(blocks)} up blocks, so none with number {up_block}."
        )
    shape = (latent.shape[0], latent.shape[1], latent.shape[2])
    noise = draws(f"{image_id}/features", noises, shape, seed=seed).noise
    t = torch.full((noises,), timestep)
    caught: list[Tensor] = []

    def catch(module: torch.nn.Module, inputs: Any, output: Tensor) -> None:
        caught.append(output)
        raise _Reached

    handle = blocks[up_block].register_forward_hook(catch)
    try:
        model.predict(model.add_noise(latent[None], noise, t), t, [prompt] * noises)
    except _Reached:
        pass
    finally:
        handle.remove()
    return caught[0].float().mean(dim=0)  # d hf wf


def window_feature(
    grid: Float[np.ndarray, "d hf wf"], window: tuple[int, int, int], size: tuple[int, int]
) -> Float[np.ndarray, " d"]:
    """Mean of the features inside a window (row, col, size in pixels), scaled to length 1.

    Cells that the window covers in part count with the share it covers; `size` is the image's
    (height, width) in pixels.
    """
    row, col, side = window
    down = _cover(grid.shape[1], size[0], row, side)
    across = _cover(grid.shape[2], size[1], col, side)
    mean = np.einsum("dhw,h,w->d", grid, down, across) / (down.sum() * across.sum())
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-12), np.float32)


def _cover(cells: int, pixels: int, start: int, length: int) -> np.ndarray:
    """How much of each cell lies in [start, start + length) pixels, in cells."""
    edges = np.arange(cells + 1) * pixels / cells
    inside = np.minimum(edges[1:], start + length) - np.maximum(edges[:-1], start)
    return np.clip(inside, 0, None) * cells / pixels
