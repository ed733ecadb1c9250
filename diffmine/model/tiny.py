"""The shape of Stable Diffusion made small: random for tests, or at a useful size to be trained.

`small()` is what `--base tiny` was trained from; `random()` is under 1 MB and learns nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from diffmine.model.families.sd import StableDiffusion
from diffmine.model.model import Model
from diffmine.model.prompts import Prompts
from diffmine.model.save import save_model

_TOKENS = 77


@dataclass(frozen=True)
class Size:
    """Channels of each level of the autoencoder and the UNet; width of the text encoder."""

    vae: tuple[int, ...]
    unet: tuple[int, ...]
    text: int
    groups: int
    latent: int = 4


RANDOM = Size(vae=(4, 8), unet=(8, 16, 16), text=16, groups=4)
SMALL = Size(vae=(16, 32, 64), unet=(64, 128, 192), text=128, groups=32, latent=8)


def make(size: Size, seed: int, prompts: Prompts | None = None) -> Model:
    """A model of the given size with random weights, float32 on the CPU."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        tokenizer = byte_tokenizer()
        parts = (_unet(size), _vae(size), _text_encoder(size, len(tokenizer)))
    unet, vae, text = (part.requires_grad_(False).eval() for part in parts)
    parts_of = StableDiffusion(unet, vae, text, tokenizer, _scheduler())
    return Model(parts_of, prompts, "a new small model")


def make_random(folder: str | Path, labels: tuple[str, ...] = (), image_size: int = 32) -> Path:
    """Write a complete random model of under 1 MB, for tests of everything but quality."""
    prompts = Prompts("A {label}.", "A picture.", labels, (image_size, image_size))
    save_model(make(RANDOM, 0, prompts), Path(folder), prompts)
    return Path(folder)


def byte_tokenizer() -> CLIPTokenizer:
    """A CLIP tokenizer without merges: each byte of the lower-cased text is a token."""
    units = [chr(code) for code in printable()]
    vocabulary = [*units, *(f"{unit}</w>" for unit in units), "<|startoftext|>", "<|endoftext|>"]
    return CLIPTokenizer(
        vocab={token: number for number, token in enumerate(vocabulary)},
        merges=[],
        model_max_length=_TOKENS,
    )


def printable() -> list[int]:
    """The code points by which byte-level BPE writes the 256 bytes."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    return plain + [256 + k for k in range(256 - len(plain))]


def _unet(size: Size) -> UNet2DConditionModel:
    return UNet2DConditionModel(
        in_channels=size.latent,
        out_channels=size.latent,
        block_out_channels=size.unet,
        layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=size.text,
        attention_head_dim=4,
        norm_num_groups=size.groups,
    )


def _vae(size: Size) -> AutoencoderKL:
    levels = len(size.vae)
    return AutoencoderKL(
        block_out_channels=size.vae,
        layers_per_block=1,
        latent_channels=size.latent,
        norm_num_groups=min(size.groups, size.vae[0] // 2),
        down_block_types=("DownEncoderBlock2D",) * levels,
        up_block_types=("UpDecoderBlock2D",) * levels,
        mid_block_add_attention=False,
        scaling_factor=1.0,
    )


def _text_encoder(size: Size, vocabulary: int) -> CLIPTextModel:
    encoder = CLIPTextModel(
        CLIPTextConfig(
            vocab_size=vocabulary,
            hidden_size=size.text,
            intermediate_size=2 * size.text,
            projection_dim=size.text,
            num_hidden_layers=2,
            num_attention_heads=4,
            max_position_embeddings=_TOKENS,
            bos_token_id=vocabulary - 2,
            eos_token_id=vocabulary - 1,
        )
    )
    # It stays random and frozen, so its words must lie far apart: CLIP's initial embeddings of
    # standard deviation 0.02 would make every prompt nearly the same to the UNet. Sharp and strong
    # attention carries each letter of a label to all the tokens behind it: without it two labels
    # differ in the few tokens of their own alone (7 % of a state on average, with it 42 %).
    with torch.no_grad():
        for name, weight in encoder.named_parameters():
            if "embedding" in name:
                weight.normal_(std=1.0 if "token" in name else 0.3)
            elif name.endswith("q_proj.weight"):
                weight *= 16
            elif name.endswith("out_proj.weight"):
                weight *= 4
    return encoder


def _scheduler() -> DDIMScheduler:
    """The noise schedule of Stable Diffusion v1.5."""
    return DDIMScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        clip_sample=False,
        set_alpha_to_one=False,
        steps_offset=1,
    )
