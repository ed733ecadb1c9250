"""Stable Diffusion 1 and 2 and their like: one CLIP text encoder, a UNet that predicts the noise or
the velocity, a VAE.

The small embedded models and Stable Diffusion v1.5 have the same shape and take the same path.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
from jaxtyping import Int, Shaped
from torch import Tensor
from transformers import CLIPTextModel, CLIPTokenizer

from diffmine.model.families.base import Family
from diffmine.model.families.latent import Latent
from diffmine.model.families.scheduler import schedule_of, scheduler_of
from diffmine.model.fast.layers import SharedPrompts, save_work
from diffmine.model.fast.memory import keep_freed
from diffmine.model.fast.once import share_beginning
from diffmine.model.model import Model
from diffmine.model.parts import Layer
from diffmine.model.schedule import Schedule


class Unet(Latent):
    """Parts of which the network is a UNet of diffusers."""

    @property
    def multiple(self) -> int:
        """Height and width of an image, in pixels, must be multiples of this."""
        return self.factor * int(2 ** (len(self.unet.config.block_out_channels) - 1))

    def features(self, number: int) -> Layer | None:
        """The up block itself."""
        return _up_block(self.unet, number)


@dataclass
class StableDiffusion(Unet):
    """The parts of Stable Diffusion 1 or 2, of which there is one text encoder."""

    unet: UNet2DConditionModel
    vae: AutoencoderKL
    text_encoder: CLIPTextModel
    tokenizer: CLIPTokenizer
    scheduler: DDIMScheduler
    schedule: Schedule = field(init=False)
    injected = 1

    def __post_init__(self) -> None:
        self.schedule = schedule_of(self.scheduler)

    @property
    def folders(self) -> dict[str, Any]:
        """The five parts."""
        names = ("unet", "vae", "text_encoder", "tokenizer", "scheduler")
        return {name: getattr(self, name) for name in names}

    @property
    def index(self) -> dict[str, Any]:
        """What model_index.json says beside its parts."""
        return {
            "_class_name": "StableDiffusionPipeline",
            "feature_extractor": [None, None],
            "requires_safety_checker": False,
            "safety_checker": [None, None],
        }

    def embed(self, prompts: list[str]) -> Shaped[Tensor, "n s d"]:
        """The states of all tokens, filled up to the longest text."""
        tokens = self.tokenizer(
            prompts,
            padding="max_length",
            max_length=self.text_encoder.config.max_position_embeddings,
            truncation=True,
            return_tensors="pt",
        ).input_ids
        return self.text_encoder(tokens.to(self.text_encoder.device))[0]

    def predict(
        self,
        network: Any,
        noisy: Shaped[Tensor, "b c h w"],
        t: Shaped[Tensor, " b"],
        words: Shaped[Tensor, "u s d"],
        which: Int[Tensor, " b"] | None = None,
    ) -> Shaped[Tensor, "b c h w"]:
        """What the UNet answers."""
        shared = {} if which is None else {"which": which}
        return network(noisy, t, words, cross_attention_kwargs=shared).sample


def _up_block(unet: UNet2DConditionModel, number: int) -> Layer | None:
    """An up block of a UNet as a feature; None where there is none of that number."""
    blocks = unet.up_blocks
    return Layer(blocks[number], lambda output, size: output) if number < len(blocks) else None


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
    scheduler = scheduler_of(where)
    for part in (unet, vae, text):
        part.requires_grad_(False).eval().to(device)
    suit(unet, vae)
    return Model(StableDiffusion(unet, vae, text, tokenizer, scheduler), None, where)


def suit(unet: UNet2DConditionModel, vae: AutoencoderKL, once: bool = True) -> None:
    """Give parts of a model the layers and the layout that are fast on their device, in place;
    `once` where the layers in front of the first cross-attention do not depend on the prompt."""
    unet.set_attn_processor(SharedPrompts())
    if unet.device.type == "cpu":
        keep_freed()
        if once:
            share_beginning(unet)
        save_work(unet)
        save_work(vae)
    else:  # on a CPU group norm is several times slower in this layout
        unet.to(memory_format=torch.channels_last)
        vae.to(memory_format=torch.channels_last)


STABLE_DIFFUSION = Family("Stable Diffusion 1 and 2", knows, load)
