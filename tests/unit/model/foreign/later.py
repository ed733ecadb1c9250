"""Small random models of Stable Diffusion 2 and XL, and the one file in which their authors write
them: text encoders by the names of OpenCLIP, with queries, keys and values in one matrix."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
from torch import Tensor
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

from diffmine.model.foreign.single import tokenizer
from tests.unit.model.foreign import made

WIDTH, POOLED, TIMES = 64, 96, 8
_SCHEDULE = {
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "clip_sample": False,
    "set_alpha_to_one": False,
    "steps_offset": 1,
}
_PAIRS = {
    "layer_norm1": "ln_1",
    "layer_norm2": "ln_2",
    "self_attn.out_proj": "attn.out_proj",
    "mlp.fc1": "mlp.c_fc",
    "mlp.fc2": "mlp.c_proj",
}


def filled_with_zeros(folder: Path) -> CLIPTokenizer:
    """CLIP's tokenizer, which fills up with the number 0."""
    tokenizer().save_pretrained(folder)
    return CLIPTokenizer.from_pretrained(folder, pad_token="!")


def sd2(folder: Path, velocity: bool = True) -> Path:
    """Stable Diffusion 2 as diffusers saves it."""
    parts = {
        "unet": _unet((64, 64, 64, 64), attention_head_dim=[1, 1, 1, 1], cross_attention_dim=WIDTH),
        "text_encoder": _clip(CLIPTextModel, 2, "gelu", WIDTH),
        "vae": _vae(0.18215),
    }
    parts["tokenizer"] = filled_with_zeros(folder / "tokenizer")
    _save(folder, parts, velocity)
    (folder / "model_index.json").write_text(json.dumps(made.INDEX))
    return folder


def sdxl(folder: Path) -> Path:
    """Stable Diffusion XL as diffusers saves it, with a bottom of two transformer layers."""
    parts = {
        "unet": _unet(
            (64, 64, 128),
            attention_head_dim=[1, 1, 2],
            cross_attention_dim=2 * WIDTH,
            down_block_types=["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
            up_block_types=["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"],
            transformer_layers_per_block=[1, 1, 2],
            addition_embed_type="text_time",
            addition_time_embed_dim=TIMES,
            projection_class_embeddings_input_dim=POOLED + 6 * TIMES,
        ),
        "text_encoder": _clip(CLIPTextModel, 2, "quick_gelu", WIDTH),
        "text_encoder_2": _clip(CLIPTextModelWithProjection, 3, "gelu", POOLED),
        "vae": _vae(0.13025),
        "tokenizer": tokenizer(),
    }
    parts["tokenizer_2"] = filled_with_zeros(folder / "tokenizer_2")
    _save(folder, parts, False)
    index = {
        "_class_name": "StableDiffusionXLPipeline",
        "text_encoder_2": ["transformers", "CLIPTextModelWithProjection"],
        "tokenizer_2": ["transformers", "CLIPTokenizer"],
        "force_zeros_for_empty_prompt": True,
    }
    (folder / "model_index.json").write_text(json.dumps(made.INDEX | index))
    return folder


def _unet(widths: tuple[int, ...], **changes: Any) -> UNet2DConditionModel:
    torch.manual_seed(0)
    fields = made.config("unet", block_out_channels=widths, use_linear_projection=True)
    return UNet2DConditionModel(**fields | changes)


def _vae(scale: float) -> AutoencoderKL:
    torch.manual_seed(1)
    return AutoencoderKL(
        **made.config("vae", block_out_channels=(32, 32, 32, 32), scaling_factor=scale)
    )


def _clip(kind: Any, layers: int, activation: str, whole: int) -> Any:
    torch.manual_seed(2)
    return kind(
        CLIPTextConfig(
            **made.config(
                "text_encoder",
                hidden_size=WIDTH,
                projection_dim=whole,
                intermediate_size=2 * WIDTH,
                num_attention_heads=1,
                num_hidden_layers=layers,
                hidden_act=activation,
                initializer_range=1.0,
            )
        )
    )


def _save(folder: Path, parts: dict[str, Any], velocity: bool) -> None:
    for name, part in parts.items():
        if isinstance(part, torch.nn.Module):
            part.half().float()
        part.save_pretrained(folder / name)
    answer = "v_prediction" if velocity else "epsilon"
    DDIMScheduler(**_SCHEDULE, prediction_type=answer).save_pretrained(folder / "scheduler")


def sd2_file(folder: Path, path: Path, **words: str) -> Path:
    """As its authors write it: a layer more than is read, and a projection that nothing reads."""
    state = made.networks(folder, first_crossed=False)
    state |= openclip(folder / "text_encoder", "cond_stage_model.model.")
    root = "cond_stage_model.model.transformer.resblocks."
    last = {k: v for k, v in state.items() if k.startswith(f"{root}1.")}
    state |= {k.replace(f"{root}1.", f"{root}2."): torch.zeros_like(v) for k, v in last.items()}
    state["cond_stage_model.model.text_projection"] = torch.ones(WIDTH, WIDTH)
    return made.written(state, path, True, **words)


def sdxl_file(folder: Path, path: Path, more: dict[str, Tensor] | None = None) -> Path:
    """As its authors write it, with `more` tensors."""
    state = made.networks(folder, first_crossed=True)
    state |= made.clip(folder / "text_encoder", "conditioner.embedders.0.transformer.")
    state |= openclip(folder / "text_encoder_2", "conditioner.embedders.1.model.")
    return made.written(state | (more or {}), path, True)


def openclip(part: Path, prefix: str) -> dict[str, Tensor]:
    """A text encoder by the names of OpenCLIP."""
    own = {name.removeprefix("text_model."): value for name, value in made.tensors(part).items()}
    state = {
        "token_embedding.weight": own["embeddings.token_embedding.weight"],
        "positional_embedding": own["embeddings.position_embedding.weight"],
        "ln_final.weight": own["final_layer_norm.weight"],
        "ln_final.bias": own["final_layer_norm.bias"],
        "logit_scale": torch.tensor(1.0),
    }
    if "text_projection.weight" in own:
        state["text_projection"] = own["text_projection.weight"].T
    layer = 0
    while f"encoder.layers.{layer}.mlp.fc1.bias" in own:
        root, block = f"encoder.layers.{layer}.", f"transformer.resblocks.{layer}."
        for kind in ("weight", "bias"):
            sides = [own[f"{root}self_attn.{side}_proj.{kind}"] for side in "qkv"]
            state[f"{block}attn.in_proj_{kind}"] = torch.cat(sides)
            for ours, theirs in _PAIRS.items():
                state[f"{block}{theirs}.{kind}"] = own[f"{root}{ours}.{kind}"]
        layer += 1
    return {f"{prefix}{name}": value for name, value in state.items()}
