"""Training few weights in the place of all: W + B A, with A and B of low rank (Hu et al. 2021).

The adapters are peft's, on the attention of the network, where the prompt is read. Only they are
trained, in float32. What is kept is a model like any other, the adapters added to its weights, and
beside it the adapters themselves in the layout that other programs add to the same base.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from diffusers import StableDiffusionPipeline, UNet2DConditionModel
from diffusers.utils import convert_state_dict_to_diffusers
from peft import LoraConfig
from peft.utils import get_peft_model_state_dict
from safetensors import safe_open
from safetensors.torch import save_file

NAME = "pytorch_lora_weights.safetensors"
_WORDS = "lora_adapter_metadata"
"""The entry of the header that says alpha."""
_LAYERS = ["to_q", "to_k", "to_v", "to_out.0"]


def add_adapters(unet: Any, rank: int) -> None:
    """Put new adapters into a network, in place, and let only them be trained. With alpha equal to
    the rank they are added as they are. What they change at first is nothing."""
    unet.requires_grad_(False)
    unet.add_adapter(
        LoraConfig(r=rank, lora_alpha=rank, init_lora_weights="gaussian", target_modules=_LAYERS)
    )
    for weight in unet.parameters():
        if weight.requires_grad:
            weight.data = weight.data.float()


def save_adapters(unet: Any, folder: Path) -> None:
    """Write the adapters with what is said of them, alpha too: without it another alpha than the
    rank would be read as the rank. Those of a UNet have the names that pipelines read."""
    if isinstance(unet, UNet2DConditionModel):
        _save_unet(unet, folder)
    else:
        unet.save_lora_adapter(folder, weight_name=NAME)
    _settle(folder / NAME)


def _save_unet(unet: UNet2DConditionModel, folder: Path) -> None:
    tensors = convert_state_dict_to_diffusers(get_peft_model_state_dict(unet))
    config = unet.peft_config["default"].to_dict()
    StableDiffusionPipeline.save_lora_weights(
        folder,
        unet_lora_layers={
            name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()
        },
        unet_lora_adapter_metadata=config,
        weight_name=NAME,
    )


def _settle(path: Path) -> None:
    """Write the header of a file of adapters in one order: that of names of layers is the order of
    a set, and safetensors (0.8) writes several entries in another order each time, so that the same
    training would end in other bytes."""
    with safe_open(path, framework="pt") as file:
        words = json.loads(file.metadata()[_WORDS])
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    words = {k: sorted(v) if k.endswith("target_modules") else v for k, v in words.items()}
    save_file(tensors, path, {_WORDS: json.dumps(words, indent=2, sort_keys=True)})


@torch.no_grad()
def merge_adapters(unet: Any) -> None:
    """Add the adapters to the weights and take them out, in place: saved with them the layers would
    have other names, which no program looks for."""
    unet.fuse_lora()
    unet.unload_lora()
