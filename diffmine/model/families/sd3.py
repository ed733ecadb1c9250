"""Stable Diffusion 3 and 3.5: a transformer that predicts a flow, two CLIP text encoders and T5.

Noise is added by diffmine itself, x_s = (1 - s) x_0 + s e, and the transformer is told 1,000 s: the
scheduler beside it shifts timesteps and counts its own steps, and is only passed on. Nothing is
injected while such a model translates: it has no decoder whose features keep the layout.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from diffusers import (
    AutoencoderKL,
    DiffusionPipeline,
    FlowMatchEulerDiscreteScheduler,
    SD3Transformer2DModel,
)
from jaxtyping import Float, Int, Shaped
from torch import Tensor
from torch.nn.functional import pad
from transformers import (
    AutoTokenizer,
    CLIPTextModelWithProjection,
    CLIPTokenizer,
    T5EncoderModel,
)

from diffmine.errors import ModelError
from diffmine.model.families.base import Family
from diffmine.model.families.latent import Latent
from diffmine.model.families.text import clip, packed, unpacked
from diffmine.model.families.transformer import block_of, flow_of
from diffmine.model.model import Model
from diffmine.model.parts import Layer
from diffmine.model.schedule import Schedule

_T5_TOKENS = 256


@dataclass
class StableDiffusion3(Latent):
    """The parts of Stable Diffusion 3; without T5 its states are zeros, as in diffusers."""

    unet: SD3Transformer2DModel
    vae: AutoencoderKL
    text_encoder: CLIPTextModelWithProjection
    text_encoder_2: CLIPTextModelWithProjection
    text_encoder_3: T5EncoderModel | None
    tokenizer: CLIPTokenizer
    tokenizer_2: CLIPTokenizer
    tokenizer_3: Any
    scheduler: FlowMatchEulerDiscreteScheduler
    schedule: Schedule = field(default_factory=Schedule.flow)
    injected = None

    @property
    def folders(self) -> dict[str, Any]:
        """The nine parts, or seven without T5."""
        names = ("vae", "text_encoder", "text_encoder_2", "tokenizer", "tokenizer_2", "scheduler")
        parts = {"transformer": self.unet} | {name: getattr(self, name) for name in names}
        if self.text_encoder_3 is None:
            return parts
        return parts | {"text_encoder_3": self.text_encoder_3, "tokenizer_3": self.tokenizer_3}

    @property
    def index(self) -> dict[str, Any]:
        """What model_index.json says beside its parts."""
        third = {"text_encoder_3": [None, None], "tokenizer_3": [None, None]}
        return {"_class_name": "StableDiffusion3Pipeline"} | third

    @property
    def multiple(self) -> int:
        """Height and width of an image, in pixels, must be multiples of this: latents that no whole
        number of patches covers would be cut."""
        return self.factor * int(self.unet.config.patch_size)

    def embed(self, prompts: list[str]) -> Shaped[Tensor, "n s d"]:
        """The states of both CLIPs beside each other, those of T5 behind them, and what both CLIPs
        say of the whole."""
        first, whole = clip(self.tokenizer, self.text_encoder, prompts)
        second, more = clip(self.tokenizer_2, self.text_encoder_2, prompts)
        width = self.unet.config.joint_attention_dim
        both = torch.cat([first, second], -1)  # n s e
        both = pad(both, (0, width - both.shape[-1]))  # n s d
        states = torch.cat([both, self._t5(prompts, both)], 1)
        return packed(states, torch.cat([whole, more], -1))

    def _t5(self, prompts: list[str], like: Tensor) -> Shaped[Tensor, "n s d"]:
        if self.text_encoder_3 is None:
            return like.new_zeros((len(prompts), _T5_TOKENS, like.shape[-1]))
        tokens = self.tokenizer_3(
            prompts,
            padding="max_length",
            max_length=_T5_TOKENS,
            truncation=True,
            return_tensors="pt",
        ).input_ids
        return self.text_encoder_3(tokens.to(self.text_encoder_3.device))[0].to(like.dtype)

    def encode(self, images: Shaped[Tensor, "b 3 h w"]) -> Float[Tensor, "b c hl wl"]:
        """Posterior mean, shifted and scaled. Raises ModelError for images that are too large."""
        most = self.unet.config.pos_embed_max_size * self.multiple
        if max(images.shape[-2:]) > most:
            raise ModelError(f"This model has no positions beyond {most} pixels of a side.")
        return super().encode(images)

    def predict(
        self,
        network: Any,
        noisy: Shaped[Tensor, "b c h w"],
        t: Shaped[Tensor, " b"],
        words: Shaped[Tensor, "u s d"],
        which: Int[Tensor, " b"] | None = None,
    ) -> Shaped[Tensor, "b c h w"]:
        """The flow that the transformer answers, told 1,000 s."""
        config = self.unet.config
        own = words if which is None else words[which]
        states, whole = unpacked(own, config.joint_attention_dim, config.pooled_projection_dim)
        return network(noisy, encoder_hidden_states=states, pooled_projections=whole, timestep=t)[0]

    def features(self, number: int) -> Layer | None:
        """The image's half of a block's output."""
        block = block_of(list(self.unet.transformer_blocks), number)
        if block is None:
            return None
        patch = int(self.unet.config.patch_size)

        def grid(output: tuple[Tensor, Tensor], size: tuple[int, int]) -> Tensor:
            cells = output[1].unflatten(1, (size[0] // patch, size[1] // patch))  # b h w d
            return cells.permute(0, 3, 1, 2)

        return Layer(block, grid)


def knows(parts: Mapping[str, str]) -> bool:
    """Whether the parts are those of Stable Diffusion 3."""
    return parts.get("transformer") == "SD3Transformer2DModel"


def load(where: str, device: torch.device, dtype: torch.dtype) -> Model:
    """Load the parts; safetensors only."""
    index = DiffusionPipeline.load_config(where)
    weights: dict[str, Any] = {"use_safetensors": True, "torch_dtype": dtype}
    network = SD3Transformer2DModel.from_pretrained(where, subfolder="transformer", **weights)
    vae = AutoencoderKL.from_pretrained(where, subfolder="vae", **weights)
    text: dict[str, Any] = {"use_safetensors": True, "dtype": dtype}
    first, second = (
        CLIPTextModelWithProjection.from_pretrained(where, subfolder=name, **text)
        for name in ("text_encoder", "text_encoder_2")
    )
    third, tokenizer_3 = None, None
    if index.get("text_encoder_3", [None])[0] is not None:
        third = T5EncoderModel.from_pretrained(where, subfolder="text_encoder_3", **text)
        tokenizer_3 = AutoTokenizer.from_pretrained(where, subfolder="tokenizer_3")
    for part in (network, vae, first, second, third):
        if part is not None:
            part.requires_grad_(False).eval().to(device)
    words, words_2 = (
        CLIPTokenizer.from_pretrained(where, subfolder=name)
        for name in ("tokenizer", "tokenizer_2")
    )
    scheduler = flow_of(where)
    parts = StableDiffusion3(
        network, vae, first, second, third, words, words_2, tokenizer_3, scheduler
    )
    return Model(parts, None, where)


SD3 = Family("Stable Diffusion 3", knows, load)
