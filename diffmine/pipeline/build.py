"""From a folder of labelled pictures to an atlas: collect the images, then the six stages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from diffmine.atlas.manifest import Manifest, key_of
from diffmine.atlas.writer import Workspace, create_workspace, open_workspace
from diffmine.config import BuildConfig, DataConfig, EvaluateConfig
from diffmine.data.records import Dataset
from diffmine.data.sources import open_dataset
from diffmine.engine import Engine, Progress, Report, here, silent
from diffmine.stages import STAGES, stage_named
from diffmine.stages.collect.boxes import keep_boxes
from diffmine.stages.collect.run import run as collect

if TYPE_CHECKING:
    from diffmine.atlas.evaluation import Evaluation


def build(
    data: str | Path,
    out: str | Path,
    config: BuildConfig | None = None,
    *,
    model: str | None = None,
    engine: Engine = here,
    progress: Progress = silent,
) -> list[Report]:
    """Mine the labelled pictures in `data` into the atlas `out`, continuing where a run stopped.

    With `model` (a folder or Hub repository that was finetuned with diffmine) nothing is trained.
    """
    config = config or BuildConfig()
    dataset = open_dataset(data, config.data.label, config.data.group, config.data.labels)
    atlas = create_workspace(out, manifest_of(dataset, config.data))
    config = _with_race(config)
    with atlas.hold():
        reports = [collect(atlas, dataset.limited(config.data.limit), config.data, progress)]
        if model is not None:
            use_model(atlas, model)
        stages = STAGES if model is None else STAGES[1:]
        for name in stages:
            reports.append(run_stage(atlas, name, config, engine, progress))
    return reports


def _with_race(config: BuildConfig) -> BuildConfig:
    """With the race of `typicality.adaptive` set up for the patches that mine will look for."""
    if not config.typicality.adaptive:
        return config
    side = config.data.image_size
    smallest = min(config.mine.windows, key=lambda window: window * side if window < 1 else window)
    raced = replace(config.typicality, top=config.mine.per_label, window=smallest)
    return replace(config, typicality=raced)


def run_stage(
    atlas: Workspace,
    name: str,
    config: BuildConfig,
    engine: Engine = here,
    progress: Progress = silent,
) -> Report:
    """Run one stage by name; the caller holds the atlas."""
    how = {"engine": engine, "progress": progress}
    report: Report = stage_named(name).run(atlas, getattr(config, name), **how)
    if name == "trends" and config.trends.parallel:
        parallel = stage_named("parallel").run(atlas, config.trends, **how)
        report.figures |= {"translated": float(parallel.done), "kept": float(parallel.kept)}
        report.figures |= parallel.figures
    return report.close()


def run_evaluation(
    path: str | Path,
    config: EvaluateConfig,
    engine: Engine = here,
    progress: Progress = silent,
) -> tuple[Report, Evaluation]:
    """Judge an atlas by its boxes; the result is also written to it, as evaluation.json."""
    from diffmine.atlas.evaluation import read_evaluation
    from diffmine.stages.evaluate.run import run

    atlas = open_workspace(path)
    with atlas.hold():
        if config.base:
            from diffmine.stages.typicality.base import score_base

            how = (config.base, config.against, config.base_images)
            score_base(atlas, *how, engine=engine, progress=progress)
        boxes = keep_boxes(atlas, Path(config.boxes)) if config.boxes else None
        report = run(atlas, config, boxes, progress=progress)
    evaluation = read_evaluation(atlas)
    assert evaluation is not None
    return report, evaluation


def use_model(atlas: Workspace, model: str) -> None:
    """Record an existing model as the atlas's own."""
    from diffmine.model.load import resolve

    where = resolve(model)
    if Path(where).is_dir():
        atlas.attach_model(Path(where), str(Path(where).resolve()))
    else:
        atlas.manifest.model = {"repo": where}
        atlas.manifest.keys["model"] = key_of(where)
        atlas.save()


def manifest_of(dataset: Dataset, config: DataConfig) -> Manifest:
    """The manifest of a new atlas for a data set."""
    return Manifest(
        title=config.title or dataset.path.resolve().name,
        labels=list(dataset.labels),
        kind=config.kind,
        limits=[
            "Typicality says what this model finds typical of a label in this data set; what is "
            "typical of the data set itself (borders, stamps, scanners) is found as well."
        ],
    )
