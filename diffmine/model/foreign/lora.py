"""A LoRA added to the weights of a model, for good: W + scale * alpha / rank * up down.

Hu et al. 2021, equation 3. Tensors may have the names of diffusers, of peft or of kohya's scripts,
and layers those that the authors of Stable Diffusion gave them; alpha stands beside them, in the
header of their file or in an adapter_config.json, and is the rank where nothing says it. What is
not understood, or changes a layer that the model lacks, is refused: half a LoRA would be another
model.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from diffusers import UNet2DConditionModel
from jaxtyping import Shaped
from safetensors import safe_open
from torch import Tensor, nn

from diffmine.errors import ModelError
from diffmine.model.foreign.names import authors
from diffmine.model.foreign.weights import read_json
from diffmine.model.model import Model

_SIDES = {
    ".lora_A.weight": "down",
    ".lora_B.weight": "up",
    ".lora_down.weight": "down",
    ".lora_up.weight": "up",
    ".lora.down.weight": "down",
    ".lora.up.weight": "up",
    ".lora_linear_layer.down.weight": "down",
    ".lora_linear_layer.up.weight": "up",
    "_lora.down.weight": "down",
    "_lora.up.weight": "up",
    ".alpha": "alpha",
}
"""How the names of tensors end: which side of the product they are."""
_KOHYA = {"lora_unet_": "unet", "lora_te_": "text_encoder", "lora_te1_": "text_encoder",
          "lora_te2_": "text_encoder_2"}  # fmt: skip
_NETWORKS = ("unet", "text_encoder", "text_encoder_2")
_HEADER = "lora_adapter_metadata"


@dataclass
class _Layer:
    """What a LoRA has for one layer: `up` (out, rank, ...), `down` (rank, in, ...), and alpha."""

    sides: dict[str, Tensor] = field(default_factory=dict)

    def added(self, how: _How, name: str, shape: torch.Size) -> Shaped[Tensor, "..."]:
        """What is added to a weight, float32. Raises KeyError without both sides, RuntimeError
        where it has another shape."""
        up, down = self.sides["up"].float(), self.sides["down"].float()
        rank = down.shape[0]
        alpha = float(self.sides["alpha"]) if "alpha" in self.sides else how.alpha(name, rank)
        share = alpha / (math.sqrt(rank) if how.by_root else rank)
        return share * (up.flatten(1) @ down.flatten(1)).reshape(shape)


@dataclass(frozen=True)
class _How:
    """What is said beside the tensors: alpha in general and by patterns of the names of layers, and
    whether it is divided by the root of the rank."""

    general: float | None = None
    patterns: Mapping[str, float] = field(default_factory=dict)
    by_root: bool = False

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> _How:
        """By the fields of an adapter_config.json."""
        alpha, patterns = fields.get("lora_alpha"), fields.get("alpha_pattern") or {}
        return cls(
            None if alpha is None else float(alpha),
            {str(pattern): float(own) for pattern, own in patterns.items()},
            bool(fields.get("use_rslora")),
        )

    def alpha(self, name: str, rank: int) -> float:
        """The alpha of a layer."""
        for pattern, alpha in self.patterns.items():
            if re.match(rf"(.*\.)?({pattern})$", name):
                return alpha
        return float(rank) if self.general is None else self.general


@torch.no_grad()
def add_lora(model: Model, path: Path, scale: float) -> None:
    """Add a LoRA in a safetensors file to a model, in place. Raises ModelError for one that does
    not fit it."""
    layers, told = _layers(path), _told(path)
    parts = model.parts.folders
    tables = {name: _table(parts[name]) for name in _NETWORKS if name in parts}
    for (network, key), layer in layers.items():
        weight = tables.get(network, {}).get(_plain(key))
        if weight is None:
            raise ModelError(
                f"The LoRA {path} changes {key}, a layer that {model.name} does not have; give by "
                "--base the model that it was trained on."
            )
        name, tensor = weight
        how = told.get(network, told.get("", _How()))
        try:
            added = layer.added(how, name, tensor.shape)
        except (KeyError, RuntimeError) as error:
            raise ModelError(
                f"The LoRA {path} does not fit {model.name}: {key} has another size."
            ) from error
        tensor += (scale * added).to(tensor.device, tensor.dtype)


def _layers(path: Path) -> dict[tuple[str, str], _Layer]:
    """What the file has for each layer, by the network and the layer's name."""
    layers: dict[tuple[str, str], _Layer] = {}
    with safe_open(path, framework="pt") as file:
        for key in file.keys():  # noqa: SIM118
            network, name, side = _named(path, key)
            layers.setdefault((network, name), _Layer()).sides[side] = file.get_tensor(key)
    return layers


def _named(path: Path, key: str) -> tuple[str, str, str]:
    """Network, layer and side of a tensor, by its name."""
    plain = re.sub(r"\.(lora_[AB])\.\w+\.weight$", r".\1.weight", key)  # with an adapter's name
    end = next((end for end in _SIDES if plain.endswith(end)), None)
    if end is None:
        raise ModelError(
            f"{path} is no plain LoRA: it has {key}, and diffmine knows the two matrices of each "
            "layer and their alpha; merge it where it was made and give the whole model."
        )
    layer = plain.removesuffix(end).removeprefix("base_model.model.")
    for prefix, network in _KOHYA.items():
        if layer.startswith(prefix):
            return network, layer.removeprefix(prefix), _SIDES[end]
    network, _, name = layer.partition(".")
    if network not in _NETWORKS:
        return "unet", layer, _SIDES[end]
    return network, name, _SIDES[end]


def _table(network: nn.Module) -> dict[str, tuple[str, Tensor]]:
    """The weight of every layer by its name without dots, as kohya's scripts write it."""
    layers = {
        name: layer.weight
        for name, layer in network.named_modules()
        if isinstance(layer, nn.Linear | nn.Conv2d)
    }
    plain = {_plain(name): (name, weight) for name, weight in layers.items()}
    return _by_authors(network, plain) | plain


def _by_authors(
    network: nn.Module, layers: Mapping[str, tuple[str, Tensor]]
) -> dict[str, tuple[str, Tensor]]:
    """The same of a UNet by the names that the authors of Stable Diffusion have for its layers."""
    if not isinstance(network, UNet2DConditionModel):
        return {}
    crossed = {k for k, block in enumerate(network.up_blocks) if hasattr(block, "attentions")}
    named = {}
    for name, weight in layers.values():
        theirs = authors(name, network.config.layers_per_block, crossed)
        if theirs is not None:
            named[_plain(theirs)] = (name, weight)
    return named


def _plain(name: str) -> str:
    """A layer's name, the same however it is written."""
    name = name.replace(".processor.", ".").replace(".", "_").removeprefix("text_model_")
    return re.sub(r"_to_out$", "_to_out_0", name)


def _told(path: Path) -> dict[str, _How]:
    """What stands in the header of the file or in adapter_config.json, by network; "" is for all.
    Raises ModelError for a kind of LoRA that is not a sum."""
    with safe_open(path, framework="pt") as file:
        header = (file.metadata() or {}).get(_HEADER)
    try:
        fields = json.loads(header) if header else read_json(path.parent / "adapter_config.json")
    except ValueError as error:
        raise ModelError(f"The header of {path} cannot be read: {error}.") from error
    for name, value in fields.items():
        if name.rpartition(".")[2] == "use_dora" and value:
            raise ModelError(
                f"{path} is a DoRA, which also changes the length of weights; merge it where it "
                "was made and give the whole model."
            )
    grouped: dict[str, dict[str, Any]] = {}
    for name, value in fields.items():
        network, _, rest = name.partition(".")
        place, own = (network, rest) if network in _NETWORKS and rest else ("", name)
        grouped.setdefault(place, {})[own] = value
    try:
        return {network: _How.of(own) for network, own in grouped.items()}
    except (TypeError, ValueError, AttributeError) as error:
        raise ModelError(f"What is said of the LoRA {path} cannot be read: {error}.") from error
