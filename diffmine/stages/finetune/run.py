"""Finetune: the noise predictor learns the labels (section 3.3).

    minimise  E over image x of label c, noise e, time t  of  | e - e_theta(x_t, t, prompt) |^2

with the prompt made of c, and the null prompt in a share of the rows. Only the UNet is trained;
latents and text embeddings are computed once. The kept weights are a running mean.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from accelerate.utils import set_seed
from PIL import Image
from safetensors.torch import load_file, save
from torch import Tensor

from diffmine.atlas.atomic import exchange, remove, whole, writing
from diffmine.atlas.several import COLUMNS, labels_of
from diffmine.atlas.shards import Outcome, Shard, ShardFunction, run_shards
from diffmine.atlas.writer import Workspace
from diffmine.config import FinetuneConfig, as_dict
from diffmine.engine import Engine, Progress, Report, Tell, here, silent
from diffmine.model.ddim import sample
from diffmine.model.devices import device_name
from diffmine.model.load import load_model
from diffmine.model.model import Model
from diffmine.model.pixels import to_arrays
from diffmine.model.prompts import Prompts
from diffmine.model.save import save_model
from diffmine.model.tokens import check_distinct
from diffmine.model.training import (
    Batch,
    State,
    captured,
    draw_batch,
    finish,
    learning_rate,
    prepare,
    shifted_latents,
)
from diffmine.stages.finetune.learnt import (
    courses_of,
    note_course,
    strange,
    write_learnt,
)

WORK = "work/finetune"
_SHARD = 256
_PIXELS = 16 * 512**2
"""Of the samples that are drawn together; one column is, however large."""


def run(
    atlas: Workspace, config: FinetuneConfig, *, engine: Engine = here, progress: Progress = silent
) -> Report:
    """Train `config.base` on the atlas's images; the model is written to ATLAS/model."""
    report = Report("finetune")
    folder = atlas.path / "model"
    if atlas.manifest.model.get("path") != "model" or not (folder / "model_index.json").is_file():
        atlas.manifest.keys.pop("finetune", None)
    if atlas.begin("finetune", config) is None:
        report.kept = config.steps
        return report.close()
    other, images = strange(atlas), atlas.table("images", ["image_id"]).num_rows
    if other is not None and images - other >= config.known * images:
        atlas.attach_model(folder, "model")
        atlas.end("finetune")
        report.kept, report.figures["images not learnt from"] = config.steps, float(other)
        return report.close()
    atlas.keep_work("finetune")
    prompts = _prompts(atlas, config)
    accelerator = Accelerator(mixed_precision=_precision(config))
    model = load_model(config.base, accelerator.device, torch.float32)
    check_distinct(model.tokenizer, prompts, prompts.labels)
    model.prompts = prompts
    latents = _cached_latents(atlas, model, config, engine, progress)
    losses = _train(atlas, model, latents, config, accelerator, progress, report)
    if accelerator.is_main_process:
        report.figures["loss"] = losses[-1] if losses else float("nan")
        _write(atlas, model, config, losses, report)
    accelerator.wait_for_everyone()
    return report.close()


def _prompts(atlas: Workspace, config: FinetuneConfig) -> Prompts:
    table = atlas.table("images", ["width", "height"])
    size = (min(table["height"].to_pylist()), min(table["width"].to_pylist()))
    return Prompts(config.prompt, config.null_prompt, tuple(atlas.labels), size).check()


def _precision(config: FinetuneConfig) -> str:
    if config.precision != "auto":
        return config.precision
    if torch.cuda.is_available():
        return "bf16" if torch.cuda.is_bf16_supported() else "fp16"
    return "bf16" if torch.cpu._is_avx512_bf16_supported() else "no"


# Latents, once for the whole run


@dataclass
class EncodeShard(ShardFunction):
    """Encodes pictures and shifted copies of them."""

    base: str
    shifts: int

    def __call__(self, shard: Shard[list[str]], tell: Tell) -> Outcome:
        """The latents of the shard's images, as safetensors."""
        pictures = [(name, self.atlas.pictures.picture(name)) for name in shard.work]
        latents = shifted_latents(self.model, pictures, self.shifts)
        content = save({f"{k:05d}": latent for k, latent in enumerate(latents)})
        return Outcome({shard.files[0]: content})

    @cached_property
    def model(self) -> Model:
        """The model that training begins with, in float32."""
        return load_model(self.base, dtype=torch.float32)


def _cached_latents(
    atlas: Workspace, model: Model, config: FinetuneConfig, engine: Engine, progress: Progress
) -> list[Tensor]:
    """Shifted latents of every image, float16 "s c h w" each, in the order of images.parquet."""
    names = atlas.table("images", ["image_id"])["image_id"].to_pylist()
    shards = []
    for number, start in enumerate(range(0, len(names), _SHARD)):
        work = names[start : start + _SHARD]
        shards.append(Shard((f"{WORK}/latents-{number:05d}.safetensors",), len(work), work))
    encode = EncodeShard(atlas.path, config.base, config.shifts)
    encode.model = model  # of this process; another one loads its own
    run_shards(
        atlas,
        shards,
        encode,
        engine=engine,
        progress=progress,
        report=Report("finetune"),
        unit="images encoded",
    )
    latents: list[Tensor] = []
    for shard in shards:
        latents.extend(
            tensor for _, tensor in sorted(load_file(atlas.path / shard.files[0]).items())
        )
    return latents


# Training


def _train(
    atlas: Workspace,
    model: Model,
    latents: list[Tensor],
    config: FinetuneConfig,
    accelerator: Accelerator,
    progress: Progress,
    report: Report,
) -> list[float]:
    set_seed(config.seed)
    unet = prepare(model.unet)
    fused = accelerator.device.type == "cuda"
    optimizer = torch.optim.AdamW(unet.parameters(), config.learning_rate, fused=fused)
    mean = {name: weight.detach().clone() for name, weight in unet.named_parameters()}
    state = State(0, unet, mean, optimizer)
    checkpoint = atlas.path / WORK / "state.safetensors"
    if checkpoint.is_file():
        if state.load(checkpoint, config.steps):
            report.kept = state.step
        else:
            report.figures["checkpoints that were not whole"] = 1.0
    courses = note_course(atlas, state.step, config.steps)
    if len(courses) > 1:
        report.figures["began with other steps"] = float(courses[0]["steps"])
    network, optimizer = accelerator.prepare(unet, optimizer)
    _steps(atlas, model, network, state, optimizer, latents, config, accelerator, progress)
    report.done = config.steps - report.kept
    for name, weight in unet.named_parameters():
        weight.data.copy_(state.mean[name])
    finish(unet)
    return state.losses


def _steps(
    atlas: Workspace,
    model: Model,
    network: torch.nn.Module,
    state: State,
    optimizer: Any,
    latents: list[Tensor],
    config: FinetuneConfig,
    accelerator: Accelerator,
    progress: Progress,
) -> None:
    prompts = model.trained_prompts()
    named = _named(atlas)
    words = list(dict.fromkeys([*atlas.labels, *named]))  # several labels make a prompt of theirs
    states = model.embed([prompts.of(label) for label in (None, *words)]).clone()
    number = {label: k for k, label in enumerate(words, start=1)}
    prompt_of = torch.tensor([number[label] for label in named])
    crop = tuple(length // model.factor for length in prompts.image_size)
    checkpoint = atlas.path / WORK / "state.safetensors"
    fill: Callable[..., Tensor] | None = None
    while state.step < config.steps:
        ranks, rank = accelerator.num_processes, accelerator.process_index
        seed = (config.seed * 10_000_019 + state.step) * ranks + rank
        batch = draw_batch(
            model, latents, prompt_of, config.batch, (crop[0], crop[1]), config.null_share, seed
        )
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(state.step, config.steps, config.learning_rate)
        tensors = _on_device(batch, model, states)
        fill = fill or _gradients(model, network, accelerator, state, tensors)
        loss = fill(*tensors)
        accelerator.clip_grad_norm_(state.unet.parameters(), 1.0)
        optimizer.step()
        state.step += 1
        state.update_mean(config.ema)
        if state.step % 20 == 0 or state.step == config.steps:
            state.losses.append(float(loss))
            note = f"loss {state.losses[-1]:.4f}"
            progress("finetune", state.step, config.steps, "steps", note)
        if state.step % config.checkpoint == 0 and accelerator.is_main_process:
            with whole(checkpoint) as temporary:
                state.save(temporary)


def _on_device(batch: Batch, model: Model, states: Tensor) -> tuple[Tensor, ...]:
    """Noisy latents, timesteps, text embeddings and what is to be predicted."""
    noisy = batch.noisy.to(memory_format=model.layout)
    text = states[batch.prompt.to(model.device)]
    return noisy, batch.t.to(model.device), text, batch.target


def _gradients(
    model: Model,
    network: torch.nn.Module,
    accelerator: Accelerator,
    state: State,
    example: tuple[Tensor, ...],
) -> Callable[..., Tensor]:
    """What computes loss and gradients of a batch like `example`."""

    def fill(noisy: Tensor, t: Tensor, text: Tensor, target: Tensor) -> Tensor:
        state.unet.zero_grad()
        with accelerator.autocast():
            out = model.parts.predict(network, noisy, t, text)
            loss = torch.nn.functional.mse_loss(out.float(), target)
        accelerator.backward(loss)
        return loss.detach()

    alone = accelerator.num_processes == 1 and accelerator.scaler is None
    if accelerator.device.type == "cuda" and alone:
        return captured(fill, example, state.unet.parameters())
    return fill


def _named(atlas: Workspace) -> list[str]:
    """What stands in the prompt of each image: its label, or its labels in the atlas's order."""
    images = labels_of(atlas.table("images", COLUMNS))
    place = {label: at for at, label in enumerate(atlas.labels)}
    return [", ".join(sorted(labels, key=place.__getitem__)) for labels in images]


# Files


def _write(
    atlas: Workspace, model: Model, config: FinetuneConfig, losses: list[float], report: Report
) -> None:
    """Write ATLAS/model whole, note it in the manifest and clear the working files."""
    folder = atlas.path / "model"
    temporary, old = (atlas.path / WORK / name for name in ("model", "before"))
    remove(temporary, old)
    figures = {
        # A folder's place is its owner's business: models are passed on.
        "config": as_dict(config) | {"base": Path(config.base).name},
        "images": atlas.table("images", ["image_id"]).num_rows,
        "labels": atlas.labels,
        "device": device_name(model.device),
        "loss_every_20_steps": [round(loss, 5) for loss in losses],
    }
    if len(courses := courses_of(atlas)) > 1:
        figures["courses"] = courses
    text = json.dumps(figures, indent=1, ensure_ascii=False)
    with writing(folder):
        temporary.mkdir(parents=True)
        save_model(model, temporary, model.prompts)
        sample_grid(model).save(temporary / "samples.png", optimize=True)
        (temporary / "training.json").write_text(text, encoding="utf-8")
        exchange(temporary, folder, old)
    atlas.attach_model(folder, "model")
    write_learnt(atlas)
    atlas.end("finetune")


def sample_grid(model: Model, columns: int = 6) -> Image.Image:
    """A row of generated pictures for the null prompt and for each label, same noise per column."""
    prompts = model.trained_prompts()
    rows = [prompts.of(label) for label in (None, *prompts.labels)]
    height, width = prompts.image_size
    grid = Image.new("RGB", (columns * width, len(rows) * height))
    together = max(1, _PIXELS // (len(rows) * height * width))
    for left in range(0, columns, together):
        seeds = range(left, min(left + together, columns))
        pictures = to_arrays(sample(model, rows, prompts.image_size, seeds=seeds))
        for number, picture in enumerate(pictures):
            column, row = left + number // len(rows), number % len(rows)
            grid.paste(Image.fromarray(picture), (column * width, row * height))
    return grid
