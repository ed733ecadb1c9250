"""A random model of the full size of Stable Diffusion 1.5: twelve pictures mined with it here.

    python -m benchmarks.full_size FOLDER       # under 24 GB of memory, 4 GB of disk

Everything but quality: its weights are random, but shapes, memory and the way through all parts are
those of the real one. Adapters are trained for two steps, then all stages run with few draws and
steps, and the app opens what they made. It prints the seconds and the most memory of each stage, of
this process and its children together.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import psutil
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel

from demos.base.dead_leaves import dead_leaves
from diffmine.app.page import build as page
from diffmine.config import (
    BuildConfig,
    ClusterConfig,
    DataConfig,
    FinetuneConfig,
    MineConfig,
    TranslateConfig,
    TrendsConfig,
    TypicalityConfig,
)
from diffmine.model.devices import best_dtype
from diffmine.model.foreign.layouts import SD1
from diffmine.model.foreign.single import tokenizer
from diffmine.pipeline.build import build

SIDE, EACH, LABELS = 256, 6, ("coarse", "fine")
INDEX = {
    "_class_name": "StableDiffusionPipeline",
    "unet": ["diffusers", "UNet2DConditionModel"],
    "vae": ["diffusers", "AutoencoderKL"],
    "text_encoder": ["transformers", "CLIPTextModel"],
    "tokenizer": ["transformers", "CLIPTokenizer"],
    "scheduler": ["diffusers", "DDIMScheduler"],
}


def model(folder: Path) -> Path:
    """Write the model in float16 where it is not there, one part after the other."""
    if (folder / "model_index.json").is_file():
        return folder
    parts: dict[str, Callable[[dict[str, Any]], Any]] = {
        "unet": lambda config: UNet2DConditionModel(**config),
        "vae": lambda config: AutoencoderKL(**config),
        "text_encoder": lambda config: CLIPTextModel(CLIPTextConfig(**config)),
    }
    for name, part in parts.items():
        config = SD1.config(name)
        config.pop("_class_name", None)
        part(config).half().save_pretrained(folder / name)
    tokenizer().save_pretrained(folder / "tokenizer")
    (folder / "scheduler").mkdir(exist_ok=True)
    text = json.dumps(SD1.config("scheduler"))
    (folder / "scheduler" / "scheduler_config.json").write_text(text)
    (folder / "model_index.json").write_text(json.dumps(INDEX, indent=1))
    return folder


def pictures(folder: Path) -> Path:
    """Two labels of six pictures of dead leaves, whole and the middle of larger ones."""
    for number in range(EACH * len(LABELS)):
        label = LABELS[number % 2]
        (folder / label).mkdir(parents=True, exist_ok=True)
        picture = dead_leaves(number, SIDE)
        if label == "coarse":
            quarter = SIDE // 4
            picture = picture.crop((quarter, quarter, 3 * quarter, 3 * quarter))
            picture = picture.resize((SIDE, SIDE))
        picture.save(folder / label / f"{number:02d}.png")
    return folder


def config(base: Path) -> BuildConfig:
    """All stages with little to do."""
    return BuildConfig(
        data=DataConfig(image_size=SIDE),
        finetune=FinetuneConfig(
            base=str(base), lora=8, steps=2, batch=2, shifts=1, checkpoint=1, samples=0
        ),
        typicality=TypicalityConfig(draws=4, batch=32, shard=4, precision=_arithmetic()),
        mine=MineConfig(per_image=2, per_label=8),
        cluster=ClusterConfig(elements=2, noises=1, batch=4, shard=4),
        translate=TranslateConfig(steps=2, per_label=1, draws=4, preview=1),
        trends=TrendsConfig(per_label=1, draws=4, bootstrap=20),
    )


def _arithmetic() -> Literal["bf16", "fp32"]:
    """The fast one, untried: trying it takes longer than scoring a dozen pictures."""
    return "bf16" if best_dtype(torch.device("cpu")) is torch.bfloat16 else "fp32"


@dataclass
class Memory:
    """The most bytes that this process and its children have held, by stage."""

    stage: str = ""
    most: dict[str, int] = field(default_factory=dict)

    def look(self) -> None:
        """What they hold now; pages that several share count for each."""
        own = psutil.Process()
        held = 0
        for process in (own, *own.children(recursive=True)):
            try:
                held += process.memory_info().rss
            except psutil.NoSuchProcess:
                continue
        self.most[self.stage] = max(held, self.most.get(self.stage, 0))


@contextmanager
def watched(memory: Memory) -> Iterator[None]:
    """Inside, memory is looked at every fifth of a second."""
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.2):
            memory.look()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def main() -> None:
    """Make the model, mine the pictures with it and open the app."""
    root, memory, began = Path(sys.argv[1]), Memory("model"), time.monotonic()

    def progress(stage: str, done: int, total: int, unit: str, note: str = "") -> None:
        memory.stage = stage
        seconds, most = time.monotonic() - began, memory.most.get(stage, 0) / 1e9
        print(f"{seconds:6.0f} s {most:4.1f} GB {stage} {done}/{total} {unit} {note}", flush=True)

    torch.manual_seed(0)
    with watched(memory):
        base = model(root / "base")
        print(f"model: {time.monotonic() - began:.0f} s", flush=True)
        data = pictures(root / "data")
        reports = build(
            data, root / "atlas", config(base), progress=progress, announce=print, remark=print
        )
        memory.stage, started = "app", time.monotonic()
        page([root / "atlas"])
        opened = time.monotonic() - started
    print(f"{'stage':<12} seconds   memory")
    rows = [(report.stage, report.seconds) for report in reports] + [("app", opened)]
    for stage, seconds in rows:
        print(f"{stage:<12} {seconds:7.1f}  {memory.most.get(stage, 0) / 1e9:5.1f} GB")
    print(f"at most {max(memory.most.values()) / 1e9:.1f} GB")


if __name__ == "__main__":
    main()
