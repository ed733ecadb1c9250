"""Typicality: how much better the model denoises an image knowing its label (section 3.2).

    T(x | c) = E over noise e and time t of  [ L_t(x, e, null) - L_t(x, e, c) ]        (equation 3)

kept as a mean and a standard error for each latent pixel. The labels of an image share the loss
under the null prompt: L + 1 predictions a draw, not 2 L. Latents are posterior means, so a map
depends only on the model, the image's pixels and name, and the configuration: not on the images
beside it, nor on how often its draws were topped up.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import torch

from diffmine.atlas.manifest import key_of
from diffmine.atlas.settings import usable
from diffmine.atlas.several import SOURCED, sourced
from diffmine.atlas.shards import Outcome, Shard, run_shards
from diffmine.atlas.writer import Workspace
from diffmine.config import TypicalityConfig, as_dict, as_key
from diffmine.engine import Engine, Progress, Report, here, silent
from diffmine.errors import UsageError
from diffmine.maths.scores import MEASURES
from diffmine.model.precision import NAMES
from diffmine.stages.typicality.parts import parts_of
from diffmine.stages.typicality.score import Round, ScoreShard
from diffmine.stages.typicality.standing import RACE, Standing
from diffmine.stages.typicality.tables import Named, maps_name

ESTIMATOR = 3
"""What the sums in an atlas mean: 3 since stratified draws are pairs of opposite noise."""


def run(
    atlas: Workspace,
    config: TypicalityConfig,
    *,
    engine: Engine = here,
    progress: Progress = silent,
) -> Report:
    """Score every image of the atlas; writes maps/part-*.parquet, one shard of images each, and
    beside them exact sums (sums/part-*.parquet) from which more draws go on."""
    report = Report("typicality")
    images = sourced(atlas.table("images", SOURCED))
    single = all(len(image.labels) == 1 for image in images.values())
    mean = len(images) / max(len(atlas.labels), 1) if single else 0.0
    config = config.settled(usable(atlas.manifest.config).get("typicality", {}), mean, config.top)
    _check(atlas, config, single)
    begun = atlas.begin("typicality", _in_shards_of_sums(atlas, config))
    if begun is None:
        report.kept = len(images)
        return report.close()
    config = begun
    _keep_sums(atlas, config)
    atlas.keep_work("typicality")
    work = _Work(atlas, config, parts_of(atlas, images, config.shard, config.labels == "own"))
    work.score(engine, progress, report)
    atlas.manifest.config.pop(RACE, None)
    if config.adaptive:
        report.figures |= work.standing.result()
    atlas.end("typicality")
    return report.close()


def _check(atlas: Workspace, config: TypicalityConfig, single: bool) -> None:
    if config.contrast and config.contrast not in atlas.labels:
        raise UsageError(
            f"{atlas.path} has no label {config.contrast!r} to contrast with; it has "
            f"{', '.join(atlas.labels)}."
        )
    for name in config.measures:
        if name not in (measure.name for measure in MEASURES):
            known = ", ".join(measure.name for measure in MEASURES)
            raise UsageError(f"There is no measure {name!r}; there are {known}.")
    if config.adaptive and config.labels == "all":
        raise UsageError("adaptive looks for the best windows of an image's own label; take own.")
    if config.adaptive and not single:
        raise UsageError("adaptive follows one label of an image; these have several.")


def _in_shards_of_sums(atlas: Workspace, config: TypicalityConfig) -> TypicalityConfig:
    """Sums are added to in the shards that they stand in."""
    stored = atlas.configured(TypicalityConfig)
    return replace(config, shard=stored.shard) if atlas.parts("sums") else config


def _keep_sums(atlas: Workspace, config: TypicalityConfig) -> None:
    """Drop sums computed with other settings; keep those that draws can be added to."""
    manifest = atlas.manifest
    inputs = [manifest.keys.get(name, "") for name in ("images", "model")]
    other = {"draws", "sums", "batch"} | (set() if config.adaptive else {"top", "margin"})
    fields = as_key(as_dict(config))

    def key(left_out: set[str], *inputs: str) -> str:
        settings = {name: value for name, value in fields.items() if name not in left_out}
        return key_of("sums", ESTIMATOR, settings, list(inputs))

    # Images are looked at one by one. Older atlases have sums of all images, as they were.
    fast = other | {"compile", "precision"}
    now = key(fast | {"shard"}, manifest.keys["typicality:pieces"])
    if manifest.keys.get("sums") not in (now, key(fast, *inputs), key(other, *inputs)):
        atlas.remove("sums/")
        manifest.keys.pop(_ARITHMETIC, None)
    manifest.keys["sums"] = now
    atlas.save()


_ARITHMETIC = "arithmetic"
"""A key of the manifest: what images were scored in, for those that join them later."""


def in_arithmetic(atlas: Workspace, config: TypicalityConfig) -> TypicalityConfig:
    """With the arithmetic of the images that are scored already, where any will do: what is tried
    on other pictures, or on another machine, could come out otherwise."""
    known = atlas.manifest.keys.get(_ARITHMETIC, "")
    possible = known != "fp16" or torch.cuda.is_available()
    if config.precision != "auto" or known not in NAMES or not possible:
        return config
    return replace(config, precision=known)


@dataclass(frozen=True)
class _Round:
    """The progress of a race whose rounds end at `goal` of `count` draws, the one before at
    `before`: as if all images stayed in it. Those that leave bring the end nearer."""

    progress: Progress
    before: int
    goal: int
    count: int

    def __call__(self, stage: str, done: int, total: int, unit: str, note: str = "") -> None:
        draws = self.before * total + (self.goal - self.before) * done
        self.progress(stage, draws // self.count, total, unit, note)


@dataclass
class _Work:
    """One run of the stage, in rounds where it is a race."""

    atlas: Workspace
    config: TypicalityConfig
    images: Mapping[int, Named]

    @cached_property
    def standing(self) -> Standing:
        """How the race stands, if it is one."""
        return Standing(self.atlas, self.config, self.images)

    def score(self, engine: Engine, progress: Progress, report: Report) -> None:
        """Bring every shard to all of its draws and write its maps."""
        score = ScoreShard(self.atlas.path, in_arithmetic(self.atlas, self.config))
        pace: dict[float, tuple[float, float]] = {}

        def hear(outcome: Outcome) -> None:
            figures = outcome.figures
            rows = report.figures.get("rows", 0.0) + figures["rows"]
            if "arithmetic" in figures:
                self.atlas.manifest.keys[_ARITHMETIC] = NAMES[int(figures["arithmetic"])]
            if rows:
                pace[figures["worker"]] = (figures.get("rate", 0.0), figures.get("share", 0.0))
                rate, share = (sum(values) for values in zip(*pace.values(), strict=True))
                report.figures |= {"rows": rows, "rows a second": rate, "share of peak": share}

        for before, goal in itertools.pairwise([0, *self.standing.goals]):
            last = goal == self.standing.goals[-1]
            run_shards(
                self.atlas,
                list(self._shards(before, goal, last)),
                score,
                engine=engine,
                progress=_Round(progress, before, goal, self.config.count),
                report=report if last else Report("typicality"),
                unit="images",
                again=not last,
                hear=hear,
            )

    def _shards(self, before: int, goal: int, last: bool) -> Iterator[Shard[Round]]:
        """What is to be done in a round, shard by shard."""
        numbers = [number for number in self.images if self._is_open(number, goal, last)]
        if not numbers:
            return
        marks = self.standing.marks(before) if before else {}
        spreads = self.standing.spreads() if last else {}
        for number in numbers:
            images = self.images[number]
            own = self.standing.controls & {name for name, _ in images}
            sums = self.standing.draws(number) > 0
            work = Round(number, images, goal, last, marks, sums, before, own, spreads)
            yield Shard((maps_name(number),), len(images), work)

    def _is_open(self, number: int, goal: int, last: bool) -> bool:
        """Whether a round has something to do for a shard."""
        mapped = self.atlas.finished(maps_name(number))
        return last or (self.standing.draws(number) < goal and not mapped)
