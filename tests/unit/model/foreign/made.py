"""Small random models of the layouts that are published, made in the tests.

Configs are those of Stable Diffusion 1 with few channels; the layout of its authors is written by
rules of its own here, the other way round from how it is read.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
from safetensors.torch import load_file, save_file
from torch import Tensor
from transformers import CLIPTextConfig, CLIPTextModel

from diffmine.model.load import load_model
from diffmine.model.model import Model
from diffmine.model.tiny import byte_tokenizer

OURS = Path(__file__).parents[4] / "diffmine" / "model" / "foreign" / "sd1"
WIDTHS, WORDS = (32, 32, 32, 64), 64
INDEX = {
    "_class_name": "StableDiffusionPipeline",
    "scheduler": ["diffusers", "PNDMScheduler"],
    "text_encoder": ["transformers", "CLIPTextModel"],
    "tokenizer": ["transformers", "CLIPTokenizer"],
    "unet": ["diffusers", "UNet2DConditionModel"],
    "vae": ["diffusers", "AutoencoderKL"],
}


def config(part: str, **changes: Any) -> dict[str, Any]:
    """The published config of a part with other widths."""
    fields = json.loads((OURS / part / "config.json").read_text())
    return {name: value for name, value in fields.items() if name != "_class_name"} | changes


def whole(folder: Path, tokenizer: Any = None, **unet: Any) -> Path:
    """A whole model as diffusers saves it, float32 of numbers that float16 has too."""
    tokenizer = tokenizer or byte_tokenizer()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        parts = {
            "unet": UNet2DConditionModel(
                **config("unet", block_out_channels=WIDTHS, cross_attention_dim=WORDS) | unet
            ),
            "vae": AutoencoderKL(**config("vae", block_out_channels=(32, 32, 32, 32))),
            "text_encoder": CLIPTextModel(
                CLIPTextConfig(
                    **config(
                        "text_encoder",
                        vocab_size=len(tokenizer),
                        hidden_size=WORDS,
                        projection_dim=WORDS,
                        intermediate_size=2 * WORDS,
                        num_attention_heads=1,
                        num_hidden_layers=2,
                    )
                )
            ),
        }
    for name, part in parts.items():
        part.half().float().save_pretrained(folder / name, safe_serialization=True)
    tokenizer.save_pretrained(folder / "tokenizer")
    scheduler(folder, _class_name="PNDMScheduler", skip_prk_steps=True)
    (folder / "model_index.json").write_text(json.dumps(INDEX))
    return folder


def scheduler(folder: Path, **changes: Any) -> None:
    """Write the scheduler of Stable Diffusion 1 with other fields."""
    DDIMScheduler.from_pretrained(OURS, subfolder="scheduler").save_pretrained(folder / "scheduler")
    edit(folder / "scheduler" / "scheduler_config.json", **changes)


def edit(path: Path, **changes: Any) -> None:
    """Change fields of a JSON file."""
    fields = json.loads(path.read_text()) | changes
    path.write_text(json.dumps({k: v for k, v in fields.items() if v is not ...}))


def copy(source: Path, target: Path) -> Path:
    """A copy of a model that may be changed."""
    shutil.copytree(source, target)
    return target


def tensors(part: Path) -> dict[str, Tensor]:
    """The weights of a part."""
    (path,) = part.glob("*.safetensors")
    return load_file(path)


def predicted(path: Path | str | Model) -> Tensor:
    """What a model predicts for fixed noise under two prompts."""
    model = path if isinstance(path, Model) else load_model(path, "cpu", torch.float32)
    noisy = torch.randn(2, 4, 8, 8, generator=torch.Generator().manual_seed(1))
    return model.predict(noisy, torch.tensor([100, 700]), ["A car.", "A car from the 1920s."])


# The layout of the authors of Stable Diffusion

_RESNET = {
    "norm1": "in_layers.0",
    "conv1": "in_layers.2",
    "norm2": "out_layers.0",
    "conv2": "out_layers.3",
    "time_emb_proj": "emb_layers.1",
    "conv_shortcut": "skip_connection",
}
_ATTENTION = {"group_norm": "norm", "to_q": "q", "to_k": "k", "to_v": "v", "to_out.0": "proj_out"}


def single(folder: Path, path: Path, half: bool = False) -> Path:
    """A model as one file in the layout of its authors."""
    state = networks(folder, first_crossed=False)
    state |= clip(folder / "text_encoder", "cond_stage_model.transformer.")
    state["alphas_cumprod"] = torch.ones(1000)
    return written(state, path, half)


def networks(folder: Path, first_crossed: bool) -> dict[str, Tensor]:
    """UNet and autoencoder by their authors' names; `first_crossed`: the first up block of the UNet
    has attention."""
    unet = tensors(folder / "unet")
    state = {f"model.diffusion_model.{unet_name(k, first_crossed)}": v for k, v in unet.items()}
    for name, value in tensors(folder / "vae").items():
        key = _vae(name)
        attention = ".attn_1." in key and value.ndim == 2
        state[f"first_stage_model.{key}"] = value[..., None, None] if attention else value
    return state


def clip(part: Path, prefix: str) -> dict[str, Tensor]:
    """A text encoder of CLIP, whose names are those of transformers."""
    state = {}
    for name, value in tensors(part).items():
        key = name if name.startswith("text_model.") else f"text_model.{name}"
        state[f"{prefix}{key}"] = value
    places = torch.arange(77)[None]
    return state | {f"{prefix}text_model.embeddings.position_ids": places}


def written(state: dict[str, Tensor], path: Path, half: bool, **words: str) -> Path:
    """A file of tensors, with words in its header."""
    save_file(
        {
            k: (v.half() if half and v.is_floating_point() else v).contiguous()
            for k, v in state.items()
        },
        path,
        words,
    )
    return path


def unet_name(name: str, first_crossed: bool) -> str:
    """What the authors call a tensor of a UNet."""
    name = name.replace("add_embedding.linear_1", "label_emb.0.0")
    name = name.replace("add_embedding.linear_2", "label_emb.0.2")
    name = name.replace("time_embedding.linear_1", "time_embed.0")
    name = name.replace("time_embedding.linear_2", "time_embed.2")
    name = name.replace("conv_norm_out", "out.0").replace("conv_out", "out.2")
    name = re.sub(r"^conv_in", "input_blocks.0.0", name)
    name = name.replace("mid_block.attentions.0", "middle_block.1")
    name = re.sub(r"mid_block\.resnets\.(\d)", lambda m: f"middle_block.{2 * int(m[1])}", name)
    places = {
        r"down_blocks\.(\d)\.resnets\.(\d)": lambda i, j: f"input_blocks.{3 * i + j + 1}.0",
        r"down_blocks\.(\d)\.attentions\.(\d)": lambda i, j: f"input_blocks.{3 * i + j + 1}.1",
        r"down_blocks\.(\d)\.downsamplers\.(\d)\.conv": lambda i, j: (
            f"input_blocks.{3 * i + 3}.0.op"
        ),
        r"up_blocks\.(\d)\.resnets\.(\d)": lambda i, j: f"output_blocks.{3 * i + j}.0",
        r"up_blocks\.(\d)\.attentions\.(\d)": lambda i, j: f"output_blocks.{3 * i + j}.1",
        r"up_blocks\.(\d)\.upsamplers\.(\d)": lambda i, j: (
            f"output_blocks.{3 * i + 2}.{1 + (i > 0 or first_crossed)}"
        ),
    }
    for pattern, place in places.items():
        name = re.sub(pattern, lambda m, place=place: place(int(m[1]), int(m[2])), name)
    for ours, theirs in _RESNET.items():
        name = re.sub(rf"(put_blocks\.\d+\.0|middle_block\.[02])\.{ours}\.", rf"\1.{theirs}.", name)
    return name


def _vae(name: str) -> str:
    name = name.replace("mid_block.attentions.0", "mid.attn_1").replace("conv_norm_out", "norm_out")
    name = re.sub(r"mid_block\.resnets\.(\d)", lambda m: f"mid.block_{int(m[1]) + 1}", name)
    name = re.sub(r"down_blocks\.(\d)\.resnets", r"down.\1.block", name)
    name = re.sub(r"down_blocks\.(\d)\.downsamplers\.0", r"down.\1.downsample", name)
    name = re.sub(r"up_blocks\.(\d)\.resnets", lambda m: f"up.{3 - int(m[1])}.block", name)
    name = re.sub(r"up_blocks\.(\d)\.upsamplers\.0", lambda m: f"up.{3 - int(m[1])}.upsample", name)
    name = name.replace("conv_shortcut", "nin_shortcut")
    for ours, theirs in _ATTENTION.items():
        name = name.replace(f"attn_1.{ours}.", f"attn_1.{theirs}.")
    return name
