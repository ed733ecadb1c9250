"""DIFT: what the UNet sees at each place of an image (Tang et al. 2023; section 3.3, elements).

The features are the output of one up block at one timestep, averaged over a few noises. The pass
stops behind that block, and the image is encoded once for all its patches. Images of one size
share calls of the UNet.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from diffmine.diffusion.draws import draws
from diffmine.diffusion.lanes import ALONE, Lanes
from diffmine.diffusion.model import Model
from diffmine.errors import ModelError


class _Reached(Exception):
    """Raised by the hook when the wanted block has answered."""


class _Tap:
    """Takes what a block answers, and ends the pass there; for several threads at a time."""

    def __init__(self, block: torch.nn.Module) -> None:
        self._block, self._of_thread = block, threading.local()

    def __enter__(self) -> _Tap:
        self._hook = self._block.register_forward_hook(self._catch)
        return self

    def __exit__(self, *_: object) -> None:
        self._hook.remove()

    def _catch(self, module: torch.nn.Module, inputs: Any, output: Tensor) -> None:
        self._of_thread.caught = output
        raise _Reached

    def output(self, call: Callable[[], Any]) -> Tensor:
        """What the block answers in a call of the UNet."""
        with suppress(_Reached):
            call()
        caught: Tensor = self._of_thread.__dict__.pop("caught")
        return caught


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
    Raises ModelError when the UNet has no such block.
    """
    blocks = model.unet.up_blocks
    if up_block >= len(blocks):
        raise ModelError(
            f"{model.name} has {len(blocks)} up blocks, so none with number {up_block}."
        )
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
    with _Tap(blocks[up_block]) as tap:

        def output(at: int) -> Float[Tensor, "b d hf wf"]:
            part = slice(at, at + size)
            some, asked = noisy[part], which[part, None]
            caught = tap.output(lambda: model.denoise(some, t[part], states, asked))
            return caught[: len(some)]  # without what filled the call

        rows = torch.cat(list(lanes.map(output, range(0, len(noisy), size))))  # n*noises d hf wf
    return torch.stack([own.float().mean(dim=0) for own in rows.split(noises)])  # n d hf wf


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
