"""The steps by which every embedded demo is made: pictures, base, model, atlas, assets.

Each step goes on where it stopped; working files stand in build/NAME.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from demos.card import first_of, write_card
from demos.held_out import held_out
from demos.views import add_views
from diffmine.atlas.evaluation import read_evaluation, write_evaluation
from diffmine.atlas.slim import slim
from diffmine.atlas.writer import Workspace, open_workspace
from diffmine.config import BuildConfig, EvaluateConfig
from diffmine.engine import Progress, Report
from diffmine.model.prompts import read_prompts
from diffmine.pipeline.build import build, run_evaluation, train_model
from diffmine.pipeline.progress import shown
from diffmine.stages.evaluate.run import OURS

ROOT = Path(__file__).parents[1]
ASSETS = ROOT / "assets"
DOCS = ROOT / "docs"
TESTED = 8
"""Held-out pictures of each label under every label."""


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
    def model(self) -> Path:
        """Its embedded model."""
        return ASSETS / "models" / self.name

    @property
    def atlas(self) -> Path:
        """Its embedded atlas."""
        return ASSETS / "atlases" / self.name


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
    """What the steps left for a demo's own figures, sheets and card."""

    data: Path
    atlas: Workspace
    reports: list[Report]
    progress: Progress


def make(demo: Demo, judge: Callable[[Made], None]) -> None:
    """Everything, from the pictures on; what is there already is kept. `judge` measures the model
    on held-out pictures and writes its card."""
    options = _options(demo)
    work, data = Path(options.work), drawn(demo.name, options.data)
    base = ASSETS / "models" / "base"
    if not base.is_dir():
        run_module("demos.base.make", "--out", str(base))
    config = demo.config
    with shown() as progress:
        if not demo.model.is_dir():
            everything = replace(config.data, limit=0)
            tuned = replace(config.finetune, base=str(base))
            train_model(data / "train", demo.model, everything, tuned, progress)
        _note_translation(demo)
        model = str(demo.model)
        reports = build(data / "atlas", work / "atlas", config, model=model, progress=progress)
        judge(Made(data, open_workspace(work / "atlas"), reports, progress))
    _embed(demo, work / "atlas")


def judged(demo: Demo, facts: Facts) -> Callable[[Made], None]:
    """The judge of a demo whose elements are known: its model finds the labels of pictures it never
    saw, its atlas is evaluated by the boxes of the recipe, before and after finetuning."""

    def judge(made: Made) -> None:
        test = held_out(demo.model, made.data / "test", made.progress, per_label=TESTED)
        (demo.model / "held_out.json").write_text(json.dumps(test, indent=1))
        write_card(
            demo.model,
            about=facts.about,
            pictures=facts.pictures,
            facts={"held-out images": first_of(test, facts.what)},
            limits=facts.limits,
        )
        trends = made.data / "atlas" / "trends.csv"
        options = EvaluateConfig(
            complete=True,
            base=str(ASSETS / "models" / "base"),
            against=facts.against,
            trends=str(trends) if trends.is_file() else "",
            baselines=True,
        )
        run_evaluation(made.atlas.path, options, made.progress)
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


def drawn(name: str, data: str | Path | None = None) -> Path:
    """The folder of a demo's pictures, drawn now if they are not there."""
    folder = Path(data) if data else ROOT / "build" / name / "pictures"
    if not (folder / "test").is_dir():
        run_module(f"demos.{name}.recipe", "--out", str(folder))
    return folder


def run_module(name: str, *arguments: str) -> None:
    """Run a module of the project in a process of its own."""
    subprocess.run([sys.executable, "-m", name, *arguments], check=True)


def _options(demo: Demo) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=f"Make the embedded demo {demo.name}.")
    parser.add_argument("--data", help=f"pictures made by demos.{demo.name}.recipe")
    parser.add_argument("--work", default=f"build/{demo.name}", help="folder of the working files")
    return parser.parse_args()


def _note_translation(demo: Demo) -> None:
    """Keep the settings of translation beside the model."""
    prompts = read_prompts(demo.model)
    assert prompts is not None
    noted = replace(prompts, translation=demo.translation)
    (demo.model / "diffmine.json").write_text(noted.to_json(), encoding="utf-8")


def _embed(demo: Demo, source: Path) -> None:
    """Copy the atlas without the maps that only trends needed, and say what it is."""
    shutil.rmtree(demo.atlas, ignore_errors=True)
    atlas = slim(open_workspace(source), demo.atlas)
    with atlas.hold():
        manifest = atlas.manifest
        manifest.description = demo.description
        manifest.limits = [*demo.limits, *manifest.limits]
        manifest.model["path"] = f"../../models/{demo.name}"
        manifest.licence = demo.licence
        manifest.source = f"demos/{demo.name} of diffmine"
        atlas.save()
        add_views(atlas, demo.name)
