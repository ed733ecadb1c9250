"""What lies at one place: the parts of a model in a folder, or a file that holds some of them.

A folder may be a whole model (unet, vae, text_encoder, tokenizer, scheduler), a UNet alone, a
checkpoint of a training (its unet/), a LoRA, or hold one .safetensors file; a file is a LoRA, a
UNet beside its config.json, or Stable Diffusion 1, 2 or XL in the layout of its authors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from diffmine.errors import ModelError
from diffmine.model.foreign import layouts
from diffmine.model.foreign.weights import (
    SAFE,
    Weights,
    header,
    read_json,
    refuse_pickles,
    weights_of,
)

NETWORKS = ("unet", "vae", "text_encoder", "text_encoder_2", "text_encoder_3", "transformer")
"""Parts that have weights."""
TEXTS = ("tokenizer", "tokenizer_2", "tokenizer_3", "scheduler")
INDEX = "model_index.json"
_ABOVE = 2
"""Folders above a UNet alone in which its other parts may be: a training's and its checkpoint's."""


@dataclass(frozen=True)
class Part:
    """A part of a model: its folder, its config, and its weights, which a scheduler and a tokenizer
    lack. A part of a single file has no folder, and the config that its shapes say."""

    name: str
    config: Mapping[str, Any]
    folder: Path | None = None
    weights: Weights | None = None
    file: Path | None = None

    @property
    def shapes(self) -> Mapping[str, tuple[int, ...]]:
        """The shape of every tensor by its name, as the part has it in its own folder."""
        return self.weights.shapes if self.weights is not None else {}

    def files(self) -> list[Path]:
        """Every file that it is loaded from."""
        if self.file is not None:
            return [self.file]
        assert self.folder is not None
        texts = [path for path in self.folder.iterdir() if path.suffix in (".json", ".txt")]
        texts = [path for path in texts if ".index." not in path.name and path.is_file()]
        weights = self.weights.files.values() if self.weights is not None else ()
        return sorted({*texts, *weights})


@dataclass(frozen=True)
class Place:
    """What lies at a path: parts by their names, perhaps a LoRA, and model_index.json. `home` is
    the folder in which a diffmine.json may stand."""

    path: Path
    home: Path
    parts: Mapping[str, Part] = field(default_factory=dict)
    lora: Path | None = None
    index: Mapping[str, Any] = field(default_factory=dict)


def read_place(path: Path) -> Place:
    """What lies at a path. Raises ModelError where that is no model, or one that is a pickle."""
    if path.is_file():
        return _file(path)
    index = read_json(path / INDEX)
    parts = _parts(path)
    if index or set(parts) & set(NETWORKS):
        near = {} if index or "vae" in parts else _above(path)
        return Place(path, path, near | parts, index=index or read_json(path.parent / INDEX))
    if "down_block_types" in read_json(path / "config.json"):
        return _unet(path)
    return _loose(path)


def read_encoder(folder: Path) -> Place:
    """A folder that is a text encoder itself with its tokenizer, as those of CLIP."""
    encoder = _network("text_encoder", folder)
    return Place(
        folder, folder, {"text_encoder": encoder, "tokenizer": Part("tokenizer", {}, folder)}
    )


def _parts(folder: Path) -> dict[str, Part]:
    parts = {name: _network(name, folder / name) for name in NETWORKS if (folder / name).is_dir()}
    for name in TEXTS:
        if (folder / name).is_dir():
            config = read_json(folder / name / "scheduler_config.json")
            parts[name] = Part(name, config, folder / name)
    return parts


def _network(name: str, folder: Path) -> Part:
    config, weights = read_json(folder / "config.json"), weights_of(folder)
    if not config:
        raise ModelError(f"{folder} has no config.json.")
    if weights is None:
        raise ModelError(f"{folder} has no weights as {SAFE} files.")
    return Part(name, config, folder, weights)


def _unet(folder: Path) -> Place:
    """A UNet alone; the folders above may hold its other parts."""
    unet = {"unet": _network("unet", folder)}
    whole = folder.name == "unet" and (folder.parent / INDEX).is_file()
    home = folder.parent if whole else folder
    return Place(folder, home, _above(folder) | unet, index=read_json(home / INDEX))


def _above(folder: Path) -> dict[str, Part]:
    """The parts, but for a UNet, that stand in the folders above a folder; the nearest ones."""
    near: dict[str, Part] = {}
    for above in folder.resolve().parents[:_ABOVE]:
        near = {name: part for name, part in _parts(above).items() if name != "unet"} | near
    return near


def _loose(folder: Path) -> Place:
    """A folder without parts: one file of weights, or nothing to load."""
    names = sorted(path.name for path in folder.iterdir() if path.is_file())
    files = [name for name in names if name.endswith(SAFE)]
    steps = sorted(path.name for path in folder.glob("checkpoint-*") if path.is_dir())
    if len(files) == 1:
        return _file(folder / files[0])
    if files:
        raise ModelError(f"{folder} holds {len(files)} models, as {files[0]}; give one of them.")
    if steps:
        raise ModelError(f"{folder} holds checkpoints; give one of them, as {folder / steps[-1]}.")
    refuse_pickles(folder, names)
    raise ModelError(
        f"{folder} is no model: it has no {INDEX}, no unet and no {SAFE} file; give the folder of "
        "one."
    )


def _file(path: Path) -> Place:
    refuse_pickles(path.parent, [path.name])
    if path.suffix != SAFE:
        raise ModelError(f"{path} is no model: give a folder or a {SAFE} file.")
    shapes = header(path)
    if any("lora" in name for name in shapes):
        return Place(path, path.parent, lora=path)
    if "down_blocks.0.resnets.0.conv1.weight" in shapes:
        if not (path.parent / "config.json").is_file():
            raise ModelError(f"{path} is a UNet without its config.json; put that beside it.")
        return _unet(path.parent)
    parts = {
        name: Part(name, config, file=path)
        for name, config in layouts.configs(path, shapes).items()
    }
    return Place(path, path.parent, parts)
