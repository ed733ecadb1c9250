"""The few calls that serve a notebook as well as the app: plain values in, arrays out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from PIL import Image

from diffmine.config import TranslateConfig, TypicalityConfig
from diffmine.diffusion.model import Model
from diffmine.diffusion.score import Score, in_pixels
from diffmine.stages.translate import Result, Translation, stream
from diffmine.stages.typicality import typicality_maps, window_curve
from diffmine.store.atlas import Atlas, Patch


def typicality_map(
    model: Model, picture: Image.Image, label: str, config: TypicalityConfig | None = None
) -> tuple[Float[np.ndarray, "H W"], Score]:
    """Typicality of every pixel of a picture under a label, and of the whole picture.

    Height and width must be multiples of `model.multiple`. Values are differences of mean squared
    errors of predicted noise: above zero the label helps to denoise the pixel.
    """
    import torch

    found = typicality_maps(model, picture, [label], config or TypicalityConfig(), "picture")
    mean, _, score = found[label]
    pixels = in_pixels(torch.from_numpy(mean), picture.height, picture.width)
    return pixels.numpy(), score


def patch_scores(
    model: Model,
    picture: Image.Image,
    window: tuple[int, int, int],
    labels: Sequence[str],
    config: TypicalityConfig | None = None,
) -> dict[str, Score]:
    """The dating curve of a patch: its typicality under each label, with standard errors.

    `window` is (row, col, size) in pixels of the picture.
    """
    names = list(labels)
    scores = window_curve(model, picture, window, names, config or TypicalityConfig(), "picture")
    return dict(zip(names, scores, strict=True))


def translate(
    model: Model,
    picture: Image.Image,
    window: tuple[int, int, int],
    targets: Sequence[str],
    config: TranslateConfig | None = None,
) -> list[Translation]:
    """The picture under each target label; pictures are 8-bit arrays (H, W, 3), generated."""
    steps = stream(model, picture, window, list(targets), config or TranslateConfig(), "picture")
    for step in steps:
        if isinstance(step, Result):
            return step.translations
    return []


def similar(atlas: Atlas, patch_id: str, count: int = 24) -> list[tuple[Patch, float]]:
    """The patches of all labels whose features are nearest, with their cosine, nearest first.

    Exact. The first call reads the features, 4 bytes a number; then a million patches of 128
    numbers take about 33 ms. A patch that is not a top one has no features, so none is near.
    """
    near = atlas.neighbours.nearest(atlas.patch(patch_id).patch_id, count)
    return [(atlas.patch(name), cosine) for name, cosine in near]
