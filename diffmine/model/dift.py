"""DIFT: what the network sees at each place of an image (Tang et al. 2023; section 3.3, elements).

The features are the output of one up block of a UNet, or of the block of a transformer that its
family puts in its place, at one timestep, averaged over a few noises. The pass stops behind that
block, and the image is encoded once for all its patches. Images of one size share calls of the
network.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from diffmine.errors import ModelError
from diffmine.model.draws import draws
from diffmine.model.fast.lanes import ALONE, Lanes
from diffmine.model.model import Model


class _Reached(Exception):
    """Raised by the hook with the output of the wanted block, in the thread that runs the UNet."""

    def __init__(self, output: Any) -> None:
        self.output = output


def _stop(module: torch.nn.Module, inputs: Any, output: Any) -> None:
    raise _Reached(output)


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

    Raises ModelError when the model has no such block.
    """
    return batch_features(
        model,
        latent[None],
        [prompt],
        [image_id],
        timestep=timestep,
        up_block=up_block,
        noises=noises,
        batch=noises,
        seed=seed,
    )[0]


@torch.inference_mode()
def batch_features(
    model: Model,
    latents: Float[Tensor, "n c h w"],
    prompts: list[str],
    image_ids: list[str],
    *,
    timestep: int,
    up_block: int,
    noises: int,
    batch: int,
    seed: int = 0,
    lanes: Lanes = ALONE,
) -> Float[Tensor, "n d hf wf"]:
    """The features of several images of one size, each with its own prompt and noises.

    Rows (images times noises) run through calls of at most `batch`, or of as many in all `lanes`
    together. On a CPU the features of an image do not depend on which other images are there.
    Raises ModelError when the model has no such block.
    """
    layer = model.parts.features(up_block)
    if layer is None:
        count = next(n for n in itertools.count() if model.parts.features(n) is None)
        raise ModelError(f"{model.name} has {count} up blocks, so none with number {up_block}.")
    shape = (latents.shape[1], latents.shape[2], latents.shape[3])
    noise = torch.cat(
        [
            draws(f"{name}/features", noises, shape, seed=seed, preset="independent").noise
            for name in image_ids
        ]
    )  # n*noises c h w
    t = torch.full((len(noise),), timestep)
    noisy = model.add_noise(latents.repeat_interleave(noises, dim=0), noise, t)
    states, which = model.words([prompt for prompt in prompts for _ in range(noises)])
    size = lanes.rows(batch)

    def output(at: int) -> Float[Tensor, "b d hf wf"]:
        part = slice(at, at + size)
        try:
            model.denoise(noisy[part], t[part], states, which[part, None])
        except _Reached as reached:
            cells = layer.grid(reached.output, (shape[1], shape[2]))
            return cells[: len(noisy[part])]  # without what filled the call
        raise AssertionError("the network ended without its block")

    hook = layer.module.register_forward_hook(_stop)
    try:
        rows = torch.cat(list(lanes.map(output, range(0, len(noisy), size))))  # n*noises d hf wf
    finally:
        hook.remove()
    return torch.stack([own.float().mean(dim=0) for own in rows.split(noises)])  # n d hf wf


def window_feature(
    grid: Float[np.ndarray, "d hf wf"], window: tuple[int, int, int], size: tuple[int, int]
) -> Float[np.ndarray, " d"]:
    """Mean of the features inside a window (row, col, size in pixels), scaled to length 1; `size`
    is the image's (height, width) in pixels."""
    row, col, side = map(float, window)
    return box_feature(grid, (row, col, side, side), size)


def box_feature(
    grid: Float[np.ndarray, "d hf wf"],
    box: tuple[float, float, float, float],
    size: tuple[int, int],
) -> Float[np.ndarray, " d"]:
    """Mean of the features inside a box (row, col, height, width in pixels), scaled to length 1.

    Cells that the box covers in part count with the share it covers; `size` is the image's
    (height, width) in pixels.
    """
    row, col, height, width = box
    down = _cover(grid.shape[1], size[0], row, height)
    across = _cover(grid.shape[2], size[1], col, width)
    mean = np.einsum("dhw,h,w->d", grid, down, across) / (down.sum() * across.sum())
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-12), np.float32)


def _cover(cells: int, pixels: int, start: float, length: float) -> np.ndarray:
    """How much of each cell lies in [start, start + length) pixels, in cells."""
    edges = np.arange(cells + 1) * pixels / cells
    inside = np.minimum(edges[1:], start + length) - np.maximum(edges[:-1], start)
    return np.clip(inside, 0, None) * cells / pixels
