"""The features of an atlas's images (DIFT), as many of one size as fit a call of the UNet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float

from diffmine.config import ClusterConfig
from diffmine.diffusion.dift import batch_features
from diffmine.diffusion.lanes import lanes
from diffmine.diffusion.latents import latents
from diffmine.diffusion.model import Model
from diffmine.store.atlas import Atlas


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
    latent: torch.Tensor


def grids(
    atlas: Atlas, model: Model, cases: Iterable[tuple[str, str]], config: ClusterConfig
) -> Iterator[Grid]:
    """The features of images, each with the label whose prompt is given; those of a size share
    calls, which run in lanes on a processor."""
    most = max(1, config.batch // config.noises)
    waiting: dict[torch.Size, list[_Waiting]] = {}
    named = list(cases)
    encoded = latents(model, (atlas.pictures.picture(image_id) for image_id, _ in named))
    for (image_id, label), latent in zip(named, encoded, strict=True):
        group = waiting.setdefault(latent.shape, [])
        group.append(_Waiting(image_id, label, latent))
        if len(group) == most:
            yield from _read(atlas, model, waiting.pop(latent.shape), config)
    for group in waiting.values():
        yield from _read(atlas, model, group, config)


def _read(
    atlas: Atlas, model: Model, group: list[_Waiting], config: ClusterConfig
) -> Iterator[Grid]:
    prompts = model.trained_prompts()
    with lanes(model.device, config.batch) as side:
        cells = batch_features(
            model,
            torch.stack([each.latent for each in group]),
            [prompts.of(each.label) for each in group],
            [each.image_id for each in group],
            timestep=config.timestep,
            up_block=config.up_block,
            noises=config.noises,
            batch=config.batch,
            seed=config.seed,
            lanes=side,
        )
    for each, own in zip(group, cells.cpu().numpy(), strict=True):
        record = atlas.image(each.image_id)
        yield Grid(each.image_id, each.label, (record["height"], record["width"]), own)
