"""Pictures that a model makes of its labels alone, from noise: sets to mine (supplement).

Pictures of one seed start from the same noise, so that they differ by their labels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import UInt8

from diffmine.errors import UsageError
from diffmine.model.ddim import sample
from diffmine.model.model import Model
from diffmine.model.pixels import to_arrays

_AREA = 2**16
"""Latent pixels in one call of the model, as labels and null: 16 pictures of 512 pixels."""


@dataclass(frozen=True)
class Sample:
    """A picture that a model made of a label: RGB, 8 bits."""

    label: str
    seed: int
    picture: UInt8[np.ndarray, "H W 3"]


@dataclass(frozen=True)
class Sampling:
    """How samples are made: (height, width) in pixels, steps of DDIM from noise to picture, and
    guidance: 1 is the model's own prediction, more leads further away from the null prompt."""

    size: tuple[int, int]
    steps: int = 50
    guidance: float = 3.0

    def check(self, model: Model) -> Sampling:
        """Itself; UsageError for what the model cannot make."""
        if self.steps < 1 or self.steps > 1000:
            raise UsageError(f"--steps is {self.steps}; give 1 to 1000.")
        if not 0 <= self.guidance <= 100:
            raise UsageError(f"--guidance is {self.guidance:g}; give 0 to 100.")
        if min(self.size) < 1 or any(side % model.multiple for side in self.size):
            height, width = self.size
            raise UsageError(
                f"--size is {height} {width}; {model.name} makes pictures whose sides are "
                f"multiples of {model.multiple}."
            )
        return self


def samples(
    model: Model,
    labels: Sequence[str],
    seeds: range,
    how: Sampling,
    wanted: Callable[[str, int], bool] = lambda label, seed: True,
) -> Iterator[list[Sample]]:
    """The wanted samples of every label and seed, as many at a time as one call makes.

    Calls are cut in the same way whatever is wanted, and a call none of whose samples is wanted is
    left out: what is made later is what would have been made at once.
    """
    height, width = how.size
    fits = max(1, _AREA // (2 * height * width // model.factor**2))
    per_call = max(1, fits // len(labels))
    for first in range(0, len(seeds), per_call):
        some = seeds[first : first + per_call]
        for start in range(0, len(labels), fits):
            names = list(labels[start : start + fits])
            asked = {(seed, name) for seed in some for name in names if wanted(name, seed)}
            if asked:
                new = _call(model, names, some, how)
                yield [one for one in new if (one.seed, one.label) in asked]


def _call(model: Model, labels: list[str], seeds: range, how: Sampling) -> Iterator[Sample]:
    prompts = model.trained_prompts()
    words = [prompts.of(label) for label in labels]
    pixels = to_arrays(sample(model, words, how.size, how.steps, how.guidance, seeds))
    pairs = ((seed, label) for seed in seeds for label in labels)
    for (seed, label), picture in zip(pairs, pixels, strict=True):
        yield Sample(label, seed, picture)
