"""FLUX.2 klein base: a transformer that predicts a flow, and Qwen3 as its text encoder.

Latents are folded, 2 x 2 of the autoencoder's pixels into one of four times the channels, and each
channel is brought to unit variance by the autoencoder's running statistics; there is no scaling
factor. The transformer is told s itself. The distilled klein, and FLUX.2 dev with its guidance in
the network, predict no noise at most levels, and are refused.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from diffusers import (
    AutoencoderKLFlux2,
    DiffusionPipeline,
    FlowMatchEulerDiscreteScheduler,
    Flux2Transformer2DModel,
)
from jaxtyping import Float, Int, Shaped
from torch import Tensor
from torch.nn.functional import pixel_shuffle, pixel_unshuffle
from transformers import Qwen2TokenizerFast, Qwen3ForCausalLM

from diffmine.errors import ModelError
from diffmine.model.families.base import Family
from diffmine.model.families.latent import Latent, factor_of
from diffmine.model.families.transformer import block_of, flow_of
from diffmine.model.model import Model
from diffmine.model.parts import Layer
from diffmine.model.schedule import Schedule

# Trained in bfloat16 by autocast, its norms keep float32 weights: slower, and as it should be.
warnings.filterwarnings("ignore", "Mismatch dtype between input and weight")

_LAYERS = (9, 18, 27)
_TOKENS = 512
_FOLD = 2


@dataclass
class Flux2Klein(Latent):
    """The parts of FLUX.2 klein base."""

    unet: Flux2Transformer2DModel
    vae: AutoencoderKLFlux2
    text_encoder: Qwen3ForCausalLM
    tokenizer: Any
    scheduler: FlowMatchEulerDiscreteScheduler
    schedule: Schedule = field(default_factory=Schedule.flow)
    injected = None

    @property
    def folders(self) -> dict[str, Any]:
        """The five parts."""
        names = ("vae", "text_encoder", "tokenizer", "scheduler")
        return {"transformer": self.unet} | {name: getattr(self, name) for name in names}

    @property
    def index(self) -> dict[str, Any]:
        """What model_index.json says beside its parts."""
        return {"_class_name": "Flux2KleinPipeline", "is_distilled": False}

    @property
    def factor(self) -> int:
        """Pixels of an image for one of its latent, as it is folded."""
        return _FOLD * factor_of(self.vae)

    @property
    def multiple(self) -> int:
        """Height and width of an image, in pixels, must be multiples of this."""
        return self.factor

    def embed(self, prompts: list[str]) -> Shaped[Tensor, "n s d"]:
        """Three layers' states of all tokens beside each other, of a prompt that a user says."""
        texts = [
            self.tokenizer.apply_chat_template(
                [{"role": "user", "content": prompt}],
                tokenize=False,
                add_generation_prompt=True,
                enable_thinking=False,
            )
            for prompt in prompts
        ]
        tokens = self.tokenizer(
            texts,
            padding="max_length",
            max_length=_TOKENS,
            truncation=True,
            return_tensors="pt",
        ).to(self.text_encoder.device)
        # Of the model behind the language head: logits of 150,000 words are not wanted.
        states = self.text_encoder.model(
            input_ids=tokens.input_ids,
            attention_mask=tokens.attention_mask,
            output_hidden_states=True,
            use_cache=False,
        ).hidden_states
        return torch.cat([states[layer] for layer in _LAYERS], -1).to(self.unet.dtype)

    def encode(self, images: Shaped[Tensor, "b 3 h w"]) -> Float[Tensor, "b c hl wl"]:
        """Posterior mean, folded and normalised."""
        mean, spread = self._statistics()
        folded = pixel_unshuffle(self.vae.encode(images).latent_dist.mean.float(), _FOLD)
        return (folded - mean) / spread

    def decode(self, latents: Float[Tensor, "b c hl wl"]) -> Shaped[Tensor, "b 3 h w"]:
        """Images."""
        mean, spread = self._statistics()
        unfolded = pixel_shuffle(latents * spread + mean, _FOLD)
        return self.vae.decode(unfolded.to(self.vae.dtype)).sample

    def _statistics(self) -> tuple[Float[Tensor, "c 1 1"], Float[Tensor, "c 1 1"]]:
        """Mean and standard deviation of each channel of a folded latent."""
        mean, variance = (x.float() for x in (self.vae.bn.running_mean, self.vae.bn.running_var))
        spread = (variance + self.vae.config.batch_norm_eps).sqrt()
        return mean[:, None, None], spread[:, None, None]

    def predict(
        self,
        network: Any,
        noisy: Shaped[Tensor, "b c h w"],
        t: Shaped[Tensor, " b"],
        words: Shaped[Tensor, "u s d"],
        which: Int[Tensor, " b"] | None = None,
    ) -> Shaped[Tensor, "b c h w"]:
        """The flow that the transformer answers, told s."""
        height, width = noisy.shape[-2:]
        answer = network(
            hidden_states=noisy.flatten(2).transpose(1, 2),  # b h*w c
            encoder_hidden_states=words if which is None else words[which],
            timestep=t / 1000,
            img_ids=_places(1, height, width, 1, device=noisy.device),
            txt_ids=_places(1, 1, 1, words.shape[1], device=noisy.device),
        )[0]
        return answer.transpose(1, 2).unflatten(2, (height, width))

    def features(self, number: int) -> Layer | None:
        """The image's tokens of a block's output; behind the blocks of two streams come those of
        one, with the text's tokens first."""
        blocks = [*self.unet.transformer_blocks, *self.unet.single_transformer_blocks]
        block = block_of(blocks, number)
        return None if block is None else Layer(block, _grid)


def _places(*lengths: int, device: torch.device) -> Int[Tensor, "n 4"]:
    """Where each token is: time, row, column, place in the text."""
    return torch.cartesian_prod(*(torch.arange(length, device=device) for length in lengths))


def _grid(output: Any, size: tuple[int, int]) -> Tensor:
    tokens = output[1] if isinstance(output, tuple) else output[:, -size[0] * size[1] :]
    return tokens.transpose(1, 2).unflatten(2, size)  # b d h w


def knows(parts: Mapping[str, str]) -> bool:
    """Whether the parts are those of FLUX.2 klein; dev has another text encoder."""
    transformer = parts.get("transformer") == "Flux2Transformer2DModel"
    return transformer and parts.get("text_encoder") == "Qwen3ForCausalLM"


def load(where: str, device: torch.device, dtype: torch.dtype) -> Model:
    """Load the parts; safetensors only. Raises ModelError for a distilled model."""
    config = Flux2Transformer2DModel.load_config(where, subfolder="transformer")
    index = DiffusionPipeline.load_config(where)
    if index.get("is_distilled") or config.get("guidance_embeds", True):
        raise ModelError(
            f"The model {where} is distilled, so it predicts no noise at most levels; take FLUX.2 "
            "klein base."
        )
    weights: dict[str, Any] = {"use_safetensors": True, "torch_dtype": dtype}
    network = Flux2Transformer2DModel.from_pretrained(where, subfolder="transformer", **weights)
    vae = AutoencoderKLFlux2.from_pretrained(where, subfolder="vae", **weights)
    # The states of a language model may lie beyond the range of float16.
    wide = torch.bfloat16 if dtype == torch.float16 else dtype
    text = Qwen3ForCausalLM.from_pretrained(
        where, subfolder="text_encoder", use_safetensors=True, dtype=wide
    )
    tokenizer = Qwen2TokenizerFast.from_pretrained(where, subfolder="tokenizer")
    for part in (network, vae, text):
        part.requires_grad_(False).eval().to(device)
    return Model(Flux2Klein(network, vae, text, tokenizer, flow_of(where)), None, where)


FLUX2 = Family("FLUX.2 klein", knows, load)
