"""What a finished training learnt from, and whether it may be kept when images have changed."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from diffmine.atlas.health import OWN, broken_model
from diffmine.atlas.reader import Atlas
from diffmine.atlas.schemas import TRAINED
from diffmine.atlas.several import SOURCED, sourced
from diffmine.atlas.writer import Workspace
from diffmine.config import FinetuneConfig, as_dict, results

_LEARNT = "finetune:learnt"
"""The key of the images that were learnt from."""


def write_learnt(atlas: Workspace) -> None:
    """Note which images a training that ends now has learnt from, as trained.parquet."""
    atlas.manifest.keys[_LEARNT] = atlas.manifest.keys.get("images", "")
    rows = [
        {"image_id": name, "source_digest": digest, "labels": list(labels)}
        for name, (digest, labels) in sourced(atlas.table("images", SOURCED)).items()
    ]
    atlas.write("trained.parquet", rows, TRAINED)


def strange(atlas: Workspace) -> int | None:
    """How many images the atlas's own model did not learn from as they are now; None where there
    is no such model, it is not whole, or what it learnt from is not known."""
    if broken_model(atlas):
        return None
    if not atlas.finished("trained.parquet"):
        if atlas.manifest.keys.get(_LEARNT) != atlas.manifest.keys.get("images"):
            return None
        write_learnt(atlas)  # it was lost, and the images are those that were learnt from
    columns = atlas.table("trained", ["image_id", "source_digest", "labels"]).to_pydict().values()
    learnt = {(name, digest, tuple(own)) for name, digest, own in zip(*columns, strict=True)}
    images = sourced(atlas.table("images", SOURCED))
    return sum((name, *image) not in learnt for name, image in images.items())


def trained(atlas: Atlas) -> dict[str, Any]:
    """What training.json says of the atlas's own finished model; nothing where there is none, it is
    not whole, or other images or settings would train another one."""
    file = atlas.path / OWN / "training.json"
    own = atlas.manifest.model.get("path") == OWN and atlas.fresh("finetune")
    if not own or not file.is_file() or broken_model(atlas):
        return {}
    told: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return told


def steps_of(told: dict[str, Any]) -> int:
    """The steps that a model was trained, by what its training.json says."""
    steps: int = told.get("ended_at_step") or told["config"]["steps"]
    return steps


def goes_on(atlas: Atlas, config: FinetuneConfig) -> dict[str, Any]:
    """What training.json says of a finished model that differs from the one asked for in nothing
    but the number of its steps; else nothing. Adapters are part of a finished model's weights, and
    cannot be trained on."""
    told = {} if config.lora else trained(atlas)
    stored = atlas.configured(FinetuneConfig)
    was, now = (as_dict(one) for one in (replace(stored, steps=config.steps), config))
    alike = results("finetune", was) == results("finetune", now)
    return told if told and alike and stored.steps != config.steps else {}


def courses_of(atlas: Workspace) -> list[dict[str, int]]:
    """The courses that a training took: `since` which step it was meant to last how many `steps`.
    More than one where it was stopped and went on with another number, another learning rate."""
    return list((atlas.note_of("finetune", "courses") or {}).get("courses", []))


def note_course(atlas: Workspace, since: int, steps: int) -> list[dict[str, int]]:
    """Note that a training goes on from a step to another number of steps; all its courses."""
    courses = [course for course in courses_of(atlas) if course["since"] < since]
    if not courses or courses[-1]["steps"] != steps:
        courses.append({"since": since, "steps": steps})
        atlas.keep_note("finetune", "courses", {"courses": courses})
    return courses
