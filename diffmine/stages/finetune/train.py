"""The steps of a training, from where it stopped."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from accelerate.utils import set_seed
from torch import Tensor

from diffmine.atlas.atomic import whole
from diffmine.atlas.reader import Atlas
from diffmine.atlas.several import COLUMNS, labels_of
from diffmine.config import FinetuneConfig, is_large
from diffmine.engine import Progress, Report, silent
from diffmine.errors import Enough, UsageError
from diffmine.model.bases import Base
from diffmine.model.model import Model
from diffmine.model.state import State, mean_of
from diffmine.model.training import (
    Batch,
    Draws,
    captured,
    draw_batch,
    learning_rate,
    pools_of,
    prepare,
)
from diffmine.stages.finetune.fit import Place, parts_of, recomputes, tried
from diffmine.stages.finetune.held import HeldOut, enough, held_out
from diffmine.stages.finetune.latents import WORK, Latents
from diffmine.stages.finetune.together import agreed, precision_of, rows_of
from diffmine.words.training import pace

LATEST, BEFORE, BEST = (f"{WORK}/{name}.safetensors" for name in ("state", "state-before", "best"))
_EVERY = 10
"""Steps between two moves of a mean that lies in the host's memory."""


@dataclass
class Training:
    """What all steps share. `first` and `losses` are the steps that a finished model was trained
    which this goes on from, and its losses; `parts` those in which a step's images are computed."""

    atlas: Atlas
    model: Model
    base: Base | None
    config: FinetuneConfig
    accelerator: Accelerator
    progress: Progress = silent
    report: Report = field(default_factory=lambda: Report("finetune"))
    first: int = 0
    losses: list[float] = field(default_factory=list)
    parts: int = 1

    @property
    def large(self) -> bool:
        """Whether the base is one that is hard to train."""
        return self.base is not None and is_large(self.base.weights)

    @property
    def main(self) -> bool:
        """Whether this process writes."""
        return bool(self.accelerator.is_main_process)

    def path(self, name: str) -> Path:
        """A file of the atlas."""
        return self.atlas.path / name

    @property
    def crop(self) -> tuple[int, int]:
        """Height and width in latent pixels of the crops that all images have room for."""
        height, width = self.model.trained_prompts().image_size
        return height // self.model.factor, width // self.model.factor


def begin(training: Training, states: Tensor) -> State:
    """The network ready to be trained, and its state at the first step. For a large base one step
    is tried, before its images are encoded; ModelError where it does not fit into memory. `states`
    are embeddings of prompts."""
    config, model = training.config, training.model
    set_seed(config.seed)
    if config.lora:
        from diffmine.model.lora import add_adapters

        if model.device.type == "cuda":
            model.unet.half()  # what is not trained; read in the arithmetic of the step anyway
        add_adapters(model.unet, config.lora)
    weights = training.base.weights if training.base else 0
    prepare(model.unet, recomputes(config, weights), config.trained)
    rows = rows_of(config, training.accelerator.num_processes)
    training.parts = config.accumulate or 1
    if training.large and training.base:
        aside(model)
        there = sum(weight.nbytes for weight in model.unet.parameters())
        precision = precision_of(config)
        place = Place(training.base, training.crop, model.device, precision, rows, there)
        training.parts = parts_of(config, place)
    if rows % training.parts:
        raise UsageError(
            f"--finetune.accumulate {training.parts} does not divide the {rows} images of a step "
            "into equal parts."
        )
    state = _state(training)
    if training.large and training.base:
        _try(training, state, states, place)
        back(model)
    return state


def aside(model: Model) -> None:
    """Make room on a GPU: what embeds prompts and decodes is not needed by a step."""
    if model.device.type == "cuda":
        for part in model.parts.folders.values():
            if isinstance(part, torch.nn.Module) and part is not model.unet:
                part.to("cpu")


def back(model: Model) -> None:
    """The encoders where the network is."""
    for part in model.parts.folders.values():
        if isinstance(part, torch.nn.Module):
            part.to(model.device)


def _state(training: Training) -> State:
    config, unet = training.config, training.model.unet
    optimizer = _optimizer(config, unet, training.model.device)
    state = State(training.first, unet, {}, optimizer, list(training.losses))
    if config.ema:
        on_host = training.large and config.trained == "all"
        state.mean = mean_of(state.trained, torch.device("cpu") if on_host else None)
        state.every = _EVERY if on_host else 1
    return state


_READS_PROMPT = ".attn2."
"""In the names of the weights of cross-attention."""


def _optimizer(
    config: FinetuneConfig, unet: torch.nn.Module, device: torch.device
) -> torch.optim.Optimizer:
    named = [(name, weight) for name, weight in unet.named_parameters() if weight.requires_grad]
    parts = [
        ([weight for name, weight in named if (_READS_PROMPT in name) == reads], rate)
        for reads, rate in ((False, 1.0), (True, config.prompt_rate or 1.0))
    ]
    weights = [{"params": part, "factor": rate} for part, rate in parts if part]
    if config.optimizer == "adamw":
        # One pass over the weights instead of ten: a seventh of a step of 16 on a processor.
        fused = device.type in ("cuda", "cpu")
        return torch.optim.AdamW(weights, config.learning_rate, fused=fused)
    try:
        from bitsandbytes.optim import AdamW8bit
    except ImportError as error:
        raise UsageError(
            "--finetune.optimizer adamw8bit needs the package bitsandbytes: pip install "
            "'diffmine[8bit]'."
        ) from error
    optimizer: torch.optim.Optimizer = AdamW8bit(weights, config.learning_rate)
    return optimizer


def _try(training: Training, state: State, states: Tensor, place: Place) -> None:
    """One step on nothing, which changes nothing."""
    model, rows = training.model, place.rows
    shape = (rows, model.parts.channels, *place.crop)
    noisy, t = torch.zeros(shape), torch.full((rows,), 500)
    prompt = torch.zeros(rows, dtype=torch.long)
    batch = Batch(noisy, noisy, model.schedule.told(t.to(model.device)), prompt, torch.ones(rows))
    example = _on_device(batch, model, states)
    fill = _gradients(training, model.unet, state, example)
    seconds = tried(fill, example, list(state.trained.values()), training.config, place)
    training.progress("finetune", 0, training.config.steps, "steps", pace(seconds, training.config))


def run_steps(
    training: Training,
    state: State,
    states: Tensor,
    number: dict[str, int],
    note: Callable[[], None] = lambda: None,
) -> None:
    """All steps from the last checkpoint on, or until `progress` raises Enough; the network is left
    with the weights that are kept.

    `states` are embeddings of prompts, the null prompt's first, `number` which one is whose; `note`
    is called when it is known where the training goes on.
    """
    config, latents = training.config, Latents(training.atlas)
    resume(training, state)
    note()
    if training.large:
        aside(training.model)
    named = names_of(training.atlas)
    prompt_of = torch.tensor([number[label] for label in named])
    columns = training.atlas.table("images", ["image_id", "group"]).to_pydict()
    places = held_out(columns["image_id"], columns["group"], named, config)
    held = HeldOut.of(latents, places, prompt_of)
    learnt = sorted(set(range(len(latents))) - set(places))
    draws = Draws(
        pools_of(latents.sizes(), learnt, config.crops),
        config.batch,
        config.null_share,
        config.snr,
        training.accelerator.process_index,
        training.accelerator.num_processes,
        config.focus or 0.0,
    )
    network, optimizer = training.accelerator.prepare(state.unet, state.optimizer)
    fill: Callable[..., Tensor] | None = None

    def step() -> None:
        nonlocal fill
        seed = config.seed * 10_000_019 + state.step
        batch = draw_batch(training.model, latents, prompt_of, draws, seed)
        for group in optimizer.param_groups:
            rate = learning_rate(state.step, config.steps, config.learning_rate)
            group["lr"] = group["factor"] * rate
        tensors = _on_device(batch, training.model, states)
        if fill is None:
            fill = _gradients(training, network, state, tensors, same=len(draws.pools) == 1)
        loss = fill(*tensors)
        training.accelerator.clip_grad_norm_(list(state.trained.values()), 1.0)
        optimizer.step()
        state.step += 1
        state.update_mean(config.ema)
        _after(training, state, loss, held, states)

    with suppress(Enough):
        training.progress("finetune", state.step, config.steps, "steps")
        while state.step < config.steps and not enough(state.held, config.patience):
            step()
    latents.close()
    best = training.path(BEST)
    state.keep(best if config.patience and best.is_file() else None)


def _after(training: Training, state: State, loss: Tensor, held: HeldOut, states: Tensor) -> None:
    """What is noted, measured and saved behind a step."""
    config, step = training.config, state.step
    last = step == config.steps
    if (step % config.checkpoint == 0 or last) and held.latents:
        _look(training, state, held, states)
    if step % 20 == 0 or last:
        state.losses.append(_mean(training.accelerator, loss))
    training.progress("finetune", step, config.steps, "steps", _note(state))
    if step % config.checkpoint == 0 and training.main:
        save(training, state)


def _note(state: State) -> str:
    """The last loss, which is read every twenty steps, and the last look at held-out images."""
    notes = [f"loss {loss:.4f}" for loss in state.losses[-1:]]
    return ", ".join(notes + [f"held-out T {value:+.5f}" for _, value, _ in state.held[-1:]])


def _mean(accelerator: Accelerator, loss: Tensor) -> float:
    """Of all processes."""
    if accelerator.num_processes == 1:
        return float(loss)
    return float(accelerator.reduce(loss, "mean"))


def _look(training: Training, state: State, held: HeldOut, states: Tensor) -> None:
    """Measure held-out images under the weights that would be kept, and keep the best of them."""
    seen: tuple[float, float] | None = None
    if training.main:
        with state.kept():
            seen = held.typicality(training.model, states, training.accelerator)
    value, error = agreed(training.accelerator, seen)
    best = max((one for _, one, _ in state.held), default=float("-inf"))
    if training.config.patience and value > best and training.main:
        with whole(training.path(BEST)) as temporary:
            state.save_kept(temporary)
    state.held.append((state.step, value, error))


def save(training: Training, state: State) -> None:
    """Write a checkpoint and keep the one before it: a disk that fails may spoil the last file that
    was written."""
    latest, before = training.path(LATEST), training.path(BEFORE)
    with whole(latest) as temporary:
        state.save(temporary)
        if latest.is_file():
            os.replace(latest, before)


def resume(training: Training, state: State) -> None:
    """Go on from the latest checkpoint that is whole."""
    training.report.kept = state.step
    broken = 0
    for name in (LATEST, BEFORE):
        if not training.path(name).is_file():
            continue
        if state.load(training.path(name), training.config.steps):
            training.report.kept = state.step
            break
        broken += 1
    if broken:
        training.report.figures["checkpoints that were not whole"] = float(broken)


def _on_device(batch: Batch, model: Model, states: Tensor) -> tuple[Tensor, ...]:
    """Noisy latents, timesteps, text embeddings, what is to be predicted, and weights of rows."""
    noisy = batch.noisy.to(model.device, memory_format=model.layout)
    text = states[batch.prompt.to(model.device)]
    t, weight = batch.t.to(model.device), batch.weight.to(model.device)
    return noisy, t, text, batch.target.to(model.device), weight


def _gradients(
    training: Training,
    network: torch.nn.Module,
    state: State,
    example: tuple[Tensor, ...],
    same: bool = True,
) -> Callable[..., Tensor]:
    """What computes loss and gradients of a batch like `example`; `same`: all have its shapes."""
    accelerator, model, parts = training.accelerator, training.model, training.parts
    rows = len(example[0]) // parts

    def part(inputs: tuple[Tensor, ...]) -> Tensor:
        noisy, t, text, target, weight = inputs
        with accelerator.autocast():
            out = model.parts.predict(network, noisy, t, text)
            if training.config.snr:
                error = (out.float() - target).square().mean((1, 2, 3))  # b
                loss = (weight * error).mean() / parts
            else:
                loss = torch.nn.functional.mse_loss(out.float(), target) / parts
        accelerator.backward(loss)
        return loss.detach()

    def fill(*tensors: Tensor) -> Tensor:
        state.unet.zero_grad()
        losses = []
        for number in range(parts):
            # Several processes add up their gradients once, with the last part.
            later = number < parts - 1 and isinstance(network, _Distributed)
            with accelerator.no_sync(network) if later else nullcontext():
                own = slice(number * rows, (number + 1) * rows)
                losses.append(part(tuple(tensor[own] for tensor in tensors)))
        return losses[0] if parts == 1 else torch.stack(losses).sum()

    alone = accelerator.num_processes == 1 and accelerator.scaler is None
    if accelerator.device.type == "cuda" and alone and same and not training.large:
        return captured(fill, example, state.trained.values())
    return fill


_Distributed: Any = torch.nn.parallel.DistributedDataParallel


def names_of(atlas: Atlas) -> list[str]:
    """What stands in the prompt of each image: its label, or its labels in the atlas's order."""
    images = labels_of(atlas.table("images", COLUMNS))
    place = {label: at for at, label in enumerate(atlas.labels)}
    return [", ".join(sorted(labels, key=place.__getitem__)) for labels in images]
