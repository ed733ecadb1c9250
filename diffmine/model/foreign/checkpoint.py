"""A model as somebody has it, before it is loaded: which parts lie where, and its prompts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from diffmine.config import ModelConfig
from diffmine.model.foreign.place import Part
from diffmine.model.foreign.profiles import Profile
from diffmine.model.prompts import Prompts


@dataclass(frozen=True)
class Source:
    """Files that a model is made of, by their names in a folder; and what it was asked for as."""

    name: str
    folder: Path
    files: tuple[str, ...]


@dataclass(frozen=True)
class Checkpoint:
    """A model before it is loaded. `config` says where it is, for the next time, with each
    repository at a commit; `sources` are the files it is made of; `index` is its model_index.json;
    `folder` its folder, where that is a whole model that loads as it is."""

    config: ModelConfig
    parts: Mapping[str, Part]
    sources: tuple[Source, ...]
    prompts: Prompts | None
    profile: Profile | None = None
    lora: Path | None = None
    index: Mapping[str, Any] = field(default_factory=dict)
    folder: Path | None = None

    @property
    def name(self) -> str:
        """What it was asked for as."""
        return self.config.model

    @property
    def side(self) -> int:
        """The short side of the images it was made for, in pixels, or of the smallest that it can
        be asked of; 0 where nothing says it."""
        known = min(self.prompts.image_size) if self.prompts else own_side(self.parts)
        return max(known, self.least) if known else 0

    @property
    def least(self) -> int:
        """The short side of the smallest images that it can be asked of, in pixels; 0: any."""
        return least_side({name: part.config for name, part in self.parts.items()})


def own_side(parts: Mapping[str, Part]) -> int:
    """What the configs of UNet and autoencoder say of the images' short side, in pixels; 0 where
    they do not."""
    if not {"unet", "vae"} <= set(parts):
        return 0
    size = parts["unet"].config.get("sample_size") or 0
    low = min(size) if isinstance(size, list) else int(size)
    return low * 2 ** (len(parts["vae"].config.get("block_out_channels", [0])) - 1)


def least_side(configs: Mapping[str, Mapping[str, Any]]) -> int:
    """The short side of the smallest images that a model can be asked of, in pixels, by the configs
    of its parts: it leaves two latent pixels where the UNet is deepest, for over one alone nothing
    can be normalised. 0 for a transformer, and where no config says how deep it is."""
    parts = (configs.get(name, {}) for name in ("unet", "vae"))
    unet, vae = (len(part.get("block_out_channels") or ()) for part in parts)
    return 2 ** (unet + vae - 1) if unet and vae else 0
