"""The steps by which every embedded demo is made: pictures, base, model, atlas, assets.

Each step goes on where it stopped; working files stand in build/NAME.

    python -m demos.NAME.make --assets DIR            all of it in DIR, assets/ stays as it is
    python -m demos.NAME.make --assets DIR --small    a trial of every step, of no use otherwise
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import Any

from demos.card import first_of, write_card
from demos.held_out import DRAWS, held_out
from demos.splits import Counts, add_counts
from demos.views import add_views
from diffmine.atlas.evaluation import read_evaluation, write_evaluation
from diffmine.atlas.health import digests_of
from diffmine.atlas.slim import slim
from diffmine.atlas.writer import Workspace, open_workspace
from diffmine.config import BuildConfig, EvaluateConfig
from diffmine.engine import Progress, Report
from diffmine.model.prompts import read_prompts
from diffmine.pipeline.build import build, run_evaluation
from diffmine.pipeline.progress import shown
from diffmine.pipeline.single import train_model
from diffmine.stages.evaluate.run import OURS

ROOT = Path(__file__).parents[1]
ASSETS = ROOT / "assets"
TESTED = 8
"""Held-out pictures of each label under every label."""
FEW = (8, 4, 1)
"""Pictures of each label in a trial: train, atlas, test."""
FEWEST_DRAWS = 4


@dataclass(frozen=True)
class Demo:
    """What one demo is; its build.toml stands in demos/NAME."""

    name: str
    description: str
    licence: str
    limits: tuple[str, ...]
    translation: dict[str, Any] = field(default_factory=dict)
    """Settings of translation that were found good by eye on held-out pictures."""

    @property
    def config(self) -> BuildConfig:
        """Every setting of its build."""
        return BuildConfig(**tomllib.loads((ROOT / "demos" / self.name / "build.toml").read_text()))

    @property
    def counts(self) -> Counts:
        """Pictures of each label that its recipe draws: train, atlas, test."""
        counts: Counts = import_module(f"demos.{self.name}.recipe").COUNTS
        return counts


@dataclass(frozen=True)
class Facts:
    """What the card of a drawn demo says beside its figures."""

    about: str
    pictures: str
    what: str
    limits: str
    against: str = ""
    """The label that means nothing was found."""


@dataclass(frozen=True)
class Made:
    """What the steps left for a demo's own figures, sheets and card; `docs` is the folder of the
    sheets, `draws` those of a score of a held-out picture."""

    data: Path
    base: Path
    model: Path
    docs: Path
    atlas: Workspace
    reports: list[Report]
    progress: Progress
    draws: int


def make(demo: Demo, judge: Callable[[Made], None], argv: Sequence[str] | None = None) -> None:
    """Everything, from the pictures on; what is there already is kept. `judge` measures the model
    on held-out pictures and writes its card."""
    options = _options(demo, argv)
    assets, work = options.assets, options.work
    data = drawn(demo.name, options.data or work / "pictures", options.counts)
    base, model = _base(assets), assets / "models" / demo.name
    config = _small(demo.config) if options.small else demo.config
    with shown() as progress:
        if not model.is_dir():
            everything = replace(config.data, limit=0)
            tuned = replace(config.finetune, base=str(base))
            train_model(data / "train", model, everything, tuned, progress=progress)
        _note_translation(demo, model)
        reports = build(data / "atlas", work / "atlas", config, model=str(model), progress=progress)
        docs, draws = options.docs, FEWEST_DRAWS if options.small else DRAWS
        atlas = open_workspace(work / "atlas")
        judge(Made(data, base, model, docs, atlas, reports, progress, draws))
    _embed(demo, work / "atlas", assets, options.counts)


def judged(facts: Facts, base_images: int = 0) -> Callable[[Made], None]:
    """The judge of a demo whose elements are known: its model finds the labels of pictures it never
    saw, its atlas is evaluated by the boxes of the recipe, before and after finetuning; before with
    `base_images` of each label (0: all)."""

    def judge(made: Made) -> None:
        held = made.data / "test"
        test = held_out(made.model, held, made.progress, per_label=TESTED, draws=made.draws)
        (made.model / "held_out.json").write_text(json.dumps(test, indent=1))
        write_card(
            made.model,
            about=facts.about,
            pictures=facts.pictures,
            facts={"held-out images": first_of(test, facts.what)},
            limits=facts.limits,
        )
        trends = made.data / "atlas" / "trends.csv"
        options = EvaluateConfig(
            complete=True,
            base=str(made.base),
            base_images=base_images,
            against=facts.against,
            trends=str(trends) if trends.is_file() else "",
            baselines=True,
        )
        run_evaluation(made.atlas.path, options, progress=made.progress)
        _note_seconds(made)

    return judge


def _note_seconds(made: Made) -> None:
    """Beside the seconds of the baselines those of our own scoring and mining, for a label; not
    where a part of it was there from an earlier run."""
    own = [report for report in made.reports if report.stage in ("typicality", "mine")]
    if any(report.kept for report in own):
        return
    found = read_evaluation(made.atlas)
    assert found is not None
    seconds = sum(report.seconds for report in own) / len(made.atlas.labels)
    found.seconds = {OURS: seconds, **found.seconds}
    with made.atlas.hold():
        write_evaluation(made.atlas, found)


def drawn(name: str, data: str | Path | None = None, counts: Counts | None = None) -> Path:
    """The folder of a demo's pictures, drawn now if they are not there: as many as its recipe draws
    if `counts` does not say how many."""
    folder = Path(data) if data else ROOT / "build" / name / "pictures"
    if not (folder / "test").is_dir():
        some = ["--counts", ",".join(map(str, counts))] if counts else []
        run_module(f"demos.{name}.recipe", "--out", str(folder), *some)
    return folder


def run_module(name: str, *arguments: str) -> None:
    """Run a module of the project in a process of its own."""
    subprocess.run([sys.executable, "-m", name, *arguments], check=True)


def _options(demo: Demo, argv: Sequence[str] | None) -> argparse.Namespace:
    """What was asked for; folders that were not named lie in that of the assets, or in the
    project's own if that is the embedded one."""
    parser = argparse.ArgumentParser(description=f"Make the embedded demo {demo.name}.")
    parser.add_argument("--data", type=Path, help=f"pictures made by demos.{demo.name}.recipe")
    parser.add_argument("--work", type=Path, help="folder of the working files (build/NAME)")
    parser.add_argument(
        "--assets", type=Path, default=ASSETS, metavar="DIR",
        help="folder of the model and the atlas, and of all else that is written (assets)",
    )  # fmt: skip
    parser.add_argument(
        "--small", action="store_true",
        help="few pictures, steps and draws, to see that every step runs; needs --assets",
    )  # fmt: skip
    add_counts(parser, demo.counts, "pictures of each label")
    options = parser.parse_args(argv)
    embedded = options.assets.resolve() == ASSETS
    if options.small and embedded:
        parser.error("--small would put a model of no use into assets/: name a folder by --assets.")
    if options.small and options.counts == demo.counts:
        options.counts = FEW
    root = ROOT if embedded else options.assets
    options.docs = root / "docs"
    options.work = options.work or root / "build" / demo.name
    return options


def _base(assets: Path) -> Path:
    """The base among these assets, else the embedded one, trained now if it is not there."""
    base = assets / "models" / "base"
    if not base.is_dir():
        base = ASSETS / "models" / "base"
    if not base.is_dir():
        run_module("demos.base.make", "--out", str(base))
    return base


def _small(config: BuildConfig) -> BuildConfig:
    """The configuration of a trial."""
    return replace(
        config,
        finetune=replace(config.finetune, steps=4, batch=8, shifts=1, checkpoint=2, samples=1),
        typicality=replace(config.typicality, draws=FEWEST_DRAWS),
        translate=replace(config.translate, steps=2, per_label=1, draws=FEWEST_DRAWS),
        trends=replace(config.trends, per_label=1, draws=FEWEST_DRAWS),
    )


def _note_translation(demo: Demo, model: Path) -> None:
    """Keep the settings of translation beside the model."""
    prompts = read_prompts(model)
    assert prompts is not None
    noted = replace(prompts, translation=demo.translation)
    (model / "diffmine.json").write_text(noted.to_json(), encoding="utf-8")


def _embed(demo: Demo, source: Path, assets: Path, counts: Counts) -> None:
    """Copy the atlas without the maps that only trends needed, and say what it is."""
    target = assets / "atlases" / demo.name
    shutil.rmtree(target, ignore_errors=True)
    atlas = slim(open_workspace(source), target)
    with atlas.hold():
        manifest = atlas.manifest
        manifest.description = demo.description
        manifest.limits = [*demo.limits, *manifest.limits]
        manifest.model["path"] = f"../../models/{demo.name}"
        # The judge wrote its card since the atlas was computed.
        manifest.model["files"] = digests_of(assets / "models" / demo.name)
        manifest.licence = demo.licence
        manifest.source = f"demos/{demo.name} of diffmine"
        atlas.save()
        add_views(atlas, demo.name, counts)
