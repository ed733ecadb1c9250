"""A model as a folder that diffusers and diffmine read."""

from __future__ import annotations

import json
from pathlib import Path

import torch

from diffmine.model.model import Model
from diffmine.model.prompts import Prompts


def save_model(
    model: Model, folder: Path, prompts: Prompts | None, shard: str = "9MB", half: bool = True
) -> None:
    """Write the parts of a model under `folder`, in float16 and in files of at most `shard`."""
    dtype = torch.float16 if half else torch.float32
    for name in ("unet", "vae", "text_encoder"):
        part = getattr(model, name)
        before = part.dtype
        part.to(dtype=dtype, memory_format=torch.contiguous_format).save_pretrained(
            folder / name, safe_serialization=True, max_shard_size=shard
        )
        part.to(dtype=before)
        _forget_origin(folder / name / "config.json")
    model.tokenizer.save_pretrained(folder / "tokenizer")
    model.scheduler.save_pretrained(folder / "scheduler")
    (folder / "model_index.json").write_text(_MODEL_INDEX)
    if prompts is not None:
        (folder / "diffmine.json").write_text(prompts.check().to_json(), encoding="utf-8")


def _forget_origin(path: Path) -> None:
    """Take out where the part was loaded from: a model is passed on, its owner's paths are not."""
    fields = json.loads(path.read_text(encoding="utf-8"))
    fields.pop("_name_or_path", None)
    path.write_text(json.dumps(fields, indent=1, sort_keys=True) + "\n", encoding="utf-8")


_MODEL_INDEX = """{
 "_class_name": "StableDiffusionPipeline",
 "feature_extractor": [null, null],
 "requires_safety_checker": false,
 "safety_checker": [null, null],
 "scheduler": ["diffusers", "DDIMScheduler"],
 "text_encoder": ["transformers", "CLIPTextModel"],
 "tokenizer": ["transformers", "CLIPTokenizer"],
 "unet": ["diffusers", "UNet2DConditionModel"],
 "vae": ["diffusers", "AutoencoderKL"]
}
"""
