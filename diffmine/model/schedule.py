"""How clean latents become noisy, and what a network answers of them.

    x_t = signal(t) x_0 + spread(t) e

with signal = sqrt(a), spread = sqrt(1 - a) where a network predicts the noise or the velocity (a is
the cumulative product of the noise schedule), and signal = 1 - s, spread = s where it predicts a
flow. A level says how much noise there is, for all of them on one scale, the 1,000 timesteps of
Stable Diffusion: a flow's s has the same ratio of signal and noise,

    s = sqrt(1 - a) / (sqrt(a) + sqrt(1 - a)),

so that scoring draws from the same noise whatever the network predicts. From its answer o comes e:

    noise      e = o
    velocity   o is sqrt(a) e - sqrt(1 - a) x_0,   e = sqrt(a) o + sqrt(1 - a) x_t
    flow       o is e - x_0,                       e = x_t + (1 - s) o

so that one estimator of typicality, one DDIM and one DDPM serve all. For a flow DDIM is Euler's
method on its differential equation: both move the clean latent and the noise that o implies.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import torch
from jaxtyping import Float, Int
from torch import Tensor

CLEAN = -1
"""The level of a clean image."""
Answer = Literal["noise", "velocity", "flow"]
_START = 981
_FINITE = 1e-7
_MORE, _NOISIEST = 128, 0.998


@dataclass(frozen=True)
class Schedule:
    """What the network answers, and the share of the signal's variance, a, at every level: first
    at the clean one, then at timesteps 0, 1, ... A flow has levels behind the 1,000 of Stable
    Diffusion, up to s = 0.998: sampling begins there."""

    answer: Answer
    table: Float[Tensor, " _"]

    @classmethod
    def of(cls, alphas: Float[Tensor, " 1000"], answer: Answer = "noise") -> Schedule:
        """Of a network that predicts noise or velocity; a clean image has the a of timestep 0."""
        return cls(answer, torch.cat([alphas[:1], alphas]))

    @classmethod
    def flow(cls) -> Schedule:
        """Of a network that predicts a flow."""
        alphas = standard_alphas()
        spread = (1 - alphas[-1]).sqrt()
        last = float(spread / (spread + alphas[-1].sqrt()))
        s = torch.linspace(last, _NOISIEST, _MORE + 1, dtype=torch.float64)[1:]
        more = ((1 - s).square() / ((1 - s).square() + s.square())).float()
        return cls("flow", torch.cat([torch.ones(1), alphas, more]))

    def to(self, device: torch.device) -> Schedule:
        """The same on a device."""
        return replace(self, table=self.table.to(device))

    @property
    def alphas(self) -> Float[Tensor, " _"]:
        """a at timesteps 0, 1, ..."""
        return self.table[1:]

    @property
    def highest(self) -> int:
        """The noisiest level from which the clean latent can be told: where a schedule ends without
        any signal it is not finite, and that level is never stepped to."""
        return int((self.alphas > _FINITE).nonzero().max())

    @property
    def start(self) -> int:
        """The level where sampling from noise begins."""
        return self.highest if self.answer == "flow" else min(_START, self.highest)

    def levels(self, steps: int, top: int) -> list[int]:
        """`steps` + 1 levels from the clean image up to `top`, or to the highest, evenly spaced."""
        return levels(steps, min(top, self.highest))

    def share(self, t: Int[Tensor, "*b"] | int) -> Float[Tensor, "*b"]:
        """a at levels `t`."""
        return self.table[t + 1]

    def size(self, t: Int[Tensor, "*b"] | int) -> Float[Tensor, "*b"]:
        """By what latents at levels `t` are larger than sqrt(a) x_0 + sqrt(1 - a) e."""
        a = self.share(t)
        return 1 / (a.sqrt() + (1 - a).sqrt()) if self.answer == "flow" else torch.ones_like(a)

    def scales(self, t: Int[Tensor, "*b"] | int) -> tuple[Float[Tensor, "*b"], Float[Tensor, "*b"]]:
        """signal(t) and spread(t)."""
        a, size = self.share(t), self.size(t)
        return a.sqrt() * size, (1 - a).sqrt() * size

    def told(self, t: Int[Tensor, " b"]) -> Tensor:
        """What the network is told of a level: the timestep, of a flow 1,000 s."""
        return t if self.answer != "flow" else 1000 * self.scales(t)[1]

    def corrupt(
        self,
        clean: Float[Tensor, "#b c h w"],
        noise: Float[Tensor, "b c h w"],
        t: Int[Tensor, " b"],
    ) -> Float[Tensor, "b c h w"]:
        """Latents at levels `t`."""
        signal, spread = self._of_rows(t)
        return signal * clean + spread * noise

    def target(
        self,
        clean: Float[Tensor, "b c h w"],
        noise: Float[Tensor, "b c h w"],
        t: Int[Tensor, " b"],
    ) -> Float[Tensor, "b c h w"]:
        """What the network is trained to answer."""
        if self.answer == "noise":
            return noise
        if self.answer == "flow":
            return noise - clean
        signal, spread = self._of_rows(t)
        return signal * noise - spread * clean

    def noise(
        self,
        answer: Float[Tensor, "b c h w"],
        noisy: Float[Tensor, "b c h w"],
        t: Int[Tensor, " b"],
    ) -> Float[Tensor, "b c h w"]:
        """The noise that an answer implies in `noisy` latents at levels `t`."""
        if self.answer == "noise":
            return answer
        signal, spread = self._of_rows(t)
        if self.answer == "flow":
            return noisy + signal * answer
        return signal * answer + spread * noisy

    def pure(self, noise: Float[Tensor, "b c h w"], level: int) -> Float[Tensor, "b c h w"]:
        """Latents from which sampling begins at a level where hardly any signal is left."""
        return noise if self.answer != "flow" else self.scales(level)[1] * noise

    def _of_rows(self, t: Int[Tensor, " b"]) -> tuple[Tensor, Tensor]:
        signal, spread = self.scales(t)
        return signal[:, None, None, None], spread[:, None, None, None]  # b 1 1 1


def levels(steps: int, top: int) -> list[int]:
    """`steps` + 1 levels from the clean image up to timestep `top`, evenly spaced."""
    return [CLEAN, *(round(top * k / steps) for k in range(1, steps + 1))]


def standard_alphas() -> Float[Tensor, " 1000"]:
    """The cumulative product of the noise schedule of Stable Diffusion."""
    betas = torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float32).square()
    return torch.cumprod(1 - betas, 0)
