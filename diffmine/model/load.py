"""A model from a folder or from the Hub, by the family that knows it."""

from __future__ import annotations

import json
from pathlib import Path

import torch

from diffmine.errors import ModelError
from diffmine.model.devices import best_device, best_dtype
from diffmine.model.families import FAMILIES
from diffmine.model.model import Model
from diffmine.model.prompts import Prompts, read_prompts

EMBEDDED = Path(__file__).parents[2] / "assets" / "models"


def resolve(name: str | Path) -> str:
    """The folder or Hub repository that a model's name means; `tiny` is the embedded base."""
    if str(name) != "tiny":
        return str(name)
    if not (EMBEDDED / "base").is_dir():
        raise ModelError(f"The embedded base model is missing: {EMBEDDED / 'base'} is no folder.")
    return str(EMBEDDED / "base")


def load_model(
    path: str | Path, device: torch.device | str | None = None, dtype: torch.dtype | None = None
) -> Model:
    """Load a folder or Hub repository in diffusers' layout; safetensors only.

    Args:
        path: Folder, Hub repository, or `tiny` for the small model that comes with diffmine.
        device: By default the GPU, if there is one.
        dtype: Of the weights; by default what suits the device.

    Returns:
        The model, frozen, with the prompts it was trained with if they are kept beside it.

    Raises:
        ModelError: No family knows its parts, one is missing or is not safetensors, or the model
            does not predict noise.

    Example:
        >>> model = load_model("tiny")
        >>> model.multiple
        16
    """
    where = resolve(path)
    device = torch.device(device) if device else best_device()
    parts = _parts(where)
    family = next((family for family in FAMILIES if family.knows(parts)), None)
    if family is None:
        names = ", ".join(family.name for family in FAMILIES)
        kind = parts.get("_class_name", "pipeline of another kind")
        raise ModelError(f"The model {where} is a {kind}; diffmine reads {names}.")
    try:
        model = family.load(where, device, dtype or best_dtype(device))
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ModelError(f"The model {where} cannot be loaded: {reason}") from error
    local = Path(where)
    model.prompts = read_prompts(local) if local.is_dir() else _hub_prompts(where)
    return model


def _parts(where: str) -> dict[str, str]:
    """The class of each part of a pipeline, and its own under `_class_name`; none where there is no
    model_index.json that can be read."""
    path = Path(where) / "model_index.json" if Path(where).is_dir() else hub_file(where)
    try:
        index = json.loads(path.read_text(encoding="utf-8")) if path else {}
    except (OSError, ValueError):
        return {}
    parts = {
        name: value[1]
        for name, value in index.items()
        if isinstance(value, list) and len(value) == 2 and isinstance(value[1], str)
    }
    return parts | {"_class_name": str(index.get("_class_name", ""))} if index else {}


def hub_file(repo: str, name: str = "model_index.json") -> Path | None:
    """A file of a Hub repository, None where it has none or cannot be asked."""
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import HFValidationError

    try:
        return Path(hf_hub_download(repo, name))
    except (OSError, HFValidationError):  # loading the parts reports what cannot be reached
        return None


def _hub_prompts(repo: str) -> Prompts | None:
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import EntryNotFoundError

    try:
        return read_prompts(Path(hf_hub_download(repo, "diffmine.json")).parent)
    except EntryNotFoundError:
        return None
