"""Running means over draws: what scoring keeps of an image, instead of a map for every draw.

After Welford (1962), in float32 and draw by draw, so that a tally that is put away after 32 draws
and goes on to 100 is the same to the last bit as one that went to 100 at once. Beside the pixels it
follows the means of blocks of 2, 4, 8, ... latent pixels and of the whole map: neighbouring pixels
err together, and the blocks say how far together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import avg_pool2d


def block_sides(height: int, width: int) -> list[int]:
    """Sides of the blocks that are followed, in latent pixels: 2, 4, 8, ... up to the map's."""
    return [2**k for k in range(1, 16) if 2**k <= min(height, width)]


@dataclass
class Tally:
    """Mean and sum of squared deviations over `n` values, for each of k maps of each image.

    A value is the mean of `together` successive draws. `blocks` holds the sum of squared
    deviations of block means, averaged over the blocks of each side, and last that of the whole
    map's mean.
    """

    n: Float[Tensor, "*b k"]
    mean: Float[Tensor, "*b k h w"]
    squares: Float[Tensor, "*b k h w"]
    blocks: Float[Tensor, "*b k s"]
    together: int = 1

    @classmethod
    def empty(cls, *shape: int, together: int = 1, device: Any = "cpu") -> Tally:
        """A tally without draws of `shape` (..., k, h, w)."""
        sides = len(block_sides(*shape[-2:])) + 1
        maps = torch.zeros(shape, device=device)
        return cls(
            torch.zeros(shape[:-2], device=device),
            maps,
            maps.clone(),
            torch.zeros((*shape[:-2], sides), device=device),
            together,
        )

    @property
    def draws(self) -> Int[Tensor, "*b k"]:
        """Draws that each map has."""
        return (self.n * self.together).long()

    def add(self, values: Float[Tensor, "*b k h w"], counts: Float[Tensor, "*b k"]) -> None:
        """Take in one value of each map; `counts` is 0 where a map does not have it."""
        self.n += counts
        change = (values - self.mean) * counts[..., None, None]  # b k h w
        self.mean += change / self.n.clamp_min(1)[..., None, None]
        share = (self.n - 1).clamp_min(0) / self.n.clamp_min(1)  # b k
        self.squares += change.square() * share[..., None, None]
        parts = [change.mean((-2, -1)).square()]
        flat = change.flatten(0, -3)  # b*k h w
        for side in reversed(block_sides(*change.shape[-2:])):
            pooled = avg_pool2d(flat[None], side)[0].square().mean((-2, -1))  # b*k
            parts.append(pooled.view(share.shape))
        self.blocks += torch.stack(parts[::-1], -1) * share[..., None]

    @property
    def standard_error(self) -> Float[Tensor, "*b k h w"]:
        """Standard error of the mean map; zero for a single value."""
        return (self.squares * self._of_mean[..., None, None]).sqrt()

    @property
    def score(self) -> Float[Tensor, "*b k"]:
        """Mean of the whole map."""
        return self.mean.double().mean((-2, -1)).float()

    @property
    def score_error(self) -> Float[Tensor, "*b k"]:
        """Standard error of the score."""
        return (self.blocks[..., -1] * self._of_mean).sqrt()

    @property
    def decay(self) -> Float[Tensor, "*b k s"]:
        """Squared standard error of the mean of a block over that of a pixel, for sides 1, 2, 4,
        ...: how fast the error falls with the size of a window. At most 1."""
        pixel = self.squares.mean((-2, -1)).clamp_min(1e-30)[..., None]
        return torch.cat([torch.ones_like(pixel), self.blocks[..., :-1] / pixel], -1).clamp_max(1)

    @property
    def _of_mean(self) -> Float[Tensor, "*b k"]:
        """What turns a sum of squared deviations into the squared error of a mean."""
        return 1 / ((self.n - 1).clamp_min(1) * self.n.clamp_min(1))

    def rows(self) -> list[Tally]:
        """One tally for each image of the first axis, on the processor."""
        parts = (self.n, self.mean, self.squares, self.blocks)
        rows = zip(*(part.cpu() for part in parts), strict=True)
        return [Tally(n, mean, squares, blocks, self.together) for n, mean, squares, blocks in rows]

    @classmethod
    def stack(cls, rows: list[Tally], device: Any = "cpu") -> Tally:
        """One tally of several images of the same size."""

        def every(name: str) -> Tensor:
            return torch.stack([getattr(row, name) for row in rows]).to(device)

        n, mean, squares, blocks = map(every, ("n", "mean", "squares", "blocks"))
        return cls(n, mean, squares, blocks, rows[0].together)
