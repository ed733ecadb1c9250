"""Typicality: how much better the model denoises an image knowing its label (section 3.2).

    T(x | c) = E over noise e and time t of  [ L_t(x, e, null) - L_t(x, e, c) ]        (equation 3)

kept as a mean and a standard error for each latent pixel. The labels of an image share the loss
under the null prompt: L + 1 predictions a draw, not 2 L. Latents are posterior means, so a map
depends only on the model, the image's pixels and name, and the configuration: not on the images
beside it, nor on how often its draws were topped up.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise

import numpy as np
from jaxtyping import Float
from PIL import Image
from safetensors.torch import load_file, save_file
from torch import Tensor

from diffmine.config import MineConfig, TypicalityConfig, as_dict
from diffmine.diffusion.draws import draws, together
from diffmine.diffusion.lanes import ALONE, Lanes, lanes
from diffmine.diffusion.latents import latents
from diffmine.diffusion.model import Model
from diffmine.diffusion.pixels import to_tensor
from diffmine.diffusion.precision import TRIED, load_checked
from diffmine.diffusion.score import (
    Item,
    Measure,
    Sampling,
    Score,
    advance,
    as_numpy,
    typicalities,
    typicality,
    window_scores,
)
from diffmine.diffusion.speed import Meter
from diffmine.diffusion.tally import Tally
from diffmine.engine import Engine, Progress, Report, here, silent
from diffmine.errors import UsageError
from diffmine.mining.race import Runner, half, mark_of, rounds
from diffmine.store.atlas import Atlas
from diffmine.store.atomic import whole
from diffmine.store.manifest import key_of
from diffmine.store.several import COLUMNS, labels_of
from diffmine.sums import Labels, Shard, labelled_pictures, read_sums, write_maps, write_sums

TYPICALITY = "typicality"
ESTIMATOR = 3
"""What the sums in an atlas mean: 3 since stratified draws are pairs of opposite noise."""
_PER_IMAGE = MineConfig().per_image


def sampling_of(config: TypicalityConfig) -> Sampling:
    """How a configuration draws."""
    return Sampling(config.t_range, config.seed, config.preset)


def typicality_maps(
    model: Model,
    picture: Image.Image,
    labels: list[str],
    config: TypicalityConfig,
    image_id: str,
) -> dict[str, tuple[Float[np.ndarray, "h w"], Float[np.ndarray, "h w"], Score]]:
    """For each label the mean map, its standard error and the whole image's score.

    `picture` is the image as mined; `image_id` seeds the draws. Maps are float32 in latent
    pixels. Raises ModelError when the model keeps no prompts.
    """
    latent = model.encode(to_tensor(picture))[0].cpu()  # c h w
    item = _item(model, latent, image_id, labels, typicalities(len(labels)), sampling_of(config))
    advance(model, [item], config.count, sampling_of(config), config.batch)
    tally = item.tally
    pairs = zip(tally.score.tolist(), tally.score_error.tolist(), strict=True)
    scores = [Score(mean, error) for mean, error in pairs]
    maps = zip(as_numpy(tally.mean), as_numpy(tally.standard_error), scores, strict=True)
    return dict(zip(labels, maps, strict=True))


def window_curve(
    model: Model,
    picture: Image.Image,
    window: tuple[int, int, int],
    labels: list[str],
    config: TypicalityConfig,
    image_id: str,
) -> list[Score]:
    """The dating curve of a patch: its typicality under each label, in the order of `labels`.

    `window` is (row, col, size) in pixels of `picture`, the image as mined.
    """
    latent = model.encode(to_tensor(picture))[0]  # c h w
    shape = (latent.shape[0], latent.shape[1], latent.shape[2])
    drawn = draws(image_id, config.count, shape, config.t_range, config.seed, config.preset)
    size = (picture.height, picture.width)
    return window_scores(model, latent, drawn, labels, window, size, config.batch)


def _item(
    model: Model,
    latent: Tensor,
    image_id: str,
    labels: list[str],
    measures: tuple[Measure, ...],
    sampling: Sampling,
) -> Item:
    prompts = model.trained_prompts()
    words = (prompts.of(None), *map(prompts.of, labels))
    return Item(image_id, latent, words, measures, sampling.tally(len(measures), latent.shape))


def measures_of(config: TypicalityConfig, labels: int) -> tuple[Measure, ...]:
    """The maps of an image that is scored under `labels` labels; with a contrast its prompt comes
    last. The first map is always typicality under the first label."""
    found = list(typicalities(labels))
    each = range(1, labels + 1)
    if config.sensitivity:
        found += [Measure("sensitivity", 0, k, squared=True) for k in each]
    edges = np.linspace(*config.t_range, config.bands + 1).round().astype(int).tolist()
    for low, high in pairwise(edges):
        found += [Measure(f"band {low}-{high}", 0, k, band=(low, high)) for k in each]
    if config.contrast:
        found += [Measure(f"against {config.contrast}", labels + 1, k) for k in each]
    return tuple(found)


# The stage


def run(
    atlas: Atlas, config: TypicalityConfig, *, engine: Engine = here, progress: Progress = silent
) -> Report:
    """Score every image of the atlas; writes maps/part-*.parquet, one shard of images each, and
    beside them exact sums (sums/part-*.parquet) from which more draws go on."""
    report = Report("typicality")
    _check(atlas, config)
    images = atlas.table("images", COLUMNS)
    if not atlas.begin("typicality", config):
        report.kept = images.num_rows
        return report.close()
    labels = map(tuple, labels_of(images))
    pairs = list(zip(images["image_id"].to_pylist(), labels, strict=True))
    if config.adaptive and any(len(own) > 1 for _, own in pairs):
        raise UsageError("adaptive follows one label of an image; these have several.")
    shards = [
        Shard(k // config.shard, pairs[k : k + config.shard])
        for k in range(0, len(pairs), config.shard)
    ]
    work = _Work(atlas, config, report, progress, len(pairs))
    work.keep_sums()
    goals = rounds(config.count) if config.adaptive else [config.count]
    for goal in goals:
        marks = work.marks(shards, goal) if goal != goals[0] else {}
        for _ in engine.map(partial(work.score, goal=goal, marks=marks, last=goals[-1]), shards):
            pass
    if config.adaptive:
        work.tell_savings(shards)
    atlas.end("typicality")
    return report.close()


def _check(atlas: Atlas, config: TypicalityConfig) -> None:
    if config.contrast and config.contrast not in atlas.labels:
        raise UsageError(
            f"{atlas.path} has no label {config.contrast!r} to contrast with; it has "
            f"{', '.join(atlas.labels)}."
        )
    if config.adaptive and config.labels == "all":
        raise UsageError("adaptive looks for the best windows of an image's own label; take own.")


@dataclass
class _Work:
    """One run of the stage: the model is loaded when the first shard needs it."""

    atlas: Atlas
    config: TypicalityConfig
    report: Report
    progress: Progress
    total: int
    _model: Model | None = field(default=None, repr=False)
    _meter: Meter | None = field(default=None, repr=False)

    # What is there already

    def keep_sums(self) -> None:
        """Drop sums that were computed otherwise; keep those that draws can be added to."""
        manifest, config = self.atlas.manifest, as_dict(self.config)
        other = ["draws", "sums", "batch"] + ([] if self.config.adaptive else ["top", "margin"])
        fixed = {name: value for name, value in config.items() if name not in other}
        inputs = [manifest.keys.get(name, "") for name in ("images", "model")]
        key = key_of("sums", ESTIMATOR, fixed, inputs)
        if manifest.keys.get("sums") != key:
            self.atlas.remove("sums/")
            manifest.keys["sums"] = key
            self.atlas.save()

    def _stored(self, shard: Shard) -> tuple[int, dict[str, Tally]]:
        return read_sums(self.atlas, shard, self.config.count, together(self.config.preset))

    # Scoring

    def score(self, shard: Shard, goal: int, marks: dict[str, float], last: int) -> None:
        """Bring a shard to `goal` draws, where its images are still in the race, and write it."""
        done = self.atlas.finished(shard.maps)
        if done and goal == last:
            self._tell(shard, kept=True)
            return
        there, tallies = self._stored(shard)
        if there < goal:
            tallies = self._advanced(shard, tallies, goal, marks)
            if self.config.sums or self.config.adaptive:
                write_sums(self.atlas, shard, tallies, self._named, goal)
        if goal == last:
            write_maps(self.atlas, shard, tallies, self._named)
            self._tell(shard, kept=there >= goal)

    def _advanced(
        self, shard: Shard, tallies: dict[str, Tally], goal: int, marks: dict[str, float]
    ) -> dict[str, Tally]:
        still = {
            image_id: own
            for image_id, own in shard.images
            if image_id not in tallies or self._stays(tallies[image_id], image_id, own[0], marks)
        }
        encoded = self._latents(shard, list(still))
        items = []
        for image_id, own in still.items():
            labels = self._labels(own)
            measures = measures_of(self.config, len(labels))
            extra = [self.config.contrast] if self.config.contrast else []
            sampling = sampling_of(self.config)
            names = labels + extra
            item = _item(self.model, encoded[image_id], image_id, names, measures, sampling)
            item.tally = tallies.get(image_id, item.tally)
            items.append(item)
        self._advance(items, goal)
        return tallies | {item.image_id: item.tally for item in items}

    def _latents(self, shard: Shard, wanted: list[str]) -> dict[str, Tensor]:
        """Latents by image; a race keeps those of the whole shard for its next rounds."""

        def encoded(names: list[str]) -> dict[str, Tensor]:
            pictures = map(self.atlas.pictures.picture, names)
            return dict(zip(names, latents(self.model, pictures), strict=True))

        if not self.config.adaptive:
            return encoded(wanted)
        names = [image_id for image_id, _ in shard.images]
        path = self.atlas.path / "work" / "typicality" / f"latents-{shard.number:05d}.safetensors"
        if not path.is_file():
            with whole(path) as temporary:
                numbered = enumerate(encoded(names).values())
                save_file({f"{k:05d}": latent for k, latent in numbered}, temporary)
        return dict(
            zip(names, (latent for _, latent in sorted(load_file(path).items())), strict=True)
        )

    def _advance(self, items: list[Item], goal: int) -> None:
        if not items:
            return
        if self._meter is None:
            c, h, w = items[0].latent.shape
            self._meter = Meter(self.model, (c, h, w), len(items[0].prompts))

        def say(rows: int) -> None:
            assert self._meter is not None
            self._meter.add(rows)
            done = self.report.done + self.report.kept
            self.progress("typicality", done, self.total, "images", self._meter.note())

        sampling, batch = sampling_of(self.config), self.config.batch
        with self._lanes() as side:
            advance(self.model, items, goal, sampling, batch, say, side)

    def _lanes(self) -> AbstractContextManager[Lanes]:
        """None with a compiled UNet: what is compiled by one thread is for that one's calls."""
        alone = self.config.compile
        return nullcontext(ALONE) if alone else lanes(self.model.device, self.config.batch)

    @property
    def model(self) -> Model:
        """The atlas's model, in the arithmetic that was asked for or found good enough."""
        if self._model is None:
            config = self.config
            pictures = labelled_pictures(self.atlas, TRIED)
            self._model = load_checked(self.atlas.needed_model(), config.precision, pictures)
            if config.compile:
                self._model.compile(config.batch)
        return self._model

    def _labels(self, own: Labels) -> list[str]:
        return self.atlas.labels if self.config.labels == "all" else list(own)

    def _tell(self, shard: Shard, kept: bool) -> None:
        if kept:
            self.report.kept += len(shard.images)
        else:
            self.report.done += len(shard.images)
        if self._meter is not None:
            self.report.figures["rows"] = float(self._meter.rows)
            self.report.figures["rows a second"] = self._meter.rate
            self.report.figures["share of peak"] = self._meter.share_of_peak
        note = self._meter.note() if self._meter else ""
        done = self.report.done + self.report.kept
        self.progress("typicality", done, self.total, "images", note)

    def _named(self, own: Labels) -> list[tuple[str, str]]:
        """Label and score of each map of an image with the labels `own`."""
        labels = self._labels(own)
        found = measures_of(self.config, len(labels))
        return [(labels[each.prompt - 1], each.name) for each in found]

    # The race

    def _runner(self, tally: Tally, image_id: str) -> Runner:
        image = self.atlas.image(image_id)
        short = min(image["height"], image["width"])
        side = self.config.window * short if self.config.window < 1 else self.config.window
        return Runner.of(tally, round(side * tally.mean.shape[-2] / image["height"]))

    def _stays(self, tally: Tally, image_id: str, label: str, marks: dict[str, float]) -> bool:
        if label not in marks:
            return True
        runner, mark, margin = self._runner(tally, image_id), marks[label], self.config.margin
        late = int(tally.draws.max()) >= half(self.config.count)
        settled = late and runner.settled(mark, margin, _PER_IMAGE)
        return runner.may_reach(mark, margin) and not settled

    def marks(self, shards: list[Shard], goal: int) -> dict[str, float]:
        """The mark of each label after the round before `goal`; kept on the disk, for a run that
        goes on finds some shards of this round finished already."""
        name = f"marks-{goal}"
        found = self.atlas.note_of("typicality", name)
        if found is None:
            bests: dict[str, list[float]] = {label: [] for label in self.atlas.labels}
            for shard in shards:
                labels = dict(shard.images)
                for image_id, tally in self._stored(shard)[1].items():
                    best = self._runner(tally, image_id).best(_PER_IMAGE)
                    bests[labels[image_id][0]] += [mean for mean, _ in best]
            found = {label: mark_of(values, self.config.top) for label, values in bests.items()}
            self.atlas.keep_note("typicality", name, found)
        return {label: float(mark) for label, mark in found.items()}

    def tell_savings(self, shards: list[Shard]) -> None:
        """Report the share of draws that were not made, and how many of the best windows of all
        labels are expected to have been lost by it."""
        marks = self.marks(shards, self.config.count + 1)
        made, lost = 0.0, 0.0
        for shard in shards:
            labels = dict(shard.images)
            for image_id, tally in self._stored(shard)[1].items():
                made += int(tally.draws.max())
                if int(tally.draws.max()) < self.config.count:
                    runner = self._runner(tally, image_id)
                    lost += runner.lost(marks[labels[image_id][0]], _PER_IMAGE)
        self.report.figures["draws saved"] = 1 - made / (self.total * self.config.count)
        self.report.figures["windows lost"] = lost


__all__ = ["run", "typicality", "typicality_maps", "window_curve"]
