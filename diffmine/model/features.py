"""The features of images (DIFT), as many of one size as fit a call of the UNet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from PIL import Image

from diffmine.config import ClusterConfig
from diffmine.model.dift import batch_features
from diffmine.model.fast.lanes import lanes
from diffmine.model.latents import latents
from diffmine.model.model import Model


class Case(NamedTuple):
    """An image as mined, and the label under whose prompt its features are read."""

    image_id: str
    label: str
    picture: Image.Image


class Grid(NamedTuple):
    """The features of an image (size (height, width) in pixels) under a label's prompt; the cells
    cover the whole image."""

    image_id: str
    label: str
    size: tuple[int, int]
    cells: Float[np.ndarray, "d hf wf"]


class _Waiting(NamedTuple):
    image_id: str
    label: str
    size: tuple[int, int]
    latent: torch.Tensor


def grids(model: Model, cases: Iterable[Case], config: ClusterConfig) -> Iterator[Grid]:
    """The features of images; those of a size share calls, which run in lanes on a processor."""
    most = max(1, config.batch // config.noises)
    waiting: dict[torch.Size, list[_Waiting]] = {}
    named: list[tuple[str, str, tuple[int, int]]] = []

    def pictures() -> Iterator[Image.Image]:
        for case in cases:
            picture = case.picture
            named.append((case.image_id, case.label, (picture.height, picture.width)))
            yield picture

    for at, latent in enumerate(latents(model, pictures())):
        group = waiting.setdefault(latent.shape, [])
        group.append(_Waiting(*named[at], latent))
        if len(group) == most:
            yield from _read(model, waiting.pop(latent.shape), config)
    for group in waiting.values():
        yield from _read(model, group, config)


def _read(model: Model, group: list[_Waiting], config: ClusterConfig) -> Iterator[Grid]:
    prompts = model.trained_prompts()
    with lanes(model.device, config.batch) as side:
        cells = batch_features(
            model,
            torch.stack([image.latent for image in group]),
            [prompts.of(image.label) for image in group],
            [image.image_id for image in group],
            timestep=config.timestep,
            up_block=config.up_block,
            noises=config.noises,
            batch=config.batch,
            seed=config.seed,
            lanes=side,
        )
    for image, own in zip(group, cells.cpu().numpy(), strict=True):
        yield Grid(image.image_id, image.label, image.size, own)
