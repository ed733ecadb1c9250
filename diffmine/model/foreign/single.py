"""Stable Diffusion 1, 2 or XL in one .safetensors file, in the layout of its authors.

What is in such a file stands in foreign/layouts.py; the tokenizer is CLIP's, from the merges that
OpenAI published (MIT). The file is written once as a folder, in the place where this user's
programs keep what they can make again, and taken from there afterwards.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

from diffmine.errors import ModelError
from diffmine.model.foreign.layouts import SD1, UNET, Encoder, layout_of
from diffmine.model.foreign.openclip import renamed
from diffmine.model.foreign.weights import header

_VERSION = 2
"""Of what is written; another one is written anew."""


def converted(path: Path, parts: Mapping[str, Mapping[str, Any]]) -> Path:
    """The folder of a file's parts, written where it is not there yet."""
    state = path.stat()
    words = [str(path.resolve()), state.st_size, state.st_mtime_ns, _VERSION, parts]
    name = hashlib.sha256(json.dumps(words, sort_keys=True).encode()).hexdigest()[:24]
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

    layout = layout_of(path, header(path))
    for name, config in parts.items():
        if not name.startswith("tokenizer"):
            (folder / name).mkdir()
            file = "scheduler_config.json" if name == "scheduler" else "config.json"
            (folder / name / file).write_text(json.dumps(config), encoding="utf-8")
    how = {"config": str(folder), "local_files_only": True, "torch_dtype": _dtype(path)}
    kinds = {"unet": UNet2DConditionModel, "vae": AutoencoderKL}
    for name, kind in kinds.items():
        if name in parts:
            part = kind.from_single_file(str(path), subfolder=name, **how)
            part.save_pretrained(folder / name, safe_serialization=True)
    for name, encoder in layout.encoders.items():
        if name in parts:
            _write_text(path, encoder, parts[name], folder / name)
        words = name.replace("text_encoder", "tokenizer")
        if words in parts:
            tokenizer(zeros=encoder.openclip).save_pretrained(folder / words)


def _dtype(path: Path) -> Any:
    from safetensors import safe_open

    with safe_open(path, framework="pt") as file:
        return file.get_tensor(f"{UNET}out.2.bias").dtype


def _write_text(path: Path, encoder: Encoder, config: Mapping[str, Any], folder: Path) -> None:
    from safetensors import safe_open
    from safetensors.torch import save_file

    with safe_open(path, framework="pt") as file:
        names = [name for name in file.keys() if name.startswith(encoder.prefix)]  # noqa: SIM118
        names = [name for name in names if not name.endswith("position_ids")]
        weights = {name.removeprefix(encoder.prefix): file.get_tensor(name) for name in names}
    if encoder.openclip:
        projected = "CLIPTextModelWithProjection" in config["architectures"]
        weights = renamed(weights, config["num_hidden_layers"], projected)
    weights = {name: weight.contiguous() for name, weight in weights.items()}
    save_file(weights, folder / "model.safetensors", {"format": "pt"})


def tokenizer(zeros: bool = False) -> Any:
    """CLIP's tokenizer, made of its merges; with `zeros` a short prompt is filled up with number 0,
    as OpenCLIP does, which is also the number of "!"."""
    from transformers import CLIPTokenizer

    from diffmine.model.tiny import printable

    text = gzip.decompress((SD1.folder / "merges.txt.gz").read_bytes()).decode()
    merges = [tuple(line.split()) for line in text.splitlines()]
    units = [chr(code) for code in printable()]
    words = [*units, *(f"{unit}</w>" for unit in units), *map("".join, merges)]
    words += ["<|startoftext|>", "<|endoftext|>"]
    return CLIPTokenizer(
        vocab={word: number for number, word in enumerate(words)},
        merges=merges,
        model_max_length=77,
        **({"pad_token": "!"} if zeros else {}),
    )
