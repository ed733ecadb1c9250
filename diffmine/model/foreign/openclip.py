"""A text encoder of OpenCLIP by the names that transformers has for it.

OpenCLIP keeps queries, keys and values in one matrix, and its projection the other way round.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from jaxtyping import Shaped
from torch import Tensor

_PLAIN = {
    "token_embedding.weight": "embeddings.token_embedding.weight",
    "positional_embedding": "embeddings.position_embedding.weight",
    "ln_final.weight": "final_layer_norm.weight",
    "ln_final.bias": "final_layer_norm.bias",
}
_LAYER = {
    "ln_1": "layer_norm1",
    "ln_2": "layer_norm2",
    "attn.out_proj": "self_attn.out_proj",
    "mlp.c_fc": "mlp.fc1",
    "mlp.c_proj": "mlp.fc2",
}
_BLOCKS = "transformer.resblocks."


def renamed(
    weights: Mapping[str, Shaped[Tensor, "..."]], layers: int, projected: bool
) -> dict[str, Shaped[Tensor, "..."]]:
    """The weights of the first `layers` layers by transformers' names, with the projection of the
    whole prompt where `projected`. Raises KeyError for a name that OpenCLIP does not have."""
    named: dict[str, Tensor] = {}
    for name, weight in weights.items():
        if name in _PLAIN:
            named[f"text_model.{_PLAIN[name]}"] = weight
        elif name.startswith(_BLOCKS):
            number, _, rest = name.removeprefix(_BLOCKS).partition(".")
            if int(number) < layers:
                root = f"text_model.encoder.layers.{number}"
                named |= {f"{root}.{key}": own for key, own in _layer(rest, weight)}
        elif name == "text_projection" and projected:
            named["text_projection.weight"] = weight.T
    return {name: weight.contiguous() for name, weight in named.items()}


def _layer(name: str, weight: Tensor) -> Iterator[tuple[str, Tensor]]:
    """What a tensor of a layer becomes."""
    if name.startswith("attn.in_proj_"):
        kind = name.removeprefix("attn.in_proj_")
        for side, own in zip("qkv", weight.chunk(3), strict=True):
            yield f"self_attn.{side}_proj.{kind}", own.clone()
        return
    layer, _, kind = name.rpartition(".")
    yield f"{_LAYER[layer]}.{kind}", weight
