"""A model from a folder, a file or the Hub, by the family that knows it."""

from __future__ import annotations

from pathlib import Path

import torch

from diffmine.config import ModelConfig
from diffmine.errors import ModelError
from diffmine.model.devices import best_device, best_dtype
from diffmine.model.families import FAMILIES
from diffmine.model.families.base import Family
from diffmine.model.foreign.assemble import assembled, index_of
from diffmine.model.foreign.checkpoint import Checkpoint
from diffmine.model.foreign.find import embedded, find
from diffmine.model.foreign.lora import add_lora
from diffmine.model.model import Model
from diffmine.model.prompts import NAME, read_prompts, read_weights


def resolve(name: str | Path) -> str:
    """The folder or Hub repository that a model's name means; `tiny` is the embedded base."""
    return str(embedded(str(name)) or name)


def load_model(
    path: str | Path, device: torch.device | str | None = None, dtype: torch.dtype | None = None
) -> Model:
    """Load a model; safetensors only.

    Args:
        path: Folder of a whole model in diffusers' layout, of a UNet or of a training's checkpoint
            that has the other parts above it; a .safetensors file; a repository on the Hub, which
            is downloaded once; `tiny` for the small model that comes with diffmine; or the
            diffmine.json of an atlas.
        device: By default the GPU, if there is one.
        dtype: Of the weights; by default what suits the device.

    Returns:
        The model, frozen, with the prompts it was trained with if they are kept beside it or
        published.

    Raises:
        ModelError: No family knows its parts, one is missing or is not safetensors, or the model
            does not predict noise.

    Example:
        >>> model = load_model("tiny")
        >>> model.multiple
        16
    """
    path = Path(path) if Path(path).is_dir() else path
    own = read_weights(Path(path)) if Path(path).name == NAME else None
    if own is None:
        return load_checkpoint(find(ModelConfig(model=str(path))), device, dtype)
    model = load_checkpoint(find(own, online=False), device, dtype)
    model.prompts = read_prompts(Path(path))
    return model


def load_checkpoint(
    checkpoint: Checkpoint,
    device: torch.device | str | None = None,
    dtype: torch.dtype | None = None,
) -> Model:
    """Load what was found; see `load_model`."""
    if dtype is not None and not isinstance(dtype, torch.dtype):
        # The libraries would take float32 for it and say nothing.
        raise ModelError(f"The dtype {dtype!r} is none of torch's; give one as torch.float16.")
    device = torch.device(device) if device else best_device()
    family, dtype = family_of(checkpoint), dtype or best_dtype(device)
    # In bfloat16 most of what a small adapter adds to a weight would be rounded away
    # (findings/peft-merging-in-bfloat16-loses-a-young-adapter.sh).
    late = checkpoint.lora is not None and dtype is torch.bfloat16
    with assembled(checkpoint) as folder:
        try:
            model = family.load(str(folder), device, torch.float32 if late else dtype)
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            reason = str(error).strip().splitlines()[0] if str(error).strip() else ""
            reason = reason.replace(str(folder), checkpoint.name) or type(error).__name__
            raise ModelError(f"The model {checkpoint.name} cannot be loaded: {reason}") from error
    model.name = checkpoint.name
    if checkpoint.lora is not None:
        add_lora(model, checkpoint.lora, checkpoint.config.lora_scale)
    if late:
        for part in model.parts.folders.values():
            if hasattr(part, "parameters"):
                part.to(dtype)
    model.prompts = checkpoint.prompts
    return model


def family_of(checkpoint: Checkpoint) -> Family:
    """The family that knows a model's parts; ModelError where none does."""
    index = index_of(checkpoint)
    parts = {
        name: value[1]
        for name, value in index.items()
        if isinstance(value, list) and len(value) == 2 and isinstance(value[1], str)
    }
    parts |= {"_class_name": str(index.get("_class_name", ""))}
    family = next((family for family in FAMILIES if family.knows(parts)), None)
    if family is None:
        names = ", ".join(family.name for family in FAMILIES)
        kind = parts["_class_name"] or "pipeline of another kind"
        raise ModelError(f"The model {checkpoint.name} is a {kind}; diffmine reads {names}.")
    return family
