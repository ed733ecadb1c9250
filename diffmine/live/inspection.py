"""Inspection: what is typical in a picture that is in no atlas, under every label at once.

    d_k(c) = mean over the picture of  L_t(x, e, null) - L_t(x, e, c)  in value k      (equation 3)
    T(c)   = mean of d_k(c),                          its error = sd of d_k(c) / sqrt(n)
    T(a) - T(b) = mean of d_k(a) - d_k(b),            likewise

A value is a draw, or the mean of two of opposite noise. All labels share the draws, so two of
them are told apart by the error of their difference, which is smaller than the errors of both.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

import numpy as np
from jaxtyping import Float
from PIL import Image

from diffmine.config import MineConfig
from diffmine.live.records import Inspection
from diffmine.maths.grid import bilinear
from diffmine.maths.score import ERRORS, Score, Scoring
from diffmine.maths.windows import Window, best_windows, window_means, window_sizes
from diffmine.model.model import Model
from diffmine.model.pixels import to_tensor
from diffmine.model.score import as_numpy, value_by_value
from diffmine.model.score import drawn as draws_of

_ROWS = 64
"""Rows of the UNet in one call: few, so that a look at the clock, or a stop, is never far."""


def name_of(picture: Image.Image) -> str:
    """The name that seeds the draws of a picture: the same picture is scored the same again."""
    return f"own/{hashlib.sha256(picture.convert('RGB').tobytes()).hexdigest()}"


def inspect(
    model: Model,
    picture: Image.Image,
    labels: Sequence[str],
    how: Scoring,
    mining: MineConfig,
) -> Iterator[Inspection]:
    """The inspection of a picture (as mined) after every few draws, the last one with windows.

    Raises ModelError when the model keeps no prompts, UsageError when a window is too small.
    """
    prompts = model.trained_prompts()
    latent = model.encode(to_tensor(picture))[0]  # c h w
    drawn = draws_of(how, name_of(picture), latent)
    names = [prompts.of(None), *map(prompts.of, labels)]
    parts: list[np.ndarray] = []
    for part in value_by_value(model, latent, drawn, names, min(how.batch, _ROWS)):
        parts.append(as_numpy(part))
        singles = np.concatenate(parts, 1)  # l n h w
        count = singles.shape[1] * drawn.together
        if singles.shape[1] > 1 and count < how.draws:
            yield _inspected(labels, singles, count, how.draws)
    size = (picture.height, picture.width)
    windows = tuple(best_window(label_singles, size, mining) for label_singles in singles)
    yield _inspected(labels, singles, how.draws, how.draws, windows)


def _inspected(
    labels: Sequence[str],
    singles: Float[np.ndarray, "l n h w"],
    draws: int,
    goal: int,
    windows: tuple[Window, ...] = (),
) -> Inspection:
    values = singles.mean((-2, -1), dtype=np.float64)  # l n
    scores = tuple(Score(*mean_and_error(label_values)) for label_values in values)
    maps = singles.mean(1)  # l h w
    return Inspection(
        tuple(labels), draws, goal, scores, near_the_best(labels, values), maps, windows
    )


def mean_and_error(values: Float[np.ndarray, " n"]) -> tuple[float, float]:
    """Mean of values and its standard error."""
    return float(values.mean()), float(values.std(ddof=1) / len(values) ** 0.5)


def near_the_best(labels: Sequence[str], values: Float[np.ndarray, "l n"]) -> tuple[str, ...]:
    """The labels whose mean lies less than two errors of the difference below the highest, in
    their order and without the highest itself."""
    best = int(values.mean(1).argmax())
    near = []
    for at, label in enumerate(labels):
        apart, error = mean_and_error(values[best] - values[at])
        if at != best and apart < ERRORS * error:
            near.append(label)
    return tuple(near)


def best_window(
    singles: Float[np.ndarray, "n h w"], size: tuple[int, int], mining: MineConfig
) -> Window:
    """The most typical window of a picture of `size` (height, width) in pixels, from the maps of
    single values under one label; its error is the exact one over them.

    Windows of several sizes are compared as in mining.
    """
    rows = bilinear(singles.shape[1], size[0])  # H h
    cols = bilinear(singles.shape[2], size[1])  # W w
    pixels = rows @ singles.mean(0) @ cols.T  # H W
    sides = sorted({min(side, *size) for side in window_sizes(mining, *size)})
    windows = [best_windows(window_means(pixels, side), side, 1)[0] for side in sides]
    best = max(windows, key=lambda w: w.typicality * (w.size / sides[0]) ** mining.size_power)
    down = rows[best.row : best.row + best.size].mean(0)  # h
    across = cols[best.col : best.col + best.size].mean(0)  # w
    typicality, se = mean_and_error(singles @ across @ down)
    return Window(best.row, best.col, best.size, typicality, se)
