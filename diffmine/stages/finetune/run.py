"""Finetune: the noise predictor learns the labels (section 3.3).

    minimise  E over image x of label c, noise e, time t  of  | e - e_theta(x_t, t, prompt) |^2

with the prompt made of c, and the null prompt in a share of the rows. Only the network is trained,
or adapters of it; latents and text embeddings are computed once. The kept weights are a running
mean.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from diffmine.atlas.health import WORDS, broken_model, digests_of
from diffmine.atlas.manifest import key_of
from diffmine.atlas.writer import Workspace, open_workspace
from diffmine.config import FinetuneConfig, as_dict
from diffmine.data.files import digest_of
from diffmine.engine import Engine, Progress, Report, here, silent
from diffmine.model.bases import base_of
from diffmine.model.foreign.find import embedded
from diffmine.model.load import load_model
from diffmine.model.prompts import Prompts
from diffmine.model.state import State
from diffmine.model.tokens import check_distinct
from diffmine.stages.finetune import together
from diffmine.stages.finetune.finished import write
from diffmine.stages.finetune.latents import encode
from diffmine.stages.finetune.learnt import goes_on, note_course, steps_of, strange
from diffmine.stages.finetune.train import Training, begin, names_of, run_steps


def run(
    atlas: Workspace, config: FinetuneConfig, *, engine: Engine = here, progress: Progress = silent
) -> Report:
    """Train `config.base` on the atlas's images; the model is written to ATLAS/model."""
    report = Report("finetune")
    config = _settled(atlas, config)
    told = goes_on(atlas, config)
    if told and steps_of(told) >= config.steps:
        config = atlas.configured(FinetuneConfig)
    if _is_done(atlas, config, report):
        together.say(None)
        return report.close()
    atlas.keep_work("finetune", base=_digest(config.base))
    start = _start(atlas, told)
    prompts = _prompts(atlas, config)
    job = {"atlas": str(atlas.path.resolve()), "config": as_dict(config), "start": start}
    together.say(job)
    training = _loaded(atlas, config, prompts, progress, report, start)
    states, number = _words(training)
    state = begin(training, states)
    encode(atlas, training.model, start.get("model", config.base), config.shifts, engine, progress)
    training.accelerator.wait_for_everyone()
    note = partial(_note, atlas, state, config, report)
    run_steps(training, state, states, number, note)
    report.done = state.step - report.kept
    if state.losses:
        report.figures["loss"] = state.losses[-1]
    if state.step < config.steps:
        report.figures["ended at step"] = float(state.step)
    if state.held:
        report.figures["held-out typicality"] = max(value for _, value, _ in state.held)
    write(atlas, training, state)
    together.part(training.accelerator)
    return report.close()


def join() -> Report:
    """The part of a process that is not the first of several: it trains with it, and writes
    nothing."""
    report = Report("finetune")
    job = together.hear()
    if job is None:
        return report.close()
    atlas, config = open_workspace(job["atlas"]), FinetuneConfig(**job["config"])
    training = _loaded(atlas, config, _prompts(atlas, config), silent, report, job["start"])
    states, number = _words(training)
    state = begin(training, states)
    training.accelerator.wait_for_everyone()
    run_steps(training, state, states, number)
    report.done = state.step - report.kept
    together.part(training.accelerator)
    return report.close()


def _settled(atlas: Workspace, config: FinetuneConfig) -> FinetuneConfig:
    """With numbers in the place of every 0 that stands for what suits the base."""
    if config.is_settled:
        return config
    base = base_of(config.base)
    images = atlas.table("images", ["image_id"]).num_rows
    return config.settled(base.weights if base else 0, images, len(atlas.labels))


def _start(atlas: Workspace, told: dict[str, Any]) -> dict[str, Any]:
    """Where a training begins that goes on from a finished model: its folder, steps and losses;
    kept, so that it does so again when it was stopped before its first checkpoint."""
    if told:
        note = {"steps": steps_of(told), "losses": told.get("loss_every_20_steps", [])}
        atlas.keep_note("finetune", "onward", note)
        courses = told.get("courses", [{"since": 0, "steps": told["config"]["steps"]}])
        atlas.keep_note("finetune", "courses", {"courses": courses})
    known = atlas.note_of("finetune", "onward")
    if known is None or broken_model(atlas):
        return {}
    return {**known, "model": str(atlas.path / "model")}


def _is_done(atlas: Workspace, config: FinetuneConfig, report: Report) -> bool:
    """Whether the model is there, or one that knows enough of the images."""
    folder = atlas.path / "model"
    if atlas.manifest.model.get("path") != "model" or not (folder / "model_index.json").is_file():
        atlas.manifest.keys.pop("finetune", None)
    if atlas.begin("finetune", config) is None:
        report.kept = config.steps
        return True
    other, images = strange(atlas), atlas.table("images", ["image_id"]).num_rows
    if other is None or images - other < config.known * images:
        return False
    atlas.attach_model(folder, "model")
    atlas.end("finetune")
    report.kept, report.figures["images not learnt from"] = config.steps, float(other)
    return True


def _digest(base: str) -> str:
    """What says of a base on this disk that it is another one under the same name; of one on the
    Hub its name, in which the commit may stand."""
    where = embedded(base) or Path(base)
    if where.is_file():
        return digest_of(where)
    if not where.is_dir():
        return base
    return key_of({name: is_ for name, is_ in digests_of(where).items() if name not in WORDS})


def _prompts(atlas: Workspace, config: FinetuneConfig) -> Prompts:
    table = atlas.table("images", ["width", "height"])
    size = (min(table["height"].to_pylist()), min(table["width"].to_pylist()))
    return Prompts(config.prompt, config.null_prompt, tuple(atlas.labels), size).check()


def _loaded(
    atlas: Workspace,
    config: FinetuneConfig,
    prompts: Prompts,
    progress: Progress,
    report: Report,
    start: dict[str, Any],
) -> Training:
    accelerator = together.accelerator_of(config)
    model = load_model(start.get("model", config.base), accelerator.device, torch.float32)
    check_distinct(model.tokenizer, prompts, prompts.labels)
    model.prompts = prompts
    first, losses = start.get("steps", 0), start.get("losses", [])
    base = base_of(config.base)
    return Training(atlas, model, base, config, accelerator, progress, report, first, losses)


def _words(training: Training) -> tuple[Tensor, dict[str, int]]:
    """Embeddings of all prompts, the null prompt's first, and which one is whose."""
    prompts = training.model.trained_prompts()
    named = names_of(training.atlas)
    words = list(dict.fromkeys([*training.atlas.labels, *named]))  # several make one of theirs
    states = training.model.embed([prompts.of(label) for label in (None, *words)]).clone()
    return states, {label: k for k, label in enumerate(words, start=1)}


def _note(atlas: Workspace, state: State, config: FinetuneConfig, report: Report) -> None:
    courses = note_course(atlas, state.step, config.steps)
    if len(courses) > 1:
        report.figures["began with other steps"] = float(courses[0]["steps"])
