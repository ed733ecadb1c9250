"""Layers of a Stable-Diffusion-shaped model, computed with less work and the same result.

Scoring asks for many predictions under few prompts, so that keys and values of a prompt are made
once for all its rows. Doubling an image by repeating pixels and then a 3 x 3 convolution is one
transposed convolution with a 4 x 4 kernel, at 4/9 of the products. The halves of a gated layer are
made apart, so that none has to be read out of the other (docs/decisions/0017).
"""

from __future__ import annotations

from typing import Any

import torch
from diffusers.models.activations import GEGLU
from diffusers.models.attention_processor import Attention
from diffusers.models.upsampling import Upsample2D
from jaxtyping import Float, Int, Shaped
from torch import Tensor, nn
from torch.nn.functional import (
    conv_transpose2d,
    gelu,
    linear,
    pad,
    scaled_dot_product_attention,
)

_FEW = 256


def save_work(part: nn.Module) -> None:
    """Put the layers below into a part of a model, in place; its weights keep their names."""
    for module in list(part.modules()):
        for name, child in module.named_children():
            if type(child) is Upsample2D and _doubles(child):
                setattr(module, name, Doubling(child))
            elif type(child) is GEGLU:
                setattr(module, name, Gated(child))


def _doubles(layer: Upsample2D) -> bool:
    conv = getattr(layer, "conv", None)
    plain = isinstance(conv, nn.Conv2d) and conv.kernel_size == (3, 3) and conv.padding == (1, 1)
    return plain and layer.interpolate and layer.norm is None


class Doubling(nn.Module):
    """Nearest upsampling by 2 and the 3 x 3 convolution of `layer` behind it."""

    def __init__(self, layer: Upsample2D) -> None:
        super().__init__()
        self.conv = layer.conv
        self.general = (layer,)  # a tuple, so that its weights are not counted twice

    def forward(
        self, hidden_states: Float[Tensor, "b c h w"], output_size: Any = None
    ) -> Float[Tensor, "b d _ _"]:
        """`output_size` is given where a size is no multiple of the UNet's; then as before."""
        if output_size is not None:
            return self.general[0](hidden_states, output_size)
        kernel = doubled(self.conv.weight)
        return conv_transpose2d(hidden_states, kernel, self.conv.bias, stride=2, padding=1)


def doubled(kernel: Shaped[Tensor, "d c 3 3"]) -> Shaped[Tensor, "c d 4 4"]:
    """The kernel of a transposed convolution of stride 2 that repeats pixels and then convolves."""
    wide = kernel.float().flatten(2) @ _SPREAD.to(kernel.device)  # d c 16
    return wide.to(kernel.dtype).unflatten(2, (4, 4)).transpose(0, 1)


def _spread() -> Float[Tensor, "9 16"]:
    """Where each weight of a 3 x 3 kernel goes: place m of the wide one takes 2 - m and 3 - m."""
    side = torch.eye(3).flip(0)  # 3 3
    side = pad(side, (0, 1)) + pad(side, (1, 0))  # 3 4
    return torch.kron(side, side)


_SPREAD = _spread()


class Gated(nn.Module):
    """One half of a linear layer times the GELU of the other half."""

    def __init__(self, layer: GEGLU) -> None:
        super().__init__()
        self.proj = layer.proj

    def forward(self, hidden_states: Shaped[Tensor, "*b d"]) -> Shaped[Tensor, "*b e"]:
        """What the feed-forward network goes on with."""
        halves = zip(self.proj.weight.chunk(2), self.proj.bias.chunk(2), strict=True)
        value, gate = (linear(hidden_states, weight, bias) for weight, bias in halves)
        return value * gelu(gate)


class SharedPrompts:
    """An attention processor for prompts that many rows share.

    With `which`, `encoder_hidden_states` holds each prompt once and `which` the prompt of each row;
    without it, or in self-attention, the same as `AttnProcessor2_0` of diffusers.
    """

    def __call__(
        self,
        attn: Attention,
        hidden_states: Shaped[Tensor, "b n d"],
        encoder_hidden_states: Shaped[Tensor, "u s e"] | None = None,
        attention_mask: Tensor | None = None,
        temb: Tensor | None = None,
        which: Int[Tensor, " b"] | None = None,
    ) -> Shaped[Tensor, "b n d"]:
        """What attention answers each row."""
        assert attention_mask is None
        words = hidden_states if encoder_hidden_states is None else encoder_hidden_states
        parts = [attn.to_q(hidden_states)]
        for layer in (attn.to_k, attn.to_v):
            if encoder_hidden_states is None or which is None:
                parts.append(layer(words))
            else:
                parts.append(_each(layer, words).index_select(0, which))
        heads = (part.unflatten(-1, (attn.heads, -1)).transpose(1, 2) for part in parts)
        answer = attended(*heads).transpose(1, 2).flatten(2)  # b n d
        return attn.to_out[1](attn.to_out[0](answer))


def _each(layer: nn.Linear, words: Shaped[Tensor, "u s e"]) -> Shaped[Tensor, "u s d"]:
    """A layer without bias for every prompt by itself: the size of a product decides the order of
    its sums, and no row may depend on how many prompts there are."""
    return torch.bmm(words, layer.weight.t().expand(len(words), -1, -1))


def attended(
    query: Shaped[Tensor, "b h n d"],
    key: Shaped[Tensor, "b h m d"],
    value: Shaped[Tensor, "b h m d"],
) -> Shaped[Tensor, "b h n d"]:
    """Attention: with few keys in bfloat16 on a processor by plain products, which there take two
    thirds of the time of the fused kernel."""
    few = key.shape[-2] <= _FEW and query.device.type == "cpu" and query.dtype == torch.bfloat16
    if not few:
        return scaled_dot_product_attention(query, key, value)
    rows, keys, values = (x.flatten(0, 1) for x in (query, key, value))
    near = torch.bmm(rows * rows.shape[-1] ** -0.5, keys.transpose(1, 2)).softmax(-1)
    return torch.bmm(near, values).unflatten(0, query.shape[:2])
