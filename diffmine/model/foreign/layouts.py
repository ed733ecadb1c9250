"""The layouts in which the authors of Stable Diffusion 1, 2 and XL wrote a model into one file.

Such a file has no configuration. Ours is that of each model with the sizes that the shapes of the
file's tensors say; so nothing has to be asked for on a network.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import diffusers
import torch

from diffmine.errors import ModelError
from diffmine.model.foreign.weights import read_json, words_of

FOLDER = Path(__file__).parent
UNET, VAE = "model.diffusion_model.", "first_stage_model."
_OTHERS = {
    "joint_blocks.": "Stable Diffusion 3",
    "double_blocks.": "FLUX",
    "conditioner.embedders.0.model.": "the refiner of Stable Diffusion XL",
    "edm_mean": "Playground 2.5",
}
_HEAD = 64
"""Channels of a head of attention, of UNets from Stable Diffusion 2 on and of text encoders."""
_SIDES = {"epsilon": 64, "v_prediction": 96}
"""Sides of the latents that the two kinds of Stable Diffusion 2 were trained with."""

Shapes = Mapping[str, tuple[int, ...]]
Config = dict[str, Any]


@dataclass(frozen=True)
class Encoder:
    """Where a text encoder stands: what its names begin with, and whether they are OpenCLIP's, of
    which the last `unread` layers are not used."""

    prefix: str
    openclip: bool = False
    unread: int = 0


@dataclass(frozen=True)
class Layout:
    """The layout of a model: the folder of its configs, and its text encoders by their parts."""

    name: str
    folder: Path
    encoders: Mapping[str, Encoder]

    def config(self, part: str) -> Config:
        """The config of a part as it was published."""
        name = "scheduler_config.json" if part == "scheduler" else "config.json"
        return read_json(self.folder / part / name)


SD1 = Layout(
    "Stable Diffusion 1",
    FOLDER / "sd1",
    {"text_encoder": Encoder("cond_stage_model.transformer.")},
)
SD2 = Layout(
    "Stable Diffusion 2",
    FOLDER / "sd2",
    {"text_encoder": Encoder("cond_stage_model.model.", openclip=True, unread=1)},
)
SDXL = Layout(
    "Stable Diffusion XL",
    FOLDER / "sdxl",
    {
        "text_encoder": Encoder("conditioner.embedders.0.transformer."),
        "text_encoder_2": Encoder("conditioner.embedders.1.model.", openclip=True),
    },
)


def layout_of(path: Path, shapes: Shapes) -> Layout:
    """The layout of a file, by its UNet. Raises ModelError for one that is of no layout known."""
    for mark, name in _OTHERS.items():
        if any(mark in key for key in shapes):
            raise ModelError(
                f"{path} is {name} in one file, and so diffmine reads only Stable Diffusion 1, 2 "
                "and XL; load it with diffusers' from_single_file and save it as a folder."
            )
    if not any(name.startswith(UNET) for name in shapes):
        raise ModelError(
            f"{path} is no model that diffmine knows: it has neither a UNet nor a LoRA in it."
        )
    if f"{UNET}label_emb.0.0.weight" in shapes:
        return SDXL
    linear = len(shapes.get(f"{UNET}input_blocks.1.1.proj_in.weight", ())) == 2
    return SD2 if linear else SD1


def configs(path: Path, shapes: Shapes) -> dict[str, Config]:
    """The configuration of each part that a file holds, by its name; of tokenizers nothing. Raises
    ModelError for a file that is none of these models, or another one of their names."""
    layout = layout_of(path, shapes)
    try:
        parts = dict(_configs(layout, path, shapes))
    except (KeyError, IndexError) as error:
        raise ModelError(f"{path} is not {layout.name}: it has no {error}.") from error
    there = sum(math.prod(shape) for name, shape in shapes.items() if name.startswith(UNET))
    expected = _weights(json.dumps(parts["unet"], sort_keys=True))
    if there != expected:
        raise ModelError(
            f"{path} is not {layout.name}: its UNet has {there:,} weights and not the "
            f"{expected:,} of one that is as wide; load it with diffusers' from_single_file and "
            "save it as a folder."
        )
    return parts


@lru_cache(maxsize=8)
def _weights(config: str) -> int:
    """The weights of a UNet, of which nothing is made."""
    fields = {k: v for k, v in json.loads(config).items() if not k.startswith("_")}
    with torch.device("meta"):
        unet = diffusers.UNet2DConditionModel.from_config(fields)
    return sum(weight.numel() for weight in unet.parameters())


def _configs(layout: Layout, path: Path, shapes: Shapes) -> Iterator[tuple[str, Config]]:
    answer = _answer(layout, path, shapes)
    encoders = {
        name: _text(layout.config(name), encoder, shapes)
        for name, encoder in layout.encoders.items()
        if any(key.startswith(encoder.prefix) for key in shapes)
    }
    unet = _unet(layout, shapes)
    if layout is SD2:
        unet["sample_size"] = _SIDES[answer]
    if layout is SDXL:
        pooled = encoders.get("text_encoder_2", layout.config("text_encoder_2"))["projection_dim"]
        read = unet["projection_class_embeddings_input_dim"]
        unet["addition_time_embed_dim"] = (read - pooled) // 6
    yield "unet", unet
    if any(name.startswith(VAE) for name in shapes):
        yield "vae", _vae(layout.config("vae"), shapes)
    yield from encoders.items()
    for name in layout.encoders:
        yield name.replace("text_encoder", "tokenizer"), {}
    zero = {"rescale_betas_zero_snr": True} if "ztsnr" in shapes else {}
    yield "scheduler", layout.config("scheduler") | {"prediction_type": answer} | zero


def _answer(layout: Layout, path: Path, shapes: Shapes) -> str:
    """What the UNet predicts, epsilon or v_prediction: as the file says, in its header or by a
    tensor of that name, or what was published with it. Raises ModelError where nothing says it of
    Stable Diffusion 2, of which there are both."""
    told = words_of(path)
    answer = told.get("modelspec.prediction_type", "")
    if answer in ("v", "epsilon"):
        return "v_prediction" if answer == "v" else "epsilon"
    if layout is not SD2:
        return "v_prediction" if "v_pred" in shapes else "epsilon"
    beside = path.with_suffix(".yaml")
    if beside.is_file():
        text = beside.read_text(encoding="utf-8", errors="replace")
        velocity = re.search(r"""parameterization["']?\s*:\s*["']?v\b""", text)
        return "v_prediction" if velocity else "epsilon"
    name = told.get("modelspec.architecture", path.stem)
    sizes = set(re.findall(r"(?<!\d)(512|768)(?!\d)", name))
    if len(sizes) != 1:
        raise ModelError(
            f"{path} is Stable Diffusion 2, of which some files predict the noise and some the "
            "velocity, and nothing says which this does: put the .yaml that it was published with "
            f"beside it, as {beside.name}."
        )
    return "v_prediction" if "768" in sizes else "epsilon"


def _unet(layout: Layout, shapes: Shapes) -> Config:
    config = layout.config("unet")
    levels = range(len(config["block_out_channels"]))
    # The first block of a level: its first layer has its width.
    first = [1 + (config["layers_per_block"] + 1) * level for level in levels]
    widths = [shapes[f"{UNET}input_blocks.{block}.0.in_layers.2.weight"][0] for block in first]
    crossed = "attn2.to_k.weight"
    config |= {
        "block_out_channels": widths,
        "cross_attention_dim": _one(shapes, crossed)[1],
        "in_channels": shapes[f"{UNET}input_blocks.0.0.weight"][1],
        "out_channels": shapes[f"{UNET}out.2.weight"][0],
    }
    if isinstance(config["attention_head_dim"], list):  # the number of heads, as it is misnamed
        config["attention_head_dim"] = [max(1, width // _HEAD) for width in widths]
    if layout is SDXL:
        depths = [_count(shapes, f"{UNET}input_blocks.{k}.1.transformer_blocks.") for k in first]
        config["transformer_layers_per_block"] = [max(1, depth) for depth in depths]
        read = shapes[f"{UNET}label_emb.0.0.weight"][1]
        config["projection_class_embeddings_input_dim"] = read
    if f"{UNET}time_embed.cond_proj.weight" in shapes:
        config["time_cond_proj_dim"] = shapes[f"{UNET}time_embed.cond_proj.weight"][1]
    return config


def _one(shapes: Shapes, end: str) -> tuple[int, ...]:
    """The shape of the first tensor of the UNet whose name ends so."""
    names = [name for name in shapes if name.startswith(UNET) and name.endswith(end)]
    if not names:
        raise KeyError(end)
    return shapes[names[0]]


def _count(shapes: Shapes, prefix: str) -> int:
    """How many layers are numbered behind a beginning of names."""
    names = (name for name in shapes if name.startswith(prefix))
    return len({name.removeprefix(prefix).partition(".")[0] for name in names})


def _vae(config: Config, shapes: Shapes) -> Config:
    levels = range(len(config["block_out_channels"]))
    widths = [shapes[f"{VAE}encoder.down.{level}.block.0.conv1.weight"][0] for level in levels]
    latent = shapes[f"{VAE}post_quant_conv.weight"][0]
    return config | {"block_out_channels": widths, "latent_channels": latent}


def _text(config: Config, encoder: Encoder, shapes: Shapes) -> Config:
    if encoder.openclip:
        names = ("token_embedding.weight", "positional_embedding", "transformer.resblocks.")
        root, inner = encoder.prefix, "mlp.c_fc.weight"
    else:
        names = ("embeddings.token_embedding.weight", "embeddings.position_embedding.weight",
                 "encoder.layers.")  # fmt: skip
        root, inner = f"{encoder.prefix}text_model.", "mlp.fc1.weight"
    tokens, places, layers = (f"{root}{name}" for name in names)
    words, width = shapes[tokens]
    projected = shapes.get(f"{root}text_projection", (width, width))[1]
    return config | {
        "vocab_size": words,
        "hidden_size": width,
        "projection_dim": projected,
        "num_hidden_layers": _count(shapes, layers) - encoder.unread,
        "num_attention_heads": max(1, width // _HEAD),
        "intermediate_size": shapes[f"{layers}0.{inner}"][0],
        "max_position_embeddings": shapes[places][0],
    }
