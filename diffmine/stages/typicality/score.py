"""One shard of typicality: its images brought to a number of draws, in whatever process."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import cached_property

from PIL import Image
from safetensors.torch import load, save
from torch import Tensor

from diffmine.atlas.manifest import key_of
from diffmine.atlas.reader import Atlas
from diffmine.atlas.scratch import readable
from diffmine.atlas.shards import Files, Outcome, Shard, ShardFunction
from diffmine.config import TypicalityConfig
from diffmine.engine import Tell
from diffmine.maths.score import Scoring
from diffmine.maths.scores import Recipe, recipes_of
from diffmine.model.draws import together
from diffmine.model.fast.lanes import ALONE, Lanes, lanes
from diffmine.model.latents import latents
from diffmine.model.model import Model
from diffmine.model.precision import NAMES, TRIED, Say, arithmetic_of, load_checked
from diffmine.model.score import Item, Sampling, advance
from diffmine.model.speed import Meter
from diffmine.model.tally import Tally
from diffmine.stages.typicality.controls import Record, Spread, fit_of
from diffmine.stages.typicality.race import EARLY, Mark, Runner, rounds, runner_of, stays
from diffmine.stages.typicality.tables import (
    Labels,
    Named,
    digests_of,
    maps_name,
    maps_rows,
    read_sums,
    records_in,
    sums_name,
    sums_rows,
)
from diffmine.words.scores import comparing


@dataclass(frozen=True)
class Round:
    """What is asked for of a shard: `goal` draws for the images that are still in the race by the
    `marks` of their labels, after a round that ended at `before`, and in the `last` round maps;
    all draws for the `controls`. `sums`: whether there are stored ones to continue from; `spreads`
    say by label and number of sides how far one value of an image lies from many."""

    number: int
    images: Named
    goal: int
    last: bool
    marks: Mapping[str, Mark]
    sums: bool
    before: int = 0
    controls: frozenset[str] = frozenset()
    spreads: Mapping[tuple[str, int], Spread] = field(default_factory=dict)


@dataclass
class ScoreShard(ShardFunction):
    """Brings shards of images to the draws asked for."""

    config: TypicalityConfig
    _meter: Meter | None = field(default=None, init=False, repr=False)
    _tell: Tell | None = field(default=None, init=False, repr=False)

    def __call__(self, shard: Shard[Round], tell: Tell) -> Outcome:
        """The sums and, in the last round, the maps of the shard's images."""
        work, self._tell = shard.work, tell
        there, digest_of = 0, digests_of(self.atlas)
        tallies: dict[str, Tally] = {}
        records: dict[str, Record] = {}
        if work.sums:
            path = self.atlas.path / sums_name(work.number)
            there, tallies = read_sums(path, together(self.config.scheme))
            records = records_in(path)
        files: Files = {}
        rows = 0
        if there < work.goal:
            items = self._items(work, tallies, files)
            rows = self._advance(items, work, records, tell)
            tallies = tallies | {item.image_id: item.tally for item in items}
            if self.config.sums or self.config.adaptive:
                sums = sums_rows(work.images, tallies, self.named, digest_of, work.goal, records)
                files[sums_name(work.number)] = sums
        if work.last:
            lent = _lent(work, tallies)
            maps = maps_rows(work.images, tallies, self.named, digest_of, lent)
            files[maps_name(work.number)] = maps
        figures = {"rows": float(rows), "worker": float(os.getpid())}
        if rows:
            figures["arithmetic"] = float(NAMES.index(arithmetic_of(self.model)))
        if self._meter is not None:
            figures |= {"rate": self._meter.rate, "share": self._meter.share_of_peak}
        return Outcome(files, figures)

    def named(self, own: Labels) -> list[tuple[str, str]]:
        """Label and score of each map of an image with the labels `own`."""
        labels = self._labels(own)
        recipes = recipes_of(self.config, len(labels))
        return [(labels[recipe.prompt - 1], recipe.name) for recipe in recipes]

    def _labels(self, own: Labels) -> list[str]:
        return self.atlas.labels if self.config.labels == "all" else list(own)

    # Images that are still to be drawn for

    def _items(self, work: Round, tallies: dict[str, Tally], files: Files) -> list[Item]:
        def asks(image_id: str, label: str) -> bool:
            """Whether an image is to get draws."""
            if image_id not in tallies or image_id in work.controls:
                return True
            image, tally = self.atlas.image(image_id), tallies[image_id]
            return stays(tally, image, label, work.marks, self.config, work.before)

        still = {image_id: own for image_id, own in work.images if asks(image_id, own[0])}
        encoded = self._latents(work, list(still), files)
        sampling = Sampling.like(Scoring.of(self.config))
        extra = [self.config.contrast] if self.config.contrast else []
        items = []
        for image_id, own in still.items():
            labels = self._labels(own)
            recipes = recipes_of(self.config, len(labels))
            latent = encoded[image_id]
            item = item_of(self.model, latent, image_id, labels + extra, recipes, sampling)
            item.tally = tallies.get(image_id, item.tally)
            items.append(item)
        return items

    def _latents(self, work: Round, wanted: list[str], files: Files) -> dict[str, Tensor]:
        """Latents by image; a race keeps those of the whole shard for its next rounds."""

        def encoded(names: list[str]) -> dict[str, Tensor]:
            pictures = map(self.atlas.pictures.picture, names)
            return dict(zip(names, latents(self.model, pictures), strict=True))

        if not self.config.adaptive:
            return encoded(wanted)
        names = [image_id for image_id, _ in work.images]
        file = f"work/typicality/latents-{key_of(names)}.safetensors"
        path = self.atlas.path / file
        if not readable(path):
            every = encoded(names)
            files[file] = save({f"{k:05d}": latent for k, latent in enumerate(every.values())})
            return every
        stored = sorted(load(path.read_bytes()).items())
        return dict(zip(names, (latent for _, latent in stored), strict=True))

    # Draws

    def _advance(
        self, items: list[Item], work: Round, records: dict[str, Record], tell: Tell
    ) -> int:
        """Bring the items to the goal, and controls to all draws; how many rows of the UNet that
        took. What is kept of controls beside their sums goes to `records`."""
        if not items:
            return 0
        c, h, w = items[0].latent.shape
        meter = self._meter = self._meter or Meter(self.model, (c, h, w), len(items[0].prompts))
        controls = [item for item in items if item.image_id in work.controls]
        others = [item for item in items if item.image_id not in work.controls]
        goals = [(others, work.goal), (controls, self.config.count if controls else work.goal)]
        total = sum(max(goal - i.done, 0) * len(i.prompts) for some, goal in goals for i in some)
        rows = 0

        def say(count: int) -> None:
            nonlocal rows
            rows += count
            meter.add(count)
            tell(len(work.images) * rows / total, meter.note())

        sampling = Sampling.like(Scoring.of(self.config))
        with self._lanes() as side:

            def draw(some: list[Item], goal: int) -> None:
                advance(self.model, some, goal, sampling, self.config.batch, say, side)

            draw(others, work.goal)
            self._run_in_full(controls, records, draw)
        return rows

    def _run_in_full(
        self,
        controls: list[Item],
        records: dict[str, Record],
        draw: Callable[[list[Item], int], None],
    ) -> None:
        """All rounds of controls, one after the other, and what they say after each."""
        first: dict[str, Runner] = {}
        for goal in rounds(self.config.count, early=True) if controls else []:
            some = [item for item in controls if item.done < goal]
            draw(some, goal)
            for item in some:
                name = item.image_id
                runner = runner_of(item.tally, self.atlas.image(name), self.config)
                record = records.setdefault(name, Record())
                if goal == EARLY:
                    first[name] = runner
                record.reaches[goal] = runner.reach(self.config.margin)
                if goal == self.config.count and name in first:
                    record.fit = fit_of(first[name].means, runner.means)

    def _lanes(self) -> AbstractContextManager[Lanes]:
        """No lanes with a compiled UNet: what one thread compiles serves that thread's calls."""
        alone = self.config.compile
        return nullcontext(ALONE) if alone else lanes(self.model.device, self.config.batch)

    def _compared(self, done: int, total: int) -> None:
        """Of a large model the comparison takes as long as scoring a dozen images twice."""
        if self._tell is not None:
            self._tell(0, comparing(done, total))

    @cached_property
    def model(self) -> Model:
        """The atlas's model, in the arithmetic that was asked for or found good enough."""
        return model_of(self.atlas, self.config, self._compared)


def _lent(work: Round, tallies: Mapping[str, Tally]) -> dict[str, Tally]:
    """Tallies of a single value, with the spread of other images of their labels."""
    lent = {}
    for name, own in work.images:
        spread = work.spreads.get((own[0], tallies[name].blocks.shape[-1]))
        if spread is not None and float(tallies[name].n.max()) == 1:
            lent[name] = spread.lent_to(tallies[name])
    return lent


def model_of(atlas: Atlas, config: TypicalityConfig, say: Say = lambda done, total: None) -> Model:
    """The model of an atlas, ready to score as is configured; `say` hears how far a comparison of
    two arithmetics is."""
    pictures = labelled_pictures(atlas, TRIED)
    path = atlas.needed_model()
    model = load_checked(path, config.precision, pictures, config.batch, say)
    if config.compile:
        model.compile(config.batch)
    return model


def item_of(
    model: Model,
    latent: Tensor,
    image_id: str,
    labels: list[str],
    recipes: tuple[Recipe, ...],
    sampling: Sampling,
) -> Item:
    """An image with a latent (c, h, w), ready to be scored under labels."""
    prompts = model.trained_prompts()
    words = (prompts.of(None), *map(prompts.of, labels))
    return Item(image_id, latent, words, recipes, sampling.tally(len(recipes), latent.shape))


def labelled_pictures(atlas: Atlas, count: int) -> list[tuple[Image.Image, str]]:
    """Up to `count` pictures with their labels, spread over the atlas."""
    rows = atlas.table("images", ["image_id", "label"]).to_pylist()
    step = max(1, -(-len(rows) // count))
    return [(atlas.pictures.picture(row["image_id"]), row["label"]) for row in rows[::step]]
