"""Whether a training fits into memory: estimated first, then tried on one step, before an hour of
encoding is spent."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from diffmine.config import FinetuneConfig, is_large
from diffmine.errors import ModelError
from diffmine.model.bases import Base
from diffmine.model.cost import How, cost_of, operations_of
from diffmine.model.devices import free_memory
from diffmine.model.speed import peak
from diffmine.stages.finetune.together import ARITHMETIC
from diffmine.words.training import does_not_fit

SHARE = 0.9
"""Of the memory that is free, at most, is counted on: kernels have buffers of their own."""

_REACHED = {"cuda": 0.4, "cpu": 0.5}
"""The share of what a device does in one large product that training reaches, about."""


@dataclass(frozen=True)
class Place:
    """Where a training is to fit: its base, the crop's height and width in latent pixels, the
    device, the arithmetic, how many of a step's images are this process's, and bytes of the network
    that are in memory already."""

    base: Base
    crop: tuple[int, int]
    device: torch.device
    precision: str
    rows: int
    there: int = 0

    @property
    def free(self) -> int:
        """Bytes that can be counted on, with those of the network."""
        return int(SHARE * (free_memory(self.device) + self.there))

    @property
    def large(self) -> bool:
        """Whether the base is one that is hard to train."""
        return is_large(self.base.weights)


def recomputes(config: FinetuneConfig, weights: int) -> bool:
    """Whether activations are computed twice."""
    if config.recompute == "auto":
        return is_large(weights)
    return config.recompute == "on"


def parts_of(config: FinetuneConfig, place: Place) -> int:
    """In how many parts the images of a step are computed: those asked for, else as few as fit.

    Raises ModelError for a large base that does not fit, with settings that would.
    """
    if not place.large:
        return config.accumulate or 1
    free = place.free
    parts = fitting(config, place, free)
    if parts is not None:
        return parts
    raise ModelError(_sentence(config, place, free))


def bytes_of(config: FinetuneConfig, place: Place, parts: int) -> int | None:
    """Memory of a training in so many parts, without the encoders; None where it is not known."""
    cost = cost_of(place.base, _how(config, place))
    return None if cost is None else cost.bytes(-(-place.rows // parts), parts)


def operations(config: FinetuneConfig, place: Place) -> float | None:
    """Floating-point operations of a step; None where they are not known."""
    per_image = operations_of(place.base, _how(config, place))
    return None if per_image is None else per_image * place.rows


@lru_cache(maxsize=4)
def rate(device: str, precision: str) -> float:
    """Floating-point operations a second that training reaches, about; measured once, so that all
    that a command says of it agrees."""
    where = torch.device(device)
    return peak(where, ARITHMETIC[precision]) * _REACHED.get(where.type, 0.4)


def fitting(config: FinetuneConfig, place: Place, free: int) -> int | None:
    """The fewest parts that fit; None where none do."""
    wanted = [config.accumulate] if config.accumulate else divisors(place.rows)
    for parts in wanted:
        needed = bytes_of(config, place, parts)
        if needed is None or needed <= free:
            return parts
    return None


def divisors(number: int) -> list[int]:
    """Numbers of equal parts."""
    return [parts for parts in range(1, number + 1) if number % parts == 0]


def _how(config: FinetuneConfig, place: Place) -> How:
    return How(
        crop=place.crop,
        precision=place.precision,
        trained=config.trained,
        lora=config.lora,
        recompute=recomputes(config, place.base.weights),
        mean=config.ema > 0,
        moments=2 if config.optimizer == "adamw8bit" else 8,
        device=place.device.type,
    )


def _sentence(config: FinetuneConfig, place: Place, free: int) -> str:
    """What a training needs, what there is, and settings that would fit."""
    smallest = config.accumulate or place.rows
    needed = bytes_of(config, place, smallest) or 0
    return does_not_fit(place.base.name, needed, free, list(_others(config, place, free)))


def _others(config: FinetuneConfig, place: Place, free: int) -> Iterator[tuple[str, int]]:
    """Flags that would fit, with the bytes that they need: at most two."""
    count = 0
    for change in _CHANGES:
        other = replace(config, **change)
        if other == config:
            continue
        parts = fitting(other, place, free)
        if parts is None:
            continue
        if parts > 1 and parts != config.accumulate:
            change = {**change, "accumulate": parts} if config.accumulate else change
        words = " ".join(f"--finetune.{name} {value}" for name, value in change.items() if value)
        yield words, bytes_of(other, place, parts) or 0
        count += 1
        if count == 2:
            return


_CHANGES: tuple[dict[str, Any], ...] = (
    {"accumulate": 0},
    {"recompute": "on", "accumulate": 0},
    {"optimizer": "adamw8bit", "recompute": "on", "accumulate": 0},
    {"lora": 16, "recompute": "on", "accumulate": 0},
)


def tried(
    fill: Callable[..., Tensor],
    example: tuple[Tensor, ...],
    weights: list[torch.nn.Parameter],
    config: FinetuneConfig,
    place: Place,
) -> float:
    """The seconds of one step that changes nothing, with room for the moments of the weights.

    Raises ModelError where memory does not suffice, with settings that would.
    """
    try:
        per_weight = 1 if config.optimizer == "adamw8bit" else 4
        room = [
            torch.empty(2 * per_weight * w.numel(), dtype=torch.uint8, device=w.device)
            for w in weights
        ]
        fill(*example)
        _wait(place.device)
        started = time.perf_counter()
        fill(*example)
        _wait(place.device)
        seconds = time.perf_counter() - started
        del room
    except (torch.OutOfMemoryError, MemoryError, RuntimeError) as error:
        if not isinstance(error, MemoryError | torch.OutOfMemoryError) and not _full(error):
            raise
        free = place.free
        raise ModelError(_sentence(config, place, free)) from error
    for weight in weights:
        weight.grad = None
    return seconds


def _full(error: RuntimeError) -> bool:
    """Whether an error of torch means that the host's memory does not suffice."""
    return "can't allocate memory" in str(error) or "out of memory" in str(error)


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
