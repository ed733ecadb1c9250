"""Stable Diffusion 1 in one .safetensors file, in the layout of its authors.

Such a file has no configuration. Ours is that of Stable Diffusion 1 with the widths that the shapes
of the file's tensors say; the tokenizer is CLIP's, from the merges that OpenAI published (MIT). So
nothing has to be asked for on a network. The file is written once as a folder, in the place where
this user's programs keep what they can make again, and taken from there afterwards.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

from diffmine.errors import ModelError
from diffmine.model.foreign.weights import read_json

OWN = Path(__file__).parent / "sd1"
UNET, VAE, TEXT = "model.diffusion_model.", "first_stage_model.", "cond_stage_model.transformer."
_OTHERS = {
    "conditioner.embedders.": "Stable Diffusion XL",
    "cond_stage_model.model.": "Stable Diffusion 2",
    "joint_blocks.": "Stable Diffusion 3",
    "double_blocks.": "FLUX",
}
_LEVELS = ((1, 0), (4, 0), (7, 0), (10, 0))
"""Input blocks of the UNet that begin a level: their first layer has its width."""
_VERSION = 1
"""Of what is written; another one is written anew."""

Shapes = Mapping[str, tuple[int, ...]]


def configs(path: Path, shapes: Shapes) -> dict[str, dict[str, Any]]:
    """The configuration of each part that a file holds, by its name; of the tokenizer nothing.
    Raises ModelError for a file that is not Stable Diffusion 1."""
    for prefix, name in _OTHERS.items():
        if any(prefix in key for key in shapes):
            raise ModelError(
                f"{path} is {name} in one file, and so diffmine reads only Stable Diffusion 1; "
                "load it with diffusers' from_single_file and save it as a folder."
            )
    if not any(name.startswith(UNET) for name in shapes):
        raise ModelError(
            f"{path} is no model that diffmine knows: it has neither a UNet nor a LoRA in it."
        )
    try:
        return dict(_configs(shapes))
    except KeyError as error:
        raise ModelError(f"{path} is not Stable Diffusion 1: it has no {error}.") from error


def _configs(shapes: Shapes) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "unet", _unet(shapes)
    if any(name.startswith(VAE) for name in shapes):
        yield "vae", _vae(shapes)
    if any(name.startswith(TEXT) for name in shapes):
        yield "text_encoder", _text(shapes)
    yield "tokenizer", {}
    yield "scheduler", read_json(OWN / "scheduler" / "scheduler_config.json")


def _unet(shapes: Shapes) -> dict[str, Any]:
    widths = [
        shapes[f"{UNET}input_blocks.{block}.{layer}.in_layers.2.weight"][0]
        for block, layer in _LEVELS
    ]
    crossed = f"{UNET}input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight"
    sizes = {
        "block_out_channels": widths,
        "cross_attention_dim": shapes[crossed][1],
        "in_channels": shapes[f"{UNET}input_blocks.0.0.weight"][1],
        "out_channels": shapes[f"{UNET}out.2.weight"][0],
    }
    if f"{UNET}time_embed.cond_proj.weight" in shapes:
        sizes["time_cond_proj_dim"] = shapes[f"{UNET}time_embed.cond_proj.weight"][1]
    return read_json(OWN / "unet" / "config.json") | sizes


def _vae(shapes: Shapes) -> dict[str, Any]:
    config = read_json(OWN / "vae" / "config.json")
    levels = range(len(config["block_out_channels"]))
    widths = [shapes[f"{VAE}encoder.down.{level}.block.0.conv1.weight"][0] for level in levels]
    latent = shapes[f"{VAE}post_quant_conv.weight"][0]
    return config | {"block_out_channels": widths, "latent_channels": latent}


def _text(shapes: Shapes) -> dict[str, Any]:
    root = f"{TEXT}text_model."
    words, width = shapes[f"{root}embeddings.token_embedding.weight"]
    layers = {name.split(".")[5] for name in shapes if name.startswith(f"{root}encoder.layers.")}
    return read_json(OWN / "text_encoder" / "config.json") | {
        "vocab_size": words,
        "hidden_size": width,
        "projection_dim": width,
        "num_hidden_layers": len(layers),
        "num_attention_heads": max(1, width // 64),
        "intermediate_size": shapes[f"{root}encoder.layers.0.mlp.fc1.weight"][0],
        "max_position_embeddings": shapes[f"{root}embeddings.position_embedding.weight"][0],
    }


def converted(path: Path, parts: Mapping[str, Mapping[str, Any]]) -> Path:
    """The folder of a file's parts, written where it is not there yet."""
    state = path.stat()
    words = [str(path.resolve()), state.st_size, state.st_mtime_ns, _VERSION]
    name = hashlib.sha256(json.dumps(words).encode()).hexdigest()[:24]
    shelf = _shelf()
    if (shelf / name).is_dir():
        return shelf / name
    try:
        shelf.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=shelf, prefix=".") as temporary:
            _write(path, Path(temporary), parts)
            os.replace(temporary, shelf / name)
            Path(temporary).mkdir()  # which the context removes
    except OSError as error:
        if (shelf / name).is_dir():  # another process was faster
            return shelf / name
        reason = error.strerror or str(error)
        raise ModelError(f"{path} cannot be written as a folder to {shelf}: {reason}.") from error
    return shelf / name


def _shelf() -> Path:
    moved = os.environ.get("DIFFMINE_DATA")
    root = Path(moved) / "cache" if moved else user_cache_path("diffmine", appauthor=False)
    return root / "models"


def _write(path: Path, folder: Path, parts: Mapping[str, Mapping[str, Any]]) -> None:
    from diffusers import AutoencoderKL, UNet2DConditionModel

    for name, config in parts.items():
        if name in ("unet", "vae", "text_encoder"):
            (folder / name).mkdir()
            (folder / name / "config.json").write_text(json.dumps(config), encoding="utf-8")
    how = {"config": str(folder), "local_files_only": True, "torch_dtype": _dtype(path)}
    kinds = {"unet": UNet2DConditionModel, "vae": AutoencoderKL}
    for name, kind in kinds.items():
        if name in parts:
            part = kind.from_single_file(str(path), subfolder=name, **how)
            part.save_pretrained(folder / name, safe_serialization=True)
    if "text_encoder" in parts:
        _write_text(path, folder / "text_encoder")
    tokenizer().save_pretrained(folder / "tokenizer")
    shutil.copytree(OWN / "scheduler", folder / "scheduler")


def _dtype(path: Path) -> Any:
    from safetensors import safe_open

    with safe_open(path, framework="pt") as file:
        return file.get_tensor(f"{UNET}out.2.bias").dtype


def _write_text(path: Path, folder: Path) -> None:
    from safetensors import safe_open
    from safetensors.torch import save_file

    with safe_open(path, framework="pt") as file:
        names = [name for name in file.keys() if name.startswith(TEXT)]  # noqa: SIM118
        names = [name for name in names if not name.endswith("position_ids")]
        weights = {name.removeprefix(TEXT): file.get_tensor(name).contiguous() for name in names}
    save_file(weights, folder / "model.safetensors", {"format": "pt"})


def tokenizer() -> Any:
    """CLIP's tokenizer, made of its merges."""
    from transformers import CLIPTokenizer

    from diffmine.model.tiny import printable

    text = gzip.decompress((OWN / "merges.txt.gz").read_bytes()).decode()
    merges = [tuple(line.split()) for line in text.splitlines()]
    units = [chr(code) for code in printable()]
    words = [*units, *(f"{unit}</w>" for unit in units), *map("".join, merges)]
    words += ["<|startoftext|>", "<|endoftext|>"]
    return CLIPTokenizer(
        vocab={word: number for number, word in enumerate(words)},
        merges=merges,
        model_max_length=77,
    )
