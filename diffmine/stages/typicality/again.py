"""The same images scored again, under other timesteps or by other draws (supplement).

The maps stand in a folder of their own, maps-again/, a part for some images and one way of drawing;
nothing is mined from them but to compare. Beside the map of all draws stands that of the first half
of them where `halves` asks for it: the other half is what it lacks (maths/moments.py). A run
continues where one stopped, and takes what one before it made.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from diffmine.atlas.reader import Atlas
from diffmine.atlas.sensitivity import FIRST, FOLDER, WHOLE, Variant, part_of
from diffmine.atlas.shards import Outcome, Shard, ShardFunction, run_shards
from diffmine.atlas.writer import Workspace
from diffmine.config import TypicalityConfig
from diffmine.engine import Engine, Progress, Report, Tell, here, silent
from diffmine.maths.score import Scoring
from diffmine.model.draws import together
from diffmine.model.fast.lanes import lanes
from diffmine.model.latents import latents
from diffmine.model.model import Model
from diffmine.model.score import Item, Sampling, advance, label_recipes
from diffmine.model.tally import Tally
from diffmine.stages.typicality.run import in_arithmetic
from diffmine.stages.typicality.score import item_of, model_of
from diffmine.stages.typicality.tables import Named, digests_of, maps_rows

AGAIN = "score again"


@dataclass(frozen=True)
class Work:
    """Some images, each with its labels, and how they are drawn; `halves` as in the module."""

    variant: Variant
    images: Named
    halves: bool


def score_again(
    atlas: Workspace,
    variants: Sequence[Variant],
    images: Mapping[str, tuple[str, ...]],
    shard: int,
    *,
    engine: Engine = here,
    progress: Progress = silent,
) -> Report:
    """Score images under their own labels in the ways of drawing that are new, `shard` of them at a
    time; maps that no way asks for go. The caller holds the atlas."""
    report = Report(AGAIN)
    shards = list(_shards(atlas, variants, images, shard))
    wanted = {file for one in shards for file in one.files}
    atlas.remove(*(name for name in _parts(atlas) if name not in wanted))
    run_shards(
        atlas,
        shards,
        AgainShard(atlas.path, in_arithmetic(atlas, atlas.configured(TypicalityConfig))),
        engine=engine,
        progress=progress,
        report=report,
        unit="images",
    )
    return report.close()


def missing(
    atlas: Atlas, variants: Sequence[Variant], images: Mapping[str, tuple[str, ...]], shard: int
) -> dict[str, int]:
    """Predictions of the UNet that each way of drawing still needs."""
    rows = {variant.name: 0 for variant in variants}
    for one in _shards(atlas, variants, images, shard):
        if not all(map(atlas.finished, one.files)):
            prompts = sum(1 + len(own) for _, own in one.work.images)
            rows[one.work.variant.name] += one.work.variant.draws * prompts
    return rows


def _shards(
    atlas: Atlas, variants: Sequence[Variant], images: Mapping[str, tuple[str, ...]], shard: int
) -> Iterator[Shard[Work]]:
    names = list(images)
    first = next((v for v in variants if _is_seed(atlas, v)), None)
    for variant in variants:
        for number, start in enumerate(range(0, len(names) if variant.new else 0, shard)):
            some = names[start : start + shard]
            work = Work(variant, tuple((name, images[name]) for name in some), variant == first)
            yield Shard((part_of(atlas, variant, number, some),), len(some), work)


def _is_seed(atlas: Atlas, variant: Variant) -> bool:
    """Whether a way of drawing has nothing new but its seed."""
    return variant.new and variant.t_range == atlas.configured(TypicalityConfig).t_range


def _parts(atlas: Workspace) -> list[str]:
    return [name for name in atlas.manifest.artefacts if name.startswith(f"{FOLDER}/")]


@dataclass
class AgainShard(ShardFunction):
    """Scores shards of images by other draws."""

    config: TypicalityConfig

    def __call__(self, shard: Shard[Work], tell: Tell) -> Outcome:
        """The maps of the shard's images."""
        work, variant = shard.work, shard.work.variant
        drawn = replace(Scoring.of(self.config), t_range=variant.t_range, seed=variant.seed)
        sampling = Sampling.like(drawn)
        items = self._items(work, sampling)
        total = sum(variant.draws * len(item.prompts) for item in items)
        rows = 0

        def say(count: int) -> None:
            nonlocal rows
            rows += count
            tell(shard.size * rows / total)

        halves: dict[str, Tally] = {}
        with lanes(self.model.device, drawn.batch) as side:
            if work.halves:
                half = half_of(variant.draws, together(sampling.preset))
                advance(self.model, items, half, sampling, drawn.batch, say, side)
                halves = {item.image_id: item.tally for item in items}
            advance(self.model, items, variant.draws, sampling, drawn.batch, say, side)
        digest_of = digests_of(self.atlas)
        maps = maps_rows(
            work.images,
            {item.image_id: item.tally for item in items},
            lambda own: [(label, WHOLE) for label in own],
            digest_of,
        )
        if halves:
            maps += maps_rows(
                work.images, halves, lambda own: [(label, FIRST) for label in own], digest_of
            )
        return Outcome({shard.files[0]: maps})

    def _items(self, work: Work, sampling: Sampling) -> list[Item]:
        pictures = map(self.atlas.pictures.picture, (name for name, _ in work.images))
        encoded = latents(self.model, pictures)
        return [
            item_of(self.model, latent, name, list(own), label_recipes(len(own)), sampling)
            for (name, own), latent in zip(work.images, encoded, strict=True)
        ]

    @cached_property
    def model(self) -> Model:
        """The atlas's model, in the arithmetic that its images were scored in."""
        return model_of(self.atlas, self.config)


def half_of(draws: int, pair: int) -> int:
    """Half of some draws that parts no pair; the larger half where there are two."""
    return pair * -(-draws // (2 * pair))
