"""A random model of the full size of Stable Diffusion 1.5, trained and mined here.

    python -m benchmarks.full_size FOLDER       # under 24 GB of memory

Everything but quality: its weights are random and its tokenizer has no words, but shapes,
memory and the way through all parts are those of the real one. It prints the time of each step and
the most memory that the process had.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from PIL import Image
from transformers import CLIPTextConfig, CLIPTextModel

from diffmine.config import BuildConfig, DataConfig, FinetuneConfig, MineConfig, TypicalityConfig
from diffmine.model.tiny import _scheduler, byte_tokenizer

_UNET = {"sample_size": 64, "cross_attention_dim": 768, "attention_head_dim": 8}
_VAE = {
    "block_out_channels": (128, 256, 512, 512),
    "layers_per_block": 2,
    "down_block_types": ("DownEncoderBlock2D",) * 4,
    "up_block_types": ("UpDecoderBlock2D",) * 4,
    "latent_channels": 4,
    "sample_size": 512,
}


def make(folder: Path) -> Path:
    """Write the model in float16, one part after the other."""
    if (folder / "model_index.json").is_file():
        return folder
    tokenizer = byte_tokenizer()
    text = CLIPTextConfig(
        vocab_size=49408,
        hidden_size=768,
        intermediate_size=3072,
        num_hidden_layers=12,
        num_attention_heads=12,
        projection_dim=768,
        max_position_embeddings=77,
        bos_token_id=len(tokenizer) - 2,
        eos_token_id=len(tokenizer) - 1,
    )
    parts: dict[str, Callable[[], Any]] = {
        "unet": lambda: UNet2DConditionModel(**_UNET),
        "vae": lambda: AutoencoderKL(**_VAE),
        "text_encoder": lambda: CLIPTextModel(text),
    }
    for name, part in parts.items():
        part().half().save_pretrained(folder / name)
    tokenizer.save_pretrained(folder / "tokenizer")
    _scheduler().save_pretrained(folder / "scheduler")
    names = {
        "unet": ["diffusers", "UNet2DConditionModel"],
        "vae": ["diffusers", "AutoencoderKL"],
        "text_encoder": ["transformers", "CLIPTextModel"],
        "tokenizer": ["transformers", "CLIPTokenizer"],
        "scheduler": ["diffusers", "DDIMScheduler"],
    }
    index = {"_class_name": "StableDiffusionPipeline", **names}
    (folder / "model_index.json").write_text(json.dumps(index, indent=1))
    return folder


def pictures(folder: Path) -> Path:
    """Two labels of two pictures of noise, 256 pixels."""
    for label in ("one", "two"):
        (folder / label).mkdir(parents=True, exist_ok=True)
        for number in range(2):
            noise = torch.randint(256, (256, 256, 3), dtype=torch.uint8).numpy()
            Image.fromarray(noise).save(folder / label / f"{number}.png")
    return folder


def main() -> None:
    """Make the model, train two steps with LoRA, score and mine."""
    from diffmine.model.speed import peak
    from diffmine.pipeline.build import build

    root = Path(sys.argv[1])
    torch.manual_seed(0)
    began = time.monotonic()
    base = make(root / "base")
    print(f"made: {time.monotonic() - began:.0f} s", flush=True)
    config = BuildConfig(
        data=DataConfig(image_size=256, view=0),
        finetune=FinetuneConfig(
            base=str(base), lora=8, steps=2, batch=2, shifts=1, checkpoint=1, samples=0
        ),
        typicality=TypicalityConfig(draws=4, batch=8),
        mine=MineConfig(per_image=2, per_label=2),
    )

    def progress(stage: str, done: int, total: int, unit: str, note: str = "") -> None:
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        seconds = time.monotonic() - began
        print(f"{seconds:6.0f} s {most:5.1f} GB {stage} {done}/{total} {unit} {note}", flush=True)
        if stage == "cluster":
            raise KeyboardInterrupt  # what follows is no other work

    print(f"{peak(torch.device('cpu'), torch.bfloat16) / 1e9:.0f} GFLOP/s in bfloat16", flush=True)
    try:
        build(pictures(root / "data"), root / "atlas", config, progress=progress)
    except KeyboardInterrupt:
        print("trained, scored and mined")


if __name__ == "__main__":
    main()
