"""Stable Diffusion XL and its like: two CLIP text encoders, and a UNet that is told a state of the
whole prompt and the size of the image.

Its autoencoder overflows in float16, which its configuration says (`force_upcast`) and only the
pipelines of diffusers obey; so it is loaded in float32 then. Its layers in front of the first
cross-attention depend on the prompt, for the state of the whole prompt is added to the timestep's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from diffusers import AutoencoderKL, DDIMScheduler, DiffusionPipeline, UNet2DConditionModel
from jaxtyping import Int, Shaped
from torch import Tensor
from transformers import CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

from diffmine.errors import ModelError
from diffmine.model.families.base import Family
from diffmine.model.families.scheduler import schedule_of, scheduler_of
from diffmine.model.families.sd import Unet, suit
from diffmine.model.families.text import clip, packed, unpacked
from diffmine.model.model import Model
from diffmine.model.schedule import Schedule

_SIZES = 6  # numbers that the UNet is told: height and width, corner of the crop, height and width


@dataclass
class StableDiffusionXL(Unet):
    """The parts of SDXL; with `zeros` the empty prompt is no text but zeros, as it was trained."""

    unet: UNet2DConditionModel
    vae: AutoencoderKL
    text_encoder: CLIPTextModel
    text_encoder_2: CLIPTextModelWithProjection
    tokenizer: CLIPTokenizer
    tokenizer_2: CLIPTokenizer
    scheduler: DDIMScheduler
    zeros: bool = True
    schedule: Schedule = field(init=False)
    injected = 0

    def __post_init__(self) -> None:
        self.schedule = schedule_of(self.scheduler)

    @property
    def folders(self) -> dict[str, Any]:
        """The seven parts."""
        names = ("unet", "vae", "text_encoder", "text_encoder_2", "tokenizer", "tokenizer_2")
        return {name: getattr(self, name) for name in (*names, "scheduler")}

    @property
    def index(self) -> dict[str, Any]:
        """What model_index.json says beside its parts."""
        return {
            "_class_name": "StableDiffusionXLPipeline",
            "feature_extractor": [None, None],
            "force_zeros_for_empty_prompt": self.zeros,
            "image_encoder": [None, None],
        }

    def embed(self, prompts: list[str]) -> Shaped[Tensor, "n s d"]:
        """The states of both encoders beside each other, and the second one's of the whole."""
        first, _ = clip(self.tokenizer, self.text_encoder, prompts)
        second, whole = clip(self.tokenizer_2, self.text_encoder_2, prompts)
        words = packed(torch.cat([first, second], -1), whole)  # n s+1 d
        empty = torch.tensor([self.zeros and not prompt for prompt in prompts])
        return words.masked_fill(empty.to(words.device)[:, None, None], 0)

    def predict(
        self,
        network: Any,
        noisy: Shaped[Tensor, "b c h w"],
        t: Shaped[Tensor, " b"],
        words: Shaped[Tensor, "u s d"],
        which: Int[Tensor, " b"] | None = None,
    ) -> Shaped[Tensor, "b c h w"]:
        """What the UNet answers of whole images of this size."""
        config = self.unet.config
        whole = config.projection_class_embeddings_input_dim
        whole -= _SIZES * config.addition_time_embed_dim
        states, pooled = unpacked(words, config.cross_attention_dim, whole)
        height, width = (float(self.factor * length) for length in noisy.shape[-2:])
        sizes = noisy.new_zeros((len(noisy), _SIZES), dtype=torch.float32)
        sizes[:, 0::4], sizes[:, 1::4] = height, width
        return network(
            noisy,
            t,
            states,
            cross_attention_kwargs={} if which is None else {"which": which},
            added_cond_kwargs={
                "text_embeds": pooled if which is None else pooled[which],
                "time_ids": sizes,
            },
        ).sample


def knows(parts: Mapping[str, str]) -> bool:
    """Whether the parts are those of SDXL."""
    unet = parts.get("unet") == "UNet2DConditionModel"
    return unet and parts.get("text_encoder_2") == "CLIPTextModelWithProjection"


def load(where: str, device: torch.device, dtype: torch.dtype) -> Model:
    """Load the parts; safetensors only. Raises ModelError for a refiner, which has one encoder."""
    index = DiffusionPipeline.load_config(where)
    if index.get("text_encoder", [None])[0] is None or index.get("requires_aesthetics_score"):
        raise ModelError(
            f"The model {where} refines what another one made; take the base model that it is for."
        )
    weights: dict[str, Any] = {"use_safetensors": True, "torch_dtype": dtype}
    unet = UNet2DConditionModel.from_pretrained(where, subfolder="unet", **weights)
    if unet.config.addition_embed_type != "text_time":
        raise ModelError(f"The model {where} is told something else than sizes, unlike SDXL.")
    vae_config = AutoencoderKL.load_config(where, subfolder="vae")
    upcast = dtype == torch.float16 and vae_config.get("force_upcast", True)
    weights["torch_dtype"] = torch.float32 if upcast else dtype
    vae = AutoencoderKL.from_pretrained(where, subfolder="vae", **weights)
    text = {"use_safetensors": True, "dtype": dtype}
    first = CLIPTextModel.from_pretrained(where, subfolder="text_encoder", **text)
    second = CLIPTextModelWithProjection.from_pretrained(where, subfolder="text_encoder_2", **text)
    for part in (unet, vae, first, second):
        part.requires_grad_(False).eval().to(device)
    suit(unet, vae, once=False)
    words, words_2 = (
        CLIPTokenizer.from_pretrained(where, subfolder=name)
        for name in ("tokenizer", "tokenizer_2")
    )
    zeros = bool(index.get("force_zeros_for_empty_prompt", True))
    parts = StableDiffusionXL(
        unet, vae, first, second, words, words_2, scheduler_of(where), zeros=zeros
    )
    return Model(parts, None, where)


SDXL = Family("Stable Diffusion XL", knows, load)
