"""Stable Diffusion 1 and its like: one CLIP text encoder, a UNet that predicts the noise, a VAE.

The small embedded models and Stable Diffusion v1.5 have the same shape and take the same path.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
from transformers import CLIPTextModel, CLIPTokenizer

from diffmine.errors import ModelError
from diffmine.model.families.base import Family
from diffmine.model.fast.layers import SharedPrompts, save_work
from diffmine.model.fast.memory import keep_freed
from diffmine.model.fast.once import share_beginning
from diffmine.model.model import Model


def knows(parts: Mapping[str, str]) -> bool:
    """Whether the parts are those of Stable Diffusion; a folder that does not say is tried."""
    unet = parts.get("unet", "UNet2DConditionModel") == "UNet2DConditionModel"
    return unet and "transformer" not in parts and "text_encoder_2" not in parts


def load(where: str, device: torch.device, dtype: torch.dtype) -> Model:
    """Load the parts; safetensors only."""
    weights = {"use_safetensors": True, "torch_dtype": dtype}
    unet = UNet2DConditionModel.from_pretrained(where, subfolder="unet", **weights)
    vae = AutoencoderKL.from_pretrained(where, subfolder="vae", **weights)
    text = CLIPTextModel.from_pretrained(
        where, subfolder="text_encoder", use_safetensors=True, dtype=dtype
    )
    tokenizer = CLIPTokenizer.from_pretrained(where, subfolder="tokenizer")
    scheduler = DDIMScheduler.from_pretrained(where, subfolder="scheduler")
    if scheduler.config.prediction_type != "epsilon":
        raise ModelError(
            f"The model {where} predicts {scheduler.config.prediction_type}; diffmine needs one "
            "that predicts the noise (epsilon)."
        )
    for part in (unet, vae, text):
        part.requires_grad_(False).eval().to(device)
    suit(unet, vae)
    return Model(unet, vae, text, tokenizer, scheduler, None, where)


def suit(unet: UNet2DConditionModel, vae: AutoencoderKL) -> None:
    """Give parts of a model the layers and the layout that are fast on their device, in place."""
    unet.set_attn_processor(SharedPrompts())
    if unet.device.type == "cpu":
        keep_freed()
        share_beginning(unet)
        save_work(unet)
        save_work(vae)
    else:  # on a CPU group norm is several times slower in this layout
        unet.to(memory_format=torch.channels_last)
        vae.to(memory_format=torch.channels_last)


STABLE_DIFFUSION = Family("Stable Diffusion 1", knows, load)
