"""What a UNet computes before it first reads a prompt, once for all prompts of a noisy latent.

Scoring asks for a noisy latent under the null prompt and under labels. Up to its first
cross-attention the UNet sees no difference between them: a tenth of a prediction of the small
models, whose first block has no attention (docs/decisions/0021).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import torch
from diffusers import UNet2DConditionModel
from jaxtyping import Int
from torch import Tensor, nn


@dataclass(frozen=True)
class Repeats:
    """Rows of a call that repeat others: `first` are rows of which none repeats another, `of` says
    for each row of the call which one of them it repeats."""

    first: Int[Tensor, " d"]
    of: Int[Tensor, " b"]


_REPEATS: ContextVar[Repeats | None] = ContextVar("repeats", default=None)


@contextmanager
def repeating(repeats: Repeats | None) -> Iterator[None]:
    """Inside, in this thread, calls of a UNet that `share_beginning` has seen have such rows; with
    None rows that differ."""
    token = _REPEATS.set(repeats)
    try:
        yield
    finally:
        _REPEATS.reset(token)


def share_beginning(unet: UNet2DConditionModel) -> None:
    """Let a UNet compute its layers in front of the first cross-attention once for rows that repeat
    each other, in place; a compiled one goes on computing all."""
    for part in _beginning(unet):
        part.register_forward_pre_hook(_distinct, with_kwargs=True)
        part.register_forward_hook(_repeated)


def _beginning(unet: UNet2DConditionModel) -> Iterator[nn.Module]:
    yield unet.conv_in
    for block in unet.down_blocks:
        if getattr(block, "has_cross_attention", False):
            yield block.resnets[0]
            return
        yield block


def _now() -> Repeats | None:
    return None if torch.compiler.is_compiling() else _REPEATS.get()


def _distinct(
    part: nn.Module, inputs: tuple[Any, ...], named: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]] | None:
    repeats = _now()
    if repeats is None:
        return None
    return _rows(inputs, repeats.first), {
        name: _rows(value, repeats.first) for name, value in named.items()
    }


def _repeated(part: nn.Module, inputs: Any, output: Any) -> Any:
    repeats = _now()
    return output if repeats is None else _rows(output, repeats.of)


def _rows(value: Any, which: Int[Tensor, " n"]) -> Any:
    """The rows `which` of a tensor, or of each tensor of a tuple."""
    if isinstance(value, tuple):
        return tuple(_rows(part, which) for part in value)
    return value.index_select(0, which) if isinstance(value, Tensor) else value
