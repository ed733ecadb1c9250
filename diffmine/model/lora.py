"""Training few weights in the place of all: W + B A, with A and B of low rank (Hu et al. 2021).

The adapters are peft's, on the attention of the network, where the prompt is read. Only they are
trained, in float32. What is kept is a model like any other, the adapters added to its weights, and
beside it the adapters themselves in the layout that other programs add to the same base.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from diffusers import StableDiffusionPipeline, UNet2DConditionModel
from diffusers.utils import convert_state_dict_to_diffusers
from peft import LoraConfig
from peft.utils import get_peft_model_state_dict

NAME = "pytorch_lora_weights.safetensors"
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
    if not isinstance(unet, UNet2DConditionModel):
        unet.save_lora_adapter(folder, weight_name=NAME)
        return
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


@torch.no_grad()
def merge_adapters(unet: Any) -> None:
    """Add the adapters to the weights and take them out, in place: saved with them the layers would
    have other names, which no program looks for."""
    unet.fuse_lora()
    unet.unload_lora()
