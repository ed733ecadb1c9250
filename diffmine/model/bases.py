"""What a base is, as its configuration says: how large, and made for images of which size."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import diffusers
import torch

from diffmine.config import SMALL_BASE, ModelConfig
from diffmine.errors import ModelError
from diffmine.model.foreign.checkpoint import least_side
from diffmine.model.foreign.find import embedded, find
from diffmine.model.foreign.hub import Repository, repository_of

_NETWORKS = ("unet", "transformer")
_WHOLE = 16


@dataclass(frozen=True)
class Base:
    """A model to begin with: the weights of its network, the short side in pixels of the images
    that it was made for, a multiple of 16 and no less than it can take, pixels of an image for one
    of its latent, and the configuration of the network as JSON."""

    name: str
    weights: int
    side: int
    factor: int
    network: str


def base_of(name: str | Path) -> Base | None:
    """What is known of a base without loading it; None where nothing is, as where it is not there.

    The side is that of `diffmine.json` beside it, else what its network was trained with. Of a
    repository on the Hub no weights are downloaded.
    """
    where = Path(embedded(str(name)) or name)
    repository = None if where.exists() else repository_of(str(name))
    configs, side = _on_hub(repository) if repository else _on_disk(where)
    part = next((part for part in _NETWORKS if configs.get(part)), None)
    if part is None:
        return None
    network, levels = configs[part], configs.get("vae", {}).get("block_out_channels", [0] * 4)
    text, factor = json.dumps(network, sort_keys=True), 2 ** (len(levels) - 1)
    latent = network.get("sample_size")
    latent = min(latent) if isinstance(latent, list) else latent
    side = side or int(latent or 0) * factor or SMALL_BASE.side
    side = max(side, least_side(configs))
    return Base(str(name), _weights(text), max(_WHOLE, side // _WHOLE * _WHOLE), factor, text)


def network_of(base: Base) -> Any:
    """The network of a base with nothing in it yet, in whatever mode or on whatever device torch
    is told to make tensors."""
    return _network(base.network)


def _on_disk(where: Path) -> tuple[dict[str, Mapping[str, Any]], int]:
    try:
        checkpoint = find(ModelConfig(model=str(where)), online=False)
    except ModelError:  # loading says what is wrong with it
        return {}, 0
    configs = {name: part.config for name, part in checkpoint.parts.items()}
    return configs, min(checkpoint.prompts.image_size) if checkpoint.prompts else 0


def _on_hub(repository: Repository) -> tuple[dict[str, Mapping[str, Any]], int]:
    configs = {
        part: _fetched(repository, f"{part}/config.json") for part in (*_NETWORKS[:1], "vae")
    }
    if not configs["unet"]:
        configs["transformer"] = _fetched(repository, "transformer/config.json")
    size = _fetched(repository, "diffmine.json").get("image_size") or [0]
    return configs, min(size)


def _fetched(repository: Repository, name: str) -> Mapping[str, Any]:
    """A file of configuration of a repository; nothing where it has none or cannot be reached."""
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import HFValidationError

    name = f"{repository.inside}/{name}" if repository.inside else name
    try:
        path = hf_hub_download(repository.name, name, revision=repository.revision or None)
        return dict(json.loads(Path(path).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, HFValidationError):
        return {}


@lru_cache(maxsize=8)
def _weights(config: str) -> int:
    """The weights of a network, of which nothing is made."""
    with torch.device("meta"):
        network = _network(config)
    return sum(weight.numel() for weight in network.parameters())


def _network(config: str) -> Any:
    fields = json.loads(config)
    kind = getattr(diffusers, str(fields.get("_class_name", "UNet2DConditionModel")))
    return kind.from_config({k: v for k, v in fields.items() if not k.startswith("_")})
