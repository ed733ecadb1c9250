"""Before finetuning: the maps of the base model, beside those of the atlas's own (section 5.2).

The same draws, the same prompts and the same images; only the weights differ. The maps stand in a
folder of their own, maps-base/, with the score `base`; a run continues where one stopped.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import torch

from diffmine.atlas.atomic import sha256
from diffmine.atlas.evaluation import BASE_IMAGES
from diffmine.atlas.manifest import key_of
from diffmine.atlas.several import COLUMNS, labels_of, some_of_each
from diffmine.atlas.shards import Outcome, Shard, ShardFunction, run_shards
from diffmine.atlas.writer import Workspace
from diffmine.config import TypicalityConfig, as_dict
from diffmine.engine import Engine, Progress, Report, Tell, here, silent
from diffmine.errors import UsageError
from diffmine.maths import scores as measures
from diffmine.maths.score import Scoring
from diffmine.model.fast.lanes import lanes
from diffmine.model.load import load_model, resolve
from diffmine.model.model import Model
from diffmine.model.pixels import to_tensor
from diffmine.model.prompts import read_prompts
from diffmine.model.score import Item, Sampling, advance, label_recipes
from diffmine.stages.typicality.score import item_of
from diffmine.stages.typicality.tables import Named, digests_of, maps_name, maps_rows

BASE, FOLDER = measures.BASE.name, measures.BASE.folder


def score_base(
    atlas: Workspace,
    model: str,
    against: str = "",
    per_label: int = 0,
    *,
    engine: Engine = here,
    progress: Progress = silent,
) -> Report:
    """Score every image (or `per_label` of each label) under each of its labels (and `against`)
    with the model `model`; drawn as the atlas's typicality was. The caller holds the atlas.

    Raises UsageError when neither model says what its prompts are.
    """
    report = Report(BASE)
    config = replace(atlas.configured(TypicalityConfig), adaptive=False)
    table = atlas.table("images", COLUMNS)
    labels = dict(zip(table["image_id"].to_pylist(), labels_of(table), strict=True))
    names = some_of_each(labels, per_label)
    _keep_key(atlas, model, config, against, names)
    shards = []
    for number, start in enumerate(range(0, len(names), config.shard)):
        inside = names[start : start + config.shard]
        work = tuple((name, _under(labels[name], against)) for name in inside)
        shards.append(Shard((maps_name(number, FOLDER),), len(work), work))
    run_shards(
        atlas,
        shards,
        BaseShard(atlas.path, model, config),
        engine=engine,
        progress=progress,
        report=report,
        unit="images",
    )
    return report.close()


@dataclass
class BaseShard(ShardFunction):
    """Scores shards of images, each with the labels it is scored under, by the base model."""

    name: str
    config: TypicalityConfig

    def __call__(self, shard: Shard[Named], tell: Tell) -> Outcome:
        """The maps of the shard's images."""
        scoring = Scoring.of(self.config)
        sampling = Sampling.like(scoring)
        items = [self._item(name, under, sampling) for name, under in shard.work]
        total = sum(scoring.draws * len(item.prompts) for item in items)
        rows = 0

        def say(count: int) -> None:
            nonlocal rows
            rows += count
            tell(shard.size * rows / total)

        with lanes(self.model.device, scoring.batch) as side:
            advance(self.model, items, scoring.draws, sampling, scoring.batch, say, side)
        tallies = {item.image_id: item.tally for item in items}
        digest_of = digests_of(self.atlas)
        maps = maps_rows(
            shard.work, tallies, lambda own: [(label, BASE) for label in own], digest_of
        )
        return Outcome({shard.files[0]: maps})

    def _item(self, name: str, labels: tuple[str, ...], sampling: Sampling) -> Item:
        picture = self.atlas.pictures.picture(name)
        latent = self.model.encode(to_tensor(picture))[0].cpu()  # c h w
        recipes = label_recipes(len(labels), BASE)
        return item_of(self.model, latent, name, list(labels), recipes, sampling)

    @cached_property
    def model(self) -> Model:
        """The base model with the prompts of the atlas's model; its own where that has none."""
        fp32 = self.config.precision == "fp32"
        model = load_model(self.name, dtype=torch.float32 if fp32 else None)
        where = self.atlas.model_path
        prompts = read_prompts(Path(where)) if where is not None else None
        model.prompts = prompts or model.prompts
        if model.prompts is None:
            raise UsageError(
                f"Neither the model of {self.atlas.path} nor {self.name} has a diffmine.json."
            )
        return model


def _under(labels: list[str], against: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*labels, *filter(None, [against])]))


def _keep_key(
    atlas: Workspace, model: str, config: TypicalityConfig, against: str, names: list[str]
) -> None:
    """Drop maps that were computed with another model or other settings."""
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
        atlas.manifest.keys[BASE_IMAGES] = images
        atlas.save()
