"""What live work gives back; none of it needs torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from diffmine.maths.score import Score
from diffmine.maths.windows import Window

MEASURES = ("reconstruction", "noise")
MARGIN = 0.5


@dataclass(frozen=True)
class Inspection:
    """A picture under each of `labels` after `draws` of `goal` draws.

    `maps` are float32 in latent pixels. `near` are the labels whose score cannot be told from the
    highest. `windows` holds the most typical window of each label, once all draws are made.
    """

    labels: tuple[str, ...]
    draws: int
    goal: int
    scores: tuple[Score, ...]
    near: tuple[str, ...]
    maps: Float[np.ndarray, "l h w"]
    windows: tuple[Window, ...] = ()

    @property
    def best(self) -> int:
        """The place of the label with the highest score."""
        return int(np.argmax([score.typicality for score in self.scores]))


SAMPLE = 64
"""Images of an atlas that a picture is compared with: `familiar` says why so many."""


@dataclass(frozen=True)
class Errors:
    """How a model errs on a picture: `reconstruction` of pixels from 0 to 1, root mean square;
    `noise` of unit variance, mean square."""

    reconstruction: float
    noise: float


@dataclass(frozen=True)
class Comparison:
    """The errors on a picture beside those on a sample of the atlas's own images."""

    own: Errors
    usual: tuple[Errors, ...]

    @property
    def limits(self) -> Errors:
        """Above either of these a picture is unlike the sample."""
        return Errors(
            *(limit([getattr(errors, name) for errors in self.usual]) for name in MEASURES)
        )

    @property
    def above(self) -> tuple[str, ...]:
        """The errors that lie above their limit; none where the picture is familiar."""
        limits = self.limits
        return tuple(m for m in MEASURES if getattr(self.own, m) > getattr(limits, m))


def limit(values: Sequence[float]) -> float:
    """The highest value and a margin beyond it."""
    highest = max(values)
    return highest + MARGIN * (highest - float(np.median(values)))


@dataclass(frozen=True)
class Sampled:
    """How many of the atlas's own images were looked at, to compare a picture with them."""

    done: int
    goal: int
