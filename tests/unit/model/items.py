"""Images to score, made of chance."""

import torch

from diffmine.model.model import Model
from diffmine.model.score import Item, Sampling, label_recipes


def item(model: Model, number: int, sampling: Sampling) -> Item:
    """A latent of 4 x 8 x 8 that the number decides, under the null prompt and a label."""
    latent = torch.randn(4, 8, 8, generator=torch.Generator().manual_seed(number))
    prompts = model.trained_prompts()
    words = (prompts.of(None), prompts.of("ab"[number % 2]))
    tally = sampling.tally(1, latent.shape)
    return Item(f"image {number}", latent, words, label_recipes(1), tally)
