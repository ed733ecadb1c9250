"""The estimator that typicality, translation and dating curves share (section 3.2, equation 3).

    T(x | c) = E over noise e and time t of  [ L_t(x, e, null) - L_t(x, e, c) ]
    L_t(x, e, p) = mean over the latent's channels of (e - e_theta(x_t, t, p))^2

kept for each latent pixel, with the same draws for the null prompt and for every label.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from diffmine.diffusion.draws import Draws
from diffmine.diffusion.model import Model


@dataclass(frozen=True)
class Score:
    """Typicality (mean squared error of predicted noise, difference of two) and its error."""

    typicality: float
    se: float


@torch.inference_mode()
def losses(
    model: Model, latent: Float[Tensor, "c h w"], draws: Draws, prompts: list[str], batch: int
) -> Float[Tensor, "p n h w"]:
    """Squared error of the predicted noise for each prompt and draw, mean over channels, float32.

    Rows run draw by draw through calls of `batch` rows, so that the result depends on nothing
    but the image, the draws and the batch.
    """
    noise, t = draws.noise.to(model.device), draws.t
    noisy = model.add_noise(latent[None], noise, t)  # n c h w
    rows = [(draw, number) for draw in range(len(t)) for number in range(len(prompts))]
    out = torch.empty((len(rows), *latent.shape[1:]), device=model.device)
    for start in range(0, len(rows), batch):
        chunk = rows[start : start + batch]
        at = torch.tensor([draw for draw, _ in chunk])
        words = [prompts[number] for _, number in chunk]
        error = noise[at] - model.predict(noisy[at], t[at], words)  # b c h w
        out[start : start + batch] = error.square().mean(dim=1)  # b h w
    return out.view(len(t), len(prompts), *latent.shape[1:]).transpose(0, 1)  # p n h w


def typicality(
    loss_null: Float[Tensor, "n h w"], loss_label: Float[Tensor, "n h w"]
) -> tuple[Float[Tensor, "h w"], Float[Tensor, "h w"]]:
    """Mean over the draws of the difference of losses, and its standard error."""
    difference = loss_null - loss_label  # n h w
    return difference.mean(0), standard_error(difference)


def standard_error(values: Float[Tensor, "n *rest"]) -> Float[Tensor, "*rest"]:
    """Standard error of the mean over the first axis; zero for a single draw."""
    if len(values) < 2:
        return torch.zeros_like(values[0])
    return values.std(0) / len(values) ** 0.5


def in_pixels(maps: Float[Tensor, "*b h w"], height: int, width: int) -> Float[Tensor, "*b H W"]:
    """Latent maps interpolated bilinearly to the image's size (the paper's note 3)."""
    flat = maps.reshape(-1, 1, *maps.shape[-2:]).float()
    scaled = torch.nn.functional.interpolate(flat, (height, width), mode="bilinear")
    return scaled.reshape(*maps.shape[:-2], height, width)


@torch.inference_mode()
def window_scores(
    model: Model,
    latent: Float[Tensor, "c h w"],
    draws: Draws,
    labels: list[str],
    window: tuple[int, int, int],
    size: tuple[int, int],
    batch: int,
) -> list[Score]:
    """Typicality of a window (row, col, size in pixels) under each label, with its exact error
    over the draws; `size` is the image's (height, width) in pixels."""
    prompts = model.trained_prompts()
    all_losses = losses(
        model, latent, draws, [prompts.of(None), *map(prompts.of, labels)], batch
    )  # p n h w
    row, col, side = window
    per_draw = (all_losses[:1] - all_losses[1:]).cpu()  # labels n h w
    pixels = in_pixels(per_draw, *size)[..., row : row + side, col : col + side]
    values = pixels.mean(dim=(-2, -1)).T  # n labels
    pairs = zip(values.mean(0).tolist(), standard_error(values).tolist(), strict=True)
    return [Score(mean, error) for mean, error in pairs]


def as_numpy(tensor: Tensor) -> np.ndarray:
    """A float32 array on the CPU."""
    return tensor.float().cpu().numpy()
