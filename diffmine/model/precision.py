"""Which arithmetic a model is scored in: the fast one where it ranks windows as float32 does.

A typicality is a small difference of two predictions. float16 keeps it to 2 %, bfloat16 only to
some 16 %, without bias; whether that moves windows in the ranking depends on the model, so it is
tried on a few pictures before a processor scores in bfloat16.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import torch
from PIL import Image
from scipy.stats import spearmanr
from torch.nn.functional import avg_pool2d

from diffmine.errors import ModelError
from diffmine.model.latents import latents
from diffmine.model.load import load_model
from diffmine.model.model import Model
from diffmine.model.score import Item, Sampling, advance, label_recipes

Precision = Literal["auto", "fp32", "bf16", "fp16"]
DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
NAMES: tuple[Literal["fp32", "bf16", "fp16"], ...] = ("fp32", "bf16", "fp16")
LEAST_AGREEMENT = 0.99
_DRAWS, _BLOCK = 4, 4
TRIED = 12


Labelled = tuple[Image.Image, str]
Say = Callable[[int, int], None]
"""Hears of a comparison how many predictions are done, of how many."""


def load_checked(
    path: str | Path,
    precision: Precision,
    pictures: list[Labelled],
    batch: int,
    say: Say = lambda done, total: None,
) -> Model:
    """The model in the arithmetic asked for; with `auto` in the device's fast one, unless that is
    bfloat16 and ranks the windows of a dozen `pictures` with their labels otherwise than float32,
    which is tried in calls of about `batch` rows: of a large model that takes minutes.

    Raises ModelError for float16 on a processor, which has no such arithmetic.
    """
    if precision != "auto":
        model = load_model(path, dtype=DTYPES[precision])
        if precision == "fp16" and model.device.type == "cpu":
            raise ModelError("fp16 needs a GPU; take bf16 or fp32 on a processor.")
        return model
    model = load_model(path)
    if model.unet.dtype is not torch.bfloat16 or len(pictures) < 2:
        return model
    exact = load_model(path, dtype=torch.float32)
    agreed = agreement(model, exact, pictures, batch, say)
    return model if agreed >= LEAST_AGREEMENT else exact


def arithmetic_of(model: Model) -> str:
    """The name of the arithmetic that a model computes in."""
    return next(name for name in NAMES if DTYPES[name] is model.unet.dtype)


def agreement(
    model: Model,
    exact: Model,
    pictures: list[Labelled],
    batch: int,
    say: Say = lambda done, total: None,
) -> float:
    """Rank correlation (Spearman) of the typicality of blocks of 4 x 4 latent pixels, by two
    versions of a model with the same draws."""
    done, total = 0, 2 * 2 * _DRAWS * len(pictures)  # of two versions under two prompts

    def count(rows: int) -> None:
        nonlocal done
        done += rows
        say(done, total)

    say(0, total)
    values = [_blocks(version, pictures, batch, count) for version in (model, exact)]
    return float(spearmanr(*values).statistic)


def _blocks(
    model: Model, pictures: list[Labelled], batch: int, count: Callable[[int], None]
) -> list[float]:
    prompts = model.trained_prompts()
    items, sampling = [], Sampling(prompts.t_range)
    encoded = latents(model, (picture for picture, _ in pictures))
    for number, (latent, (_, label)) in enumerate(zip(encoded, pictures, strict=True)):
        words = (prompts.of(None), prompts.of(label))
        tally = sampling.tally(1, latent.shape)
        items.append(Item(f"picture {number}", latent, words, label_recipes(1), tally))
    advance(model, items, _DRAWS, sampling, batch, count)
    return [
        value
        for item in items
        for value in avg_pool2d(item.tally.mean, _BLOCK, _BLOCK // 2, ceil_mode=True)
        .flatten()
        .tolist()
    ]
