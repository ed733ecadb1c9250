"""What a build would do, before it does it: what is kept, gone on with or made again, why, and what
that costs in predictions of the UNet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from diffmine.atlas.evaluation import EVALUATED, JUDGED
from diffmine.atlas.health import OWN
from diffmine.atlas.manifest import is_atlas
from diffmine.atlas.reader import Atlas, open_atlas
from diffmine.atlas.stages import STAGES, Stage
from diffmine.config import BuildConfig, TypicalityConfig, as_dict, results
from diffmine.data.records import Dataset
from diffmine.data.sources import dataset_of
from diffmine.engine import Progress, silent
from diffmine.errors import AtlasError
from diffmine.model.foreign.checkpoint import Checkpoint
from diffmine.pipeline.labels import checked
from diffmine.pipeline.models import Asked, found, is_other, settled
from diffmine.pipeline.same import check_same
from diffmine.pipeline.settle import by_base, sized, training_table
from diffmine.pipeline.work import (
    Sizes,
    curve_patches,
    parallel_sources,
    steps_of_translation,
    translated_patches,
    work_of,
)
from diffmine.stages.collect.compared import Compared
from diffmine.stages.collect.held import Change
from diffmine.stages.collect.run import by_group
from diffmine.stages.finetune.learnt import goes_on, steps_of
from diffmine.words.datasets import lines

KEPT, ADDED, AGAIN, FIRST = "kept", "added to", "again", "new"
_REGROUPED = "other images belong together"
_REWRITTEN = "adds its columns again"
_LOST, _STOPPED = "files of it are broken", "unfinished, or files of it were lost"
_SAME_KEY = [(ADDED, why) for why in (_LOST, _STOPPED, _REWRITTEN, _REGROUPED)]


@dataclass(frozen=True)
class Step:
    """What becomes of a stage: kept, added to, made again or new; why; of how many images of all;
    and its cost in words."""

    stage: str
    fate: str
    why: str = ""
    cost: str = ""

    def __str__(self) -> str:
        why = f" ({self.why})" if self.why else ""
        return f"{self.stage}: {self.fate}{why}" + (f": {self.cost}" if self.cost else "")


@dataclass(frozen=True)
class Plan:
    """What a build would do with the images, in each stage, and to what people had judged; and what
    to know of the images."""

    images: str
    steps: tuple[Step, ...]
    outdated: str = ""
    remarks: tuple[str, ...] = ()

    def __str__(self) -> str:
        outdated = [self.outdated] if self.outdated else []
        return "\n".join([self.images, *self.remarks, *map(str, self.steps), *outdated])


def plan(
    data: str | Path,
    config: BuildConfig,
    model: Asked | None = None,
    out: Path | None = None,
    replace_all: bool = False,
    progress: Progress = silent,
) -> Plan:
    """What a build would do; `out` is the folder of the atlas, which may be there. Nothing is
    written to it. It refuses what the build would: see there."""
    if out is not None and out.exists() and not out.is_dir():
        raise AtlasError(f"{out} is no folder; give --out the folder of an atlas or a new name.")
    given = None if model is None else found(model, out, online=False)
    config = config if given is None else settled(config, given)
    there = open_atlas(out) if out is not None and is_atlas(out) else None
    stored = there.manifest.config if there else None
    known = dataset_of(data, sized(config, given, stored), progress)
    whole = checked(known, config, given, online=False)
    dataset = whole.limited(config.data.limit)
    config, chosen = by_base(
        config, len(dataset), len(dataset.labels), given, stored, dataset.records
    )
    if there is None:
        steps = (
            Step(stage.name, FIRST, cost=cost(stage.name, config, dataset, len(dataset)))
            for stage in _stages(config, given)
        )
        chosen += training_table(config, len(dataset), len(dataset.labels)) if chosen else []
        return Plan(_images(dataset), tuple(steps), remarks=(*lines(dataset), *chosen))
    check_same(there, whole, replace_all)
    compared = Compared(there, dataset, config.data, note=False)
    planned = plan_of(compared, config, given)
    return replace(planned, remarks=(*planned.remarks, *chosen))


def plan_of(compared: Compared, config: BuildConfig, model: Checkpoint | None) -> Plan:
    """What a build would do with an atlas that is there."""
    images, config = _images(compared.dataset), config.with_race()
    if compared.count:
        words = [f"{len(names)} {kind}" for kind, names in _counted(compared.change) if names]
        images += f"; {', '.join(words) or 'as they were'}"
    planned = _Plan(compared, config, model)
    remarks = tuple(lines(compared.dataset))
    return Plan(images, tuple(planned.steps()), planned.outdated(), remarks)


def _images(dataset: Dataset) -> str:
    labels = dataset.labels
    number = f"{len(dataset)}"
    if dataset.refused:
        number += f" of {len(dataset) + len(dataset.refused)}"
    return f"{number} images with {len(labels)} labels: {', '.join(labels)}"


def _counted(change: Change) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "new", change.new
    yield "changed", change.other
    yield "gone", change.gone
    yield "with a corrected record", change.records


def _stages(config: BuildConfig, model: Checkpoint | None) -> list[Stage]:
    """The stages of a build in the order in which they run."""
    names = {stage.name for stage in STAGES if stage.in_build}
    names -= {"finetune"} if model is not None else set()
    names |= {"parallel"} if config.trends.parallel else set()
    return [stage for stage in STAGES if stage.name in names]


_READ_ANEW = {"timestep", "up_block", "noises", "seed"}
"""Settings of the clustering with which features are others; the rest take those that are there."""
_OTHER = "?"
"""In the place of a key that is not known before the work is done; it is none of today's."""


@dataclass
class _Plan:
    """The fate of each stage of an atlas that is there: `keys` become those that it will have,
    `written` are the stages so far that do anything."""

    compared: Compared
    config: BuildConfig
    model: Checkpoint | None
    keys: dict[str, str] = field(default_factory=dict)
    written: set[str] = field(default_factory=set)

    @property
    def atlas(self) -> Atlas:
        """The atlas as it is."""
        return self.compared.atlas

    @property
    def dataset(self) -> Dataset:
        """The data set of the build."""
        return self.compared.dataset

    @property
    def change(self) -> Change:
        """What differs between the images of the atlas and those of the data set."""
        return self.compared.change

    def steps(self) -> Iterator[Step]:
        """In the order of the build; what is made of something else is made again."""
        self.keys = dict(self.atlas.manifest.keys)
        if self._are_other_images():
            self.keys["images"] = _OTHER
        if self._is_other_model():
            self.keys["model"] = _OTHER
        for stage in _stages(self.config, self.model):
            step = self._step(stage)
            step = self._not_alone(stage, step) if step.fate == KEPT else step
            self.written |= {stage.name} if step.fate != KEPT else set()
            begun = self.keys.pop(f"{stage.name}:begun", "")
            self.keys.setdefault(stage.name, begun)
            if step.fate != KEPT and (step.fate, step.why) not in _SAME_KEY:
                self.keys[stage.name] = _OTHER
            if stage.name == "finetune" and (step.fate in (AGAIN, FIRST) or self._goes_on(step)):
                self.keys["model"] = _OTHER
            yield step

    def outdated(self) -> str:
        """In words, after the steps, that the evaluation will go; empty where it stays."""
        others = any(self.keys.get(name) == _OTHER for name in JUDGED)
        if EVALUATED in self.atlas.manifest.keys and (others or self.change):
            return "evaluation.json: goes, it is about what changes; run diffmine evaluate after it"
        return ""

    def _step(self, stage: Stage) -> Step:
        name = stage.name
        every = cost(name, self.config, self.dataset, len(self.dataset))
        if name not in self.keys and f"{name}:begun" not in self.keys:
            return Step(name, FIRST, cost=every)
        further = stage.extends if name not in self.keys else ()
        settings = self._settings(name, further)
        inputs = [known for known in stage.inputs if self.keys.get(known) == _OTHER]
        if settings:
            why = ", ".join(settings.values())
            return (None if inputs else self._onward(name, set(settings), why)) or Step(
                name, AGAIN, why, every
            )
        known = f"{name}:pieces" in self.keys and self._same_labels(name)
        if inputs == ["images"] and stage.piecewise and known:
            return self._pieces(name, every)
        if inputs:
            return Step(name, AGAIN, f"because of {' and '.join(inputs)}", every)
        return self._unchanged(stage, every)

    def _onward(self, name: str, changed: set[str], why: str) -> Step | None:
        """A stage of which some settings change, where its work goes on from what is there."""
        files = self.atlas.manifest.artefacts
        read = any(file.startswith("features/") for file in files)
        if name == "cluster" and read and not changed & _READ_ANEW:
            return Step(name, AGAIN, why, "from the features that are there")
        if name == "finetune" and changed == {"steps"}:
            return self._further(why)
        if name == "typicality" and changed == {"draws"}:
            more = self.config.typicality.count - self.atlas.configured(TypicalityConfig).count
            if more > 0 and any(file.startswith("sums/") for file in files):
                own = replace(self.config.typicality, draws=more)
                rest = replace(self.config, typicality=own)
                return Step(name, ADDED, why, cost(name, rest, self.dataset, len(self.dataset)))
        return None

    @staticmethod
    def _goes_on(step: Step) -> bool:
        return step.fate == ADDED and step.why not in (_LOST, _STOPPED)

    def _further(self, why: str) -> Step | None:
        """A training of which only the number of steps changes: a finished model goes on."""
        own = self.config.finetune
        told = goes_on(self.atlas, own)
        if not told:
            return None
        more = own.steps - steps_of(told)
        if more <= 0:
            return Step("finetune", KEPT, f"it was trained {steps_of(told):,} steps")
        return Step("finetune", ADDED, why, f"{more} steps of {own.batch} images")

    def _not_alone(self, stage: Stage, step: Step) -> Step:
        """A stage that would be kept, but for what it says of others' files and of groups."""
        if any(stage.completes_files_of(name) for name in self.written):
            return Step(stage.name, ADDED, _REWRITTEN)
        if self.compared.groups and stage.name in by_group(self.atlas):
            limited = stage.name == "mine" and self.config.mine.per_group
            return Step(stage.name, AGAIN if limited else ADDED, _REGROUPED)
        return step

    def _unchanged(self, stage: Stage, every: str) -> Step:
        """A stage none of whose inputs changes: kept, unless it was stopped, or files are lost."""
        name = stage.name
        files = [one for one in self.atlas.manifest.artefacts if one.startswith(stage.makes)]
        if not all(map(self.atlas.finished, files)):
            return Step(name, ADDED, _LOST, f"at most {every}")
        then = Atlas(self.atlas.path, replace(self.atlas.manifest, keys=self.keys))
        if then.fresh(name):
            return Step(name, KEPT)
        begun = self.keys.get(f"{name}:begun", "")
        then.manifest.keys = self.keys | {name: begun}
        if then.fresh(name):
            return Step(name, ADDED, _STOPPED, f"at most {every}")
        return Step(name, AGAIN, "made of something else", every)

    def _pieces(self, name: str, every: str) -> Step:
        if name == "finetune":
            return self._model(every)
        number = len(self.change.new) + len(self.change.other)
        spent = cost(name, self.config, self.dataset, number)
        fate = ADDED if number or self.change.gone else KEPT
        return Step(name, fate, f"{number} of {len(self.dataset)} images", spent)

    def _model(self, every: str) -> Step:
        """Whether the model knows enough of the images."""
        known = self.config.finetune.known
        learnt = self._learnt()
        words = f"it learnt from {learnt} of {len(self.dataset)} images"
        if learnt >= known * len(self.dataset):
            return Step("finetune", KEPT, words)
        return Step("finetune", AGAIN, f"{words}, --finetune.known asks for {known:.0%}", every)

    def _learnt(self) -> int:
        if not self.atlas.has("trained"):
            return 0
        held = self.compared.held.rows
        new = {*self.change.new, *self.change.other} if held else set()
        # Images that are lost are collected again, from the files as they are.
        now = {name: row["source_digest"] for name, row in held.items()} or self.compared.digests
        rows = self.atlas.table("trained", ["image_id", "source_digest"]).to_pylist()
        names = {record.image_id for record in self.dataset} - new
        return sum(row["image_id"] in names and now.get(row["image_id"]) == row["source_digest"]
                   for row in rows)  # fmt: skip

    def _are_other_images(self) -> bool:
        if not self.compared.count:
            return self.atlas.manifest.keys.get("images") != self.compared.key()
        return self.change.of_pictures

    def _is_other_model(self) -> bool:
        """Whether another model is asked for than the one that the atlas is computed with."""
        if self.model is None:
            return self.atlas.manifest.model.get("path", OWN) != OWN
        return is_other(self.atlas, self.model)

    def _same_labels(self, name: str) -> bool:
        own = name == "typicality" and self.config.typicality.labels == "own"
        return own or list(self.dataset.labels) == self.atlas.labels

    def _settings(self, name: str, but_for: tuple[str, ...]) -> dict[str, str]:
        """The settings that change a stage's results, but for some, in words by their names."""
        config: Any = self.config.trends if name == "parallel" else getattr(self.config, name)
        stored = self.atlas.manifest.config.get(name, {})
        if name == "parallel" or not stored:
            return {}
        now, was = results(name, as_dict(config)), results(name, as_dict(type(config)()) | stored)
        return {
            key: f"--{name}.{key.replace('_', '-')} {_word(was.get(key))} -> {_word(value)}"
            for key, value in now.items()
            if value != was.get(key) and key not in but_for
        }


def _word(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def cost(stage: str, config: BuildConfig, dataset: Dataset, images: int) -> str:
    """What a stage costs for so many images, in words; empty where it is next to nothing."""
    sizes = Sizes.of(dataset, config, images)
    labels, work = sizes.labels, work_of(stage, config, sizes)
    if stage == "finetune":
        return f"{config.finetune.steps} steps of {config.finetune.batch} images"
    if stage == "typicality":
        draws, race = config.typicality.count, config.typicality.adaptive
        every = replace(config, typicality=replace(config.typicality, adaptive=False))
        prompts = work_of(stage, every, sizes).full // max(draws, 1)
        even = images and not prompts % images
        under = f"x {prompts // images} prompts" if even else f"under {prompts} prompts in all"
        told = f", in a race about {_rows(work.full)}" if race else f" = {_rows(work.full)}"
        return f"{images} x {draws} draws {under}{told}"
    if stage == "cluster":
        return f"up to {sizes.patched} x {config.cluster.noises} partial predictions"
    if stage == "translate":
        patches, rows_each = translated_patches(config, sizes), steps_of_translation(config, labels)
        return f"up to {patches} patches x {rows_each} = {_rows(work.translated)}"
    if stage == "trends":
        seen = f"{sizes.pairs:,} x {config.cluster.noises} noises"
        curves, draws = curve_patches(config, sizes), config.trends.draws
        dated = f"up to {curves} curves x {draws} draws x {1 + labels} prompts"
        return f"{seen} + {dated} = {_rows(work.predictions)}"
    if stage == "parallel":
        sources = parallel_sources(config, sizes)
        each_source = work.predictions // max(sources, 1)
        return (
            f"up to {sources} images under {labels} labels x {each_source} = "
            f"{_rows(work.predictions)}"
        )
    return ""


def _rows(number: int) -> str:
    return f"{number:,} predictions"
