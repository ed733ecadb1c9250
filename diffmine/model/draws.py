"""The (noise, timestep) draws of an image: the only randomness of scoring.

Section 3.2 takes 100 independent draws with t uniform in [0.1, 0.7) and, in the published code,
one noise set for all images of a size. The default here takes t from a van der Corput sequence, so
that every prefix is stratified and draws can be topped up: the same timesteps for all images
(common random numbers), so that a few draws compare images at the same noise level, with a noise of
each image's own (docs/decisions/0049). It takes every noise twice, the second time with the
opposite sign: the part of a draw's error that is proportional to its noise makes two thirds of its
variance, and cancels (docs/decisions/0016).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from diffmine.maths.score import STRATIFIED, Preset

FIRST = 1 / 8
"""Where in the range of timesteps the first pair lies, about: one pair there tells images apart
best (docs/decisions/0049)."""
_STRATA = 16
"""The sequence is turned by chance within one stratum of so many pairs, the usual number: then they
are as good as unbiased, wherever the first one lies."""


@dataclass(frozen=True)
class Draws:
    """`noise` is standard normal float32, `t` timesteps of 1,000."""

    noise: Float[Tensor, "n c h w"]
    t: Int[Tensor, " n"]
    preset: Preset

    @property
    def together(self) -> int:
        """How many successive draws count as one."""
        return together(self.preset)


def together(preset: Preset) -> int:
    """How many successive draws count as one: 2 of opposite noise, or each for itself."""
    return 2 if preset in STRATIFIED else 1


def draws(
    image_id: str,
    n: int,
    shape: tuple[int, int, int],
    t_range: tuple[int, int] = (100, 700),
    seed: int = 0,
    preset: Preset = "common",
    start: int = 0,
) -> Draws:
    """The draws `start` to `n` - 1 of an image whose latent has `shape` (c, h, w).

    The first draws of a longer list are those of a shorter one. `common` gives pairs of opposite
    noise at one timestep, so that `start` and `n` are even, and the same timesteps to all images;
    `stratified` gives each image its own. `independent` is `paper` with a noise set for each image.
    Raises ValueError when a pair would be split.
    """
    pair = together(preset)
    if start % pair or n % pair:
        raise ValueError(f"Draws {start} to {n} part a pair of opposite noise.")
    name = "one noise set for all images" if preset == "paper" else image_id
    name = f"{seed}/{name}"
    places = np.arange(start // pair, n // pair)
    noise = np.stack([noise_of(f"{name}/{k}", shape) for k in places.tolist()])  # n c h w
    if pair == 2:
        noise, places = np.stack([noise, -noise], 1).reshape(-1, *shape), places.repeat(2)
    low, high = t_range
    if preset in STRATIFIED:
        unit = (_van_der_corput(places) + _shift(name, seed, preset)) % 1.0
    else:
        unit = _uniform(places, name)
    t = np.minimum(low + (unit * (high - low)).astype(np.int64), max(high - 1, low))  # n
    return Draws(torch.from_numpy(noise), torch.from_numpy(t), preset)


def _generator(name: str) -> np.random.Generator:
    digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(digest[:16], "little")))


@lru_cache(maxsize=128)  # the paper's preset asks for the same noise for every image
def noise_of(name: str, shape: tuple[int, int, int]) -> np.ndarray:
    """Standard normal float32 noise of `shape` (c, h, w) that depends on the name alone."""
    return _generator(name).standard_normal(shape, dtype=np.float32)


def _van_der_corput(places: np.ndarray) -> np.ndarray:
    """Base 2: float64 in [0, 1)."""
    bits = places[:, None] >> np.arange(32) & 1  # n 32
    sequence: np.ndarray = (bits * 0.5 ** np.arange(1, 33)).sum(axis=1)  # n
    return sequence


def _shift(name: str, seed: int, preset: Preset) -> float:
    """How far the sequence is turned (Cranley and Patterson 1976): by the image, or by the seed."""
    if preset == "stratified":
        return float(_generator(f"{name}/shift").random())
    return FIRST + (float(_generator(f"{seed}/shift").random()) - 0.5) / _STRATA


def _uniform(places: np.ndarray, name: str) -> np.ndarray:
    return np.array([_generator(f"{name}/timestep/{k}").random() for k in places.tolist()])
