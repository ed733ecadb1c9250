"""The (noise, timestep) draws of an image: the only randomness of scoring.

Section 3.2 takes 100 independent draws with t uniform in [0.1, 0.7) and, in the published code,
one noise set for all images of a size. The default here takes t from a van der Corput sequence,
shifted by the image's name, so that every prefix is stratified and draws can be topped up, and
makes the draws steadier by a control variate (tally.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from diffmine.diffusion.tally import Tally

Preset = Literal["stratified", "paper", "independent"]


@dataclass(frozen=True)
class Draws:
    """`noise` is standard normal float32, `t` timesteps of 1,000."""

    noise: Float[Tensor, "n c h w"]
    t: Int[Tensor, " n"]
    preset: Preset

    def tally(self, maps: int) -> Tally:
        """A tally for so many maps of the image that these draws are for."""
        return tally_for(self.preset, maps, self.noise.shape[1:])


def tally_for(preset: Preset, maps: int, shape: Sequence[int]) -> Tally:
    """A tally for so many maps of an image whose latent has `shape` (c, h, w): stratified draws are
    made steadier by a control variate (diffusion/tally.py), the paper's are taken as they are."""
    channels, h, w = shape
    return Tally.empty(maps, h, w, channels=channels if preset == "stratified" else 0)


def draws(
    image_id: str,
    n: int,
    shape: tuple[int, int, int],
    t_range: tuple[int, int] = (100, 700),
    seed: int = 0,
    preset: Preset = "stratified",
    start: int = 0,
) -> Draws:
    """The draws `start` to `n` - 1 of an image whose latent has `shape` (c, h, w).

    The first draws of a longer list are those of a shorter one. `independent` is `paper` with a
    noise set for each image.
    """
    name = "one noise set for all images" if preset == "paper" else image_id
    name = f"{seed}/{name}"
    noise = np.stack([noise_of(f"{name}/{k}", shape) for k in range(start, n)])  # n c h w
    low, high = t_range
    places = np.arange(start, n)
    unit = _van_der_corput(places, name) if preset == "stratified" else _uniform(places, name)
    t = np.minimum(low + (unit * (high - low)).astype(np.int64), max(high - 1, low))  # n
    return Draws(torch.from_numpy(noise), torch.from_numpy(t), preset)


def _generator(name: str) -> np.random.Generator:
    digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(digest[:16], "little")))


@lru_cache(maxsize=128)  # the paper's preset asks for the same noise for every image
def noise_of(name: str, shape: tuple[int, int, int]) -> np.ndarray:
    """Standard normal float32 noise of `shape` (c, h, w) that depends on the name alone."""
    return _generator(name).standard_normal(shape, dtype=np.float32)


def _van_der_corput(places: np.ndarray, name: str) -> np.ndarray:
    """Base 2, turned by a random shift: float64 in [0, 1)."""
    bits = places[:, None] >> np.arange(32) & 1  # n 32
    sequence = (bits * 0.5 ** np.arange(1, 33)).sum(axis=1)  # n
    return (sequence + _generator(f"{name}/shift").random()) % 1.0


def _uniform(places: np.ndarray, name: str) -> np.ndarray:
    return np.array([_generator(f"{name}/timestep/{k}").random() for k in places.tolist()])
