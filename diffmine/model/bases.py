"""What a base is, as its configuration says: how large, and made for images of which size."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import diffusers
import torch

from diffmine.config import SMALL_BASE
from diffmine.model.load import hub_file, resolve
from diffmine.model.prompts import Prompts, read_prompts

_NETWORKS = ("unet", "transformer")


@dataclass(frozen=True)
class Base:
    """A model to begin with: the weights of its network, and the short side in pixels of the images
    that it was made for, a multiple of 16."""

    name: str
    weights: int
    side: int


def base_of(name: str | Path) -> Base | None:
    """What is known of a base without loading it; None where nothing is, as where it is not there.

    The side is that of `diffmine.json` beside it, else what its network was trained with.
    """
    where = resolve(name)
    for part in _NETWORKS:
        fields = _config(where, f"{part}/config.json")
        if fields:
            weights = _weights(json.dumps(fields, sort_keys=True))
            return Base(where, weights, _side(where, fields, _config(where, "vae/config.json")))
    return None


def own_prompts(where: str) -> Prompts | None:
    """The prompts beside a folder's model."""
    return read_prompts(Path(where)) if Path(where).is_dir() else None


def _side(where: str, network: dict[str, Any], vae: dict[str, Any]) -> int:
    prompts = own_prompts(where)
    if prompts is not None:
        return max(16, min(prompts.image_size) // 16 * 16)
    latent, levels = network.get("sample_size"), vae.get("block_out_channels", [0] * 4)
    latent = min(latent) if isinstance(latent, list) else latent
    return int(latent) * 2 ** (len(levels) - 1) // 16 * 16 if latent else SMALL_BASE.side


def _config(where: str, name: str) -> dict[str, Any]:
    path = Path(where) / name if Path(where).is_dir() else hub_file(where, name)
    try:
        return dict(json.loads(path.read_text(encoding="utf-8"))) if path else {}
    except (OSError, ValueError, TypeError):
        return {}


@lru_cache(maxsize=8)
def _weights(config: str) -> int:
    """The weights of a network, of which nothing is made."""
    fields = json.loads(config)
    kind = getattr(diffusers, str(fields.get("_class_name", "")), None)
    if kind is None or not hasattr(kind, "from_config"):
        return 0
    with torch.device("meta"):
        network = kind.from_config(fields)
    return sum(weight.numel() for weight in network.parameters())
