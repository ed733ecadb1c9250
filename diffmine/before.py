"""Before finetuning: the maps of the base model, beside those of the atlas's own (section 5.2).

The same draws, the same prompts and the same images; only the weights differ. The maps stand in a
folder of their own, maps-base/, with the score `base`, and go on where they stopped.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import torch

from diffmine.config import TypicalityConfig, as_dict
from diffmine.diffusion.lanes import lanes
from diffmine.diffusion.model import Model, load_model, resolve
from diffmine.diffusion.pixels import to_tensor
from diffmine.diffusion.prompts import read_prompts
from diffmine.diffusion.score import Item, Sampling, advance, typicalities
from diffmine.engine import Progress, Report, silent
from diffmine.errors import UsageError
from diffmine.store.atlas import Atlas
from diffmine.store.atomic import sha256
from diffmine.store.manifest import key_of
from diffmine.store.several import COLUMNS, labels_of
from diffmine.sums import Shard, write_maps

BASE = "base"


@dataclass(frozen=True)
class BaseShard(Shard):
    """A shard whose maps stand in the base model's folder."""

    @property
    def maps(self) -> str:
        """Its file of maps, in the atlas."""
        return f"maps-base/part-{self.number:05d}.parquet"


def score_base(
    atlas: Atlas,
    model: str,
    against: str = "",
    per_label: int = 0,
    progress: Progress = silent,
) -> Report:
    """Score every image (or `per_label` of each label) under each of its labels (and `against`)
    with the model `model`; drawn as the atlas's typicality was. The caller holds the atlas.

    Raises UsageError when neither model says what its prompts are.
    """
    report = Report(BASE)
    config = _config(atlas)
    sampling = Sampling(config.t_range, config.seed, config.preset)
    table = atlas.table("images", COLUMNS)
    labels = dict(zip(table["image_id"].to_pylist(), labels_of(table), strict=True))
    names = _sample(labels, per_label)
    _keep_key(atlas, model, config, against, names)
    loaded: Model | None = None
    for start in range(0, len(names), config.shard):
        inside = names[start : start + config.shard]
        under = {name: _under(labels[name], against) for name in inside}
        shard = BaseShard(start // config.shard, [(name, tuple(under[name])) for name in inside])
        if atlas.finished(shard.maps):
            report.kept += len(inside)
            continue
        loaded = loaded or _model(atlas, model, config)
        items = [_item(atlas, loaded, name, under[name], sampling) for name in inside]
        with lanes(loaded.device, config.batch) as side:
            advance(loaded, items, config.count, sampling, config.batch, lanes=side)
        tallies = {item.image_id: item.tally for item in items}
        write_maps(atlas, shard, tallies, lambda own: [(each, BASE) for each in own])
        report.done += len(inside)
        progress(BASE, report.done + report.kept, len(names), "images")
    return report.close()


def _sample(labels: dict[str, list[str]], per_label: int) -> list[str]:
    """The images that are scored, in the order of the table; of each label those whose names hash
    lowest, so that an image more changes few."""
    if not per_label:
        return list(labels)
    ranked = sorted(labels, key=lambda name: hashlib.sha256(name.encode()).digest())
    of_label: dict[str, list[str]] = {}
    for name in ranked:
        for label in labels[name]:
            of_label.setdefault(label, []).append(name)
    chosen = {name for own in of_label.values() for name in own[:per_label]}
    return [name for name in labels if name in chosen]


def _under(labels: list[str], against: str) -> list[str]:
    return list(dict.fromkeys([*labels, *filter(None, [against])]))


def _config(atlas: Atlas) -> TypicalityConfig:
    """How the atlas's own maps were drawn, without what only its race needs."""
    stored = dict(atlas.manifest.config.get("typicality", {}))
    known = {name: stored[name] for name in as_dict(TypicalityConfig()) if name in stored}
    if "t_range" in known:
        known["t_range"] = tuple(known["t_range"])
    return TypicalityConfig(**(known | {"adaptive": False}))


def _keep_key(
    atlas: Atlas, model: str, config: TypicalityConfig, against: str, names: list[str]
) -> None:
    """Drop maps that were computed with another model or otherwise."""
    folder = Path(resolve(model))
    weights = sorted(folder.rglob("*.safetensors")) if folder.is_dir() else []
    digest = [sha256(file) for file in weights] or [str(folder)]
    drawn = {name: as_dict(config)[name] for name in ("preset", "t_range", "seed", "shard")}
    images = atlas.manifest.keys.get("images", "")
    every = len(names) == atlas.table("images", ["image_id"]).num_rows
    sampled = [] if every else [names]
    key = key_of(BASE, digest, drawn, config.count, against, images, *sampled)
    if atlas.manifest.keys.get(BASE) != key:
        atlas.remove("maps-base/")
        atlas.manifest.keys[BASE] = key
        atlas.save()


def _model(atlas: Atlas, name: str, config: TypicalityConfig) -> Model:
    """The base model with the prompts of the atlas's model; its own where that has none."""
    model = load_model(name, dtype=torch.float32 if config.precision == "fp32" else None)
    where = atlas.model_path
    prompts = read_prompts(Path(where)) if where is not None and Path(where).is_dir() else None
    model.prompts = prompts or model.prompts
    if model.prompts is None:
        raise UsageError(f"Neither the model of {atlas.path} nor {name} has a diffmine.json.")
    return model


def _item(atlas: Atlas, model: Model, name: str, labels: list[str], sampling: Sampling) -> Item:
    latent = model.encode(to_tensor(atlas.pictures.picture(name)))[0].cpu()  # c h w
    prompts = model.trained_prompts()
    words = (prompts.of(None), *map(prompts.of, labels))
    measures = typicalities(len(labels), BASE)
    return Item(name, latent, words, measures, sampling.tally(len(labels), latent.shape))
