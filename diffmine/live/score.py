"""What a person asks the model about a picture: its map, and the score of a window (section 3.2).

There is one way to score a window, and for an atlas it is the atlas's own (`Atlas.scoring`), for
the stages and for the app alike: the number on the screen is the number in the files.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float
from PIL import Image

from diffmine.config import TypicalityConfig
from diffmine.maths.score import Score, Scoring
from diffmine.model.model import Model
from diffmine.model.pixels import to_tensor
from diffmine.model.score import (
    Item,
    Sampling,
    advance,
    as_numpy,
    drawn,
    in_pixels,
    label_recipes,
    window_scores,
)

PICTURE = "picture"
"""The name that seeds the draws of a picture that belongs to no atlas."""


def score_window(
    model: Model,
    picture: Image.Image,
    window: tuple[int, int, int],
    labels: Sequence[str],
    how: Scoring,
    image_id: str,
) -> list[Score]:
    """The typicality of a window under each label, in their order, with its exact standard error.

    `picture` is the image as mined, `window` (row, col, size) in its pixels; `image_id` seeds the
    draws. Raises ModelError when the model keeps no prompts.
    """
    latent = model.encode(to_tensor(picture))[0]  # c h w
    draws = drawn(how, image_id, latent)
    size = (picture.height, picture.width)
    return window_scores(model, latent, draws, list(labels), window, size, how.batch)


def score_maps(
    model: Model, picture: Image.Image, labels: Sequence[str], how: Scoring, image_id: str
) -> dict[str, tuple[Float[np.ndarray, "h w"], Float[np.ndarray, "h w"], Score]]:
    """For each label the mean map, its standard error and the whole image's score.

    `picture` is the image as mined; `image_id` seeds the draws. Maps are float32 in latent
    pixels. Raises ModelError when the model keeps no prompts.
    """
    latent = model.encode(to_tensor(picture))[0].cpu()  # c h w
    prompts = model.trained_prompts()
    words = (prompts.of(None), *map(prompts.of, labels))
    measures = label_recipes(len(labels))
    sampling = Sampling.like(how)
    item = Item(image_id, latent, words, measures, sampling.tally(len(labels), latent.shape))
    advance(model, [item], how.draws, sampling, how.batch)
    tally = item.tally
    pairs = zip(tally.score.tolist(), tally.score_error.tolist(), strict=True)
    scores = [Score(mean, error) for mean, error in pairs]
    maps = zip(as_numpy(tally.mean), as_numpy(tally.standard_error), scores, strict=True)
    return dict(zip(labels, maps, strict=True))


def typicality_map(
    model: Model, picture: Image.Image, label: str, config: TypicalityConfig | None = None
) -> tuple[Float[np.ndarray, "H W"], Score]:
    """Typicality of every pixel of a picture under a label, and of the whole picture (section 3.2).

    Args:
        model: A finetuned model, from `load_model`.
        picture: RGB; height and width must be multiples of `model.multiple`.
        label: Any label, as in the prompts that the model was trained with.
        config: Draws, timesteps, seed and preset; by default those of `TypicalityConfig`.

    Returns:
        A float32 map (height, width) in pixels of the picture, and the whole picture's score.
        Values are differences of mean squared errors of predicted noise: above zero the label
        helps.

    Raises:
        ModelError: The model keeps no prompts.

    Example:
        >>> heat, score = typicality_map(model, picture, "1950s")
        >>> heat.shape == (picture.height, picture.width)
        True
    """
    how = Scoring.of(config or TypicalityConfig())
    mean, _, score = score_maps(model, picture, [label], how, PICTURE)[label]
    pixels = in_pixels(torch.from_numpy(mean), picture.height, picture.width)
    return pixels.numpy(), score


def patch_scores(
    model: Model,
    picture: Image.Image,
    window: tuple[int, int, int],
    labels: Sequence[str],
    config: TypicalityConfig | None = None,
) -> dict[str, Score]:
    """The dating curve of a window: its typicality under each label (section 3.2).

    Args:
        model: A finetuned model, from `load_model`.
        picture: RGB; height and width must be multiples of `model.multiple`.
        window: (row, col, size) in pixels of the picture.
        labels: Labels to score under, all with the same draws.
        config: Draws, timesteps, seed and preset; by default those of `TypicalityConfig`.

    Returns:
        By label a score with its standard error, in the order of `labels`.

    Raises:
        ModelError: The model keeps no prompts.

    Example:
        >>> curve = patch_scores(model, picture, (0, 0, 16), ["1920s", "1930s"])
        >>> list(curve), curve["1920s"].se > 0
        (['1920s', '1930s'], True)
    """
    how = Scoring.of(config or TypicalityConfig())
    scores = score_window(model, picture, window, labels, how, PICTURE)
    return dict(zip(labels, scores, strict=True))
