"""A model as a folder that diffusers and diffmine read."""

from __future__ import annotations

import json
from inspect import signature
from pathlib import Path
from typing import Any

import torch

from diffmine.model.model import Model
from diffmine.model.prompts import Prompts


def save_model(
    model: Model, folder: Path, prompts: Prompts | None, shard: str = "9MB", half: bool = True
) -> None:
    """Write the parts of a model under `folder`, in float16 and in files of at most `shard`."""
    dtype = torch.float16 if half else torch.float32
    for name, part in model.parts.folders.items():
        if not hasattr(part, "parameters"):
            part.save_pretrained(folder / name)
            if name == "scheduler":
                _own_fields(folder / name / "scheduler_config.json", type(part))
            continue
        before = part.dtype
        part.to(dtype=dtype, memory_format=torch.contiguous_format).save_pretrained(
            folder / name, safe_serialization=True, max_shard_size=shard
        )
        part.to(dtype=before)
        _forget_origin(folder / name / "config.json")
    (folder / "model_index.json").write_text(_index(model))
    if prompts is not None:
        (folder / "diffmine.json").write_text(prompts.check().to_json(), encoding="utf-8")


def _own_fields(path: Path, kind: type[Any]) -> None:
    """Take out the settings of the scheduler that the model came with and that this one has not:
    diffusers keeps and writes what it was given."""
    known = signature(kind).parameters
    fields = json.loads(path.read_text(encoding="utf-8"))
    own = {name: value for name, value in fields.items() if name in known or name in _SIGNED}
    path.write_text(json.dumps(own, indent=2, sort_keys=True) + "\n", encoding="utf-8")


_SIGNED = ("_class_name", "_diffusers_version")


def _forget_origin(path: Path) -> None:
    """Take out where the part was loaded from: a model is passed on, its owner's paths are not."""
    fields = json.loads(path.read_text(encoding="utf-8"))
    fields.pop("_name_or_path", None)
    path.write_text(json.dumps(fields, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _index(model: Model) -> str:
    """What diffusers reads first: the class of each part."""
    rows = model.parts.index | {
        name: [type(part).__module__.split(".")[0], type(part).__name__]
        for name, part in model.parts.folders.items()
    }
    return (
        "{\n"
        + ",\n".join(f' "{name}": {json.dumps(rows[name])}' for name in sorted(rows))
        + "\n}\n"
    )
