"""Plug-and-Play by forward hooks (Tumanyan et al. 2023; section 5.1, translation).

A batch has a row for each source. While a hook is active, its module gives every row the output of
that row's source: decoder features keep the layout, queries and keys keep who attends to whom. No
forward() is copied, and the rows of the sources themselves are never changed.

Where it happens, a family says: at the first of a UNet's up blocks that attends, which is number 1
of Stable Diffusion and number 0 of SDXL. A transformer has no such block, and nothing is injected.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Int
from torch import Tensor

from diffmine.errors import ModelError
from diffmine.model.model import Model


@dataclass
class Injection:
    """Switches that are read at every call of the UNet, and for each row of the batch the number of
    its source's row, on the model's device (None: row 0 is the source of all)."""

    features: bool = False
    attention: bool = False
    source: Int[Tensor, " b"] | None = None

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Inside, calls of the UNet by this thread are injected into. Those of other threads, which
        may translate something else by the same model, are not."""
        before = _APPLIED.set(self)
        try:
            yield
        finally:
            _APPLIED.reset(before)

    def of_source(self, output: Tensor) -> Tensor:
        """For each row the output of its source."""
        if self.source is None:
            return output[:1].expand_as(output).contiguous()
        return output.index_select(0, self.source)


_APPLIED: ContextVar[Injection | None] = ContextVar("injection", default=None)


@contextmanager
def injected(model: Model) -> Iterator[Injection]:
    """Hooks on the second residual block of the family's up block, and on the self-attention of the
    up blocks from there on (without the first of that block); all removed at the end. They act
    where the switches are `applied`. None where nothing can be injected: then these do nothing."""
    switch, block = Injection(), model.parts.injected
    if block is None:
        yield switch
        return
    features = _hook(switch, lambda: switch.features)
    handles = [_resnet(model, block).conv2.register_forward_hook(features)]
    for attention in _self_attentions(model, block):
        for layer in (attention.to_q, attention.to_k):
            handles.append(layer.register_forward_hook(_hook(switch, lambda: switch.attention)))
    try:
        yield switch
    finally:
        for handle in handles:
            handle.remove()


def _hook(
    switch: Injection, active: Callable[[], bool]
) -> Callable[[torch.nn.Module, Any, Tensor], Tensor | None]:
    def replace(module: torch.nn.Module, inputs: Any, output: Tensor) -> Tensor | None:
        mine = _APPLIED.get() is switch and active()
        return switch.of_source(output) if mine else None

    return replace


def _resnet(model: Model, block: int) -> Any:
    blocks = model.unet.up_blocks
    if len(blocks) <= block or len(blocks[block].resnets) < 2:
        raise ModelError(f"{model.name} has too few up blocks for Plug-and-Play translation.")
    return blocks[block].resnets[1]


def _self_attentions(model: Model, first: int) -> list[Any]:
    layers = []
    for number, block in enumerate(model.unet.up_blocks):
        for place, attention in enumerate(getattr(block, "attentions", None) or []):
            if number > first or (number == first and place > 0):
                layers += [layer.attn1 for layer in attention.transformer_blocks]
                if any(layer.attn1.fused_projections for layer in attention.transformer_blocks):
                    raise ModelError(f"{model.name} has fused projections; they bypass injection.")
    return layers
