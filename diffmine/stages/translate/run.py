"""Translate: central patches of each label's elements under every label (section 5.1).

What a translation is stands in live/translate.py.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from PIL import Image

from diffmine.atlas.records import Patch
from diffmine.atlas.shards import Outcome, Shard, ShardFunction, run_shards
from diffmine.atlas.writer import Workspace
from diffmine.config import TranslateConfig
from diffmine.engine import Engine, Progress, Report, Tell, here, silent
from diffmine.live.translate import last, stream
from diffmine.model.course import INJECTS, settled
from diffmine.model.fast.lanes import ROWS, lanes
from diffmine.model.load import load_model
from diffmine.model.model import Model
from diffmine.model.sample import model_config, side_by_side

ALONE = "by inversion alone"
"""A figure: patches whose model has nothing to inject into, where the method would inject."""


def run(
    atlas: Workspace, config: TranslateConfig, *, engine: Engine = here, progress: Progress = silent
) -> Report:
    """Translate the central patches of each label's first elements into all labels; writes one
    part of translations/ for each label."""
    report = Report("translate")
    if atlas.begin("translate", config) is None:
        report.kept = sum(1 for _ in atlas.parts("translations"))
        return report.close()
    shards = []
    for number, label in enumerate(atlas.labels):
        patches = _central(atlas, label, config)
        shards.append(Shard((f"translations/part-{number:05d}.parquet",), len(patches), patches))

    def hear(outcome: Outcome) -> None:
        alone = report.figures.get(ALONE, 0.0) + outcome.figures.get(ALONE, 0.0)
        report.figures |= {ALONE: alone} if alone else {}

    run_shards(
        atlas,
        shards,
        TranslateShard(atlas.path, config),
        engine=engine,
        progress=progress,
        report=report,
        unit="patches",
        hear=hear,
    )
    atlas.end("translate")
    return report.close()


@dataclass
class TranslateShard(ShardFunction):
    """Translates patches into every label."""

    config: TranslateConfig

    def __call__(self, shard: Shard[list[Patch]], tell: Tell) -> Outcome:
        """The translations of the shard's patches."""
        rows: list[dict[str, Any]] = []
        work = [(patch, self.atlas.pictures.picture(patch.image_id)) for patch in shard.work]
        sizes = [(picture.height, picture.width) for _, picture in work]
        together = min(
            (side_by_side(self.model, len(self.atlas.labels), size) for size in sizes), default=1
        )
        with lanes(self.model.device, ROWS * together) as side:
            for done, translations in enumerate(side.map(self._rows, work), start=1):
                rows += translations
                tell(done)
        method = settled(model_config(self.model, self.config)).method
        plain = method in INJECTS and self.model.parts.injected is None
        return Outcome({shard.files[0]: rows}, {ALONE: float(len(shard.work))} if plain else {})

    def _rows(self, work: tuple[Patch, Image.Image]) -> list[dict[str, Any]]:
        (patch, picture), atlas, config = work, self.atlas, self.config
        window, how = (patch.row, patch.col, patch.size), atlas.scoring(config.draws)
        name, label = patch.image_id, patch.label
        config = replace(config, preview=config.steps)  # nobody looks
        steps = stream(self.model, picture, window, atlas.labels, config, how, name, label)
        return [translation.to_row(patch) for translation in last(steps).translations]

    @cached_property
    def model(self) -> Model:
        """The atlas's model."""
        return load_model(self.atlas.needed_model())


def _central(atlas: Workspace, label: str, config: TranslateConfig) -> list[Patch]:
    """The patches nearest to the centres of the label's most typical elements."""
    rows = [row for row in atlas.table("elements").to_pylist() if row["label"] == label]
    first = sorted(rows, key=lambda row: row["rank"])[: config.per_label]
    return [
        patch for row in first for patch in atlas.element(label, row["element"], config.per_element)
    ]
