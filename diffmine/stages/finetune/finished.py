"""The finished model as a folder, with pictures of its labels and what was seen while it learnt."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from PIL import Image

from diffmine.atlas.atomic import exchange, remove, writing
from diffmine.atlas.writer import Workspace
from diffmine.config import as_dict
from diffmine.engine import phase
from diffmine.model.ddim import sample
from diffmine.model.devices import device_name
from diffmine.model.model import Model
from diffmine.model.pixels import to_arrays
from diffmine.model.save import save_model
from diffmine.model.state import State
from diffmine.model.training import finish
from diffmine.stages.finetune.latents import WORK
from diffmine.stages.finetune.learnt import courses_of, write_learnt
from diffmine.stages.finetune.train import Training, back
from diffmine.version import __version__
from diffmine.words.cards import card

_PIXELS = 16 * 512**2
"""Of the samples that are drawn together; one column is, however large."""
_ROWS = 16
"""Labels at most of which a large model draws pictures."""
_SMALL_FILES, _LARGE_FILES = "9MB", "10GB"
"""Of a small model, which may be embedded, files that any host takes; of a large one, few."""


def write(atlas: Workspace, training: Training, state: State) -> None:
    """Write ATLAS/model whole, note it in the manifest and clear the working files."""
    folder = atlas.path / "model"
    temporary, old = (atlas.path / WORK / name for name in ("model", "before"))
    remove(temporary, old)
    model, config = training.model, training.config
    figures = _figures(atlas, training, state)
    text = json.dumps(figures, indent=1, ensure_ascii=False)
    with writing(folder):
        temporary.mkdir(parents=True)
        if config.lora:
            from diffmine.model.lora import merge_adapters, save_adapters

            save_adapters(model.unet, temporary)
            merge_adapters(model.unet)
        finish(model.unet)
        back(model)
        files = _LARGE_FILES if training.large else _SMALL_FILES
        save_model(model, temporary, model.prompts, shard=files)
        if config.samples:
            rows = _ROWS if training.large else None
            phase(training.progress, "finetune", "drawing samples of its labels")
            grid = sample_grid(model, config.samples, rows)
            grid.save(temporary / "samples.png", optimize=True)
        (temporary / "training.json").write_text(text, encoding="utf-8")
        told = card_of(atlas, model, figures, bool(config.samples))
        (temporary / "README.md").write_text(told, encoding="utf-8")
        exchange(temporary, folder, old)
    atlas.attach_model(folder, "model")
    write_learnt(atlas)
    atlas.end("finetune")


def _figures(atlas: Workspace, training: Training, state: State) -> dict[str, Any]:
    config = training.config
    figures: dict[str, Any] = {
        # A folder's place is its owner's business: models are passed on.
        "config": as_dict(config) | {"base": Path(config.base).name},
        "images": atlas.table("images", ["image_id"]).num_rows,
        "labels": atlas.labels,
        "device": device_name(training.model.device),
        "loss_every_20_steps": [round(loss, 5) for loss in state.losses],
    }
    if state.step < config.steps:
        figures["ended_at_step"] = state.step
    if state.held:
        names = ("step", "typicality", "se")
        figures["held_out"] = [dict(zip(names, one, strict=True)) for one in state.held]
    if len(courses := courses_of(atlas)) > 1:
        figures["courses"] = courses
    return figures


def card_of(atlas: Workspace, model: Model, figures: dict[str, Any], samples: bool = True) -> str:
    """The card of a model that the atlas's images trained."""
    manifest, prompts = atlas.manifest, model.trained_prompts()
    about = (manifest.title, manifest.description, manifest.source, manifest.licence)
    return card(
        f"{manifest.title or 'A model'} (finetuned)",
        (prompts.prompt, prompts.null_prompt),
        figures,
        atlas.table("images", ["licence"])["licence"].to_pylist(),
        about=about,
        limits=manifest.limits,
        samples=samples,
        version=__version__,
    )


def sample_grid(model: Model, columns: int = 6, most: int | None = None) -> Image.Image:
    """A row of generated pictures for the null prompt and for each label, or `most` of them evenly,
    same noise per column."""
    prompts = model.trained_prompts()
    labels = prompts.labels if most is None else prompts.labels[:: -(-len(prompts.labels) // most)]
    rows = [prompts.of(label) for label in (None, *labels)]
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
