"""From a folder of labelled pictures to an atlas: collect the images, then the six stages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from diffmine.atlas.evaluation import drop_outdated
from diffmine.atlas.manifest import Manifest, is_atlas
from diffmine.atlas.reader import open_atlas
from diffmine.atlas.writer import Workspace, create_workspace, open_workspace
from diffmine.config import BuildConfig, DataConfig, EvaluateConfig, ModelConfig
from diffmine.data.fetched import fetched
from diffmine.data.files import printable
from diffmine.data.records import Dataset
from diffmine.data.sources import dataset_of
from diffmine.engine import Engine, Progress, Ray, Report, here, phase, silent
from diffmine.pipeline.confounds import keep_confounds
from diffmine.pipeline.info.run import known_cost
from diffmine.pipeline.labels import checked
from diffmine.pipeline.models import found, settled, use_model
from diffmine.pipeline.plan import Plan, plan_of
from diffmine.pipeline.same import check_same
from diffmine.pipeline.settle import by_base, sized
from diffmine.pipeline.several import fewer, is_first, joined
from diffmine.stages import STAGES, stage_named
from diffmine.stages.collect.boxes import keep_boxes
from diffmine.stages.collect.compared import Compared
from diffmine.stages.collect.run import run as collect

if TYPE_CHECKING:
    from diffmine.atlas.evaluation import Evaluation


def build(
    data: str | Path,
    out: str | Path,
    config: BuildConfig | None = None,
    *,
    model: str | ModelConfig | None = None,
    replace_all: bool = False,
    engine: Engine = here,
    progress: Progress = silent,
    announce: Callable[[Plan], None] = lambda plan: None,
    remark: Callable[[str], None] = lambda line: None,
) -> list[Report]:
    """Mine labelled pictures into an atlas, continuing where a run stopped.

    Files of the atlas that are lost or broken are made again.

    Args:
        data: Folder, or address of a IIIF manifest, that `open_dataset` reads.
        out: Folder of the atlas; it is made when it is not there.
        config: A configuration for each stage; by default that of `BuildConfig`.
        model: A model that is used as it is: its folder, file or Hub repository, or a `ModelConfig`
            that also says its prompts; then nothing is trained.
        replace_all: Take the data set even if `out` holds another one.
        engine: Where the work runs (`diffmine.engine.engine_of`); results do not depend on it.
        progress: Called after each piece of work; may raise `Cancelled`, finished work is kept.
        announce: Called before the first piece of work with what will be kept, added to or made
            again, why and at what cost; may raise `Cancelled`, and nothing is changed.
        remark: Called with sentences: what the build takes on this machine, where that is known,
            and of pictures just taken in what is the same under several labels or goes with one.

    Returns:
        A report for each stage: pieces done, kept and refused, seconds and figures.

    Raises:
        UsageError: `out` holds another data set.
        DataError: The folder holds nothing to mine.
        AtlasError: Another process holds the atlas, or it cannot be written.
        ModelError: The model cannot be loaded.

    Example:
        >>> one, short = MineConfig(windows=(0.5,), per_image=1), TranslateConfig(steps=2)
        >>> config = BuildConfig(mine=one, translate=short)
        >>> reports = build("pictures", "atlas", config, model="model")
        >>> [report.stage for report in reports]
        ['collect', 'typicality', 'mine', 'cluster', 'translate', 'trends']
    """
    if not is_first():
        return [joined()] if model is None else []
    config = config or BuildConfig()
    given = None if model is None else found(model, Path(out), progress=progress)
    config = config if given is None else settled(config, given)
    stored = open_atlas(out).manifest.config if is_atlas(Path(out)) else None
    known = dataset_of(data, sized(config, given, stored), progress)
    dataset = checked(known, config, given)
    atlas = create_workspace(out, manifest_of(dataset, config.data))
    number, labels = len(dataset.limited(config.data.limit)), len(dataset.labels)
    stored = atlas.manifest.config
    config, chosen = by_base(config, number, labels, given, stored, dataset.records)
    config = config.with_race()
    check_same(atlas, dataset, replace_all)
    with atlas.hold():
        if dataset.origin:  # another revision, perhaps
            atlas.manifest.source = dataset.origin
        mended = Report("mend", done=len(atlas.mend()) + (not atlas.manifest.intact))
        reports = [mended.close()] if mended.done else []
        dataset, report = fetched(dataset.limited(config.data.limit), config.data, progress)
        reports += [report] if report else []
        dataset = checked(dataset, config, given) if report else dataset
        compared = Compared(atlas, dataset, config.data)
        planned = plan_of(compared, config, given)
        announce(replace(planned, remarks=(*planned.remarks, *chosen)))
        for line in (*fewer(), *known_cost(dataset, config, given, Path(out))):
            remark(line)
        phase(progress, "collect")
        # Processes of this machine would not be faster: children decode, on all cores.
        decoding = engine if isinstance(engine, Ray) else here
        reports += [collect(atlas, dataset, config.data, progress, compared, decoding)]
        for line in keep_confounds(atlas, compared, config, bool(reports[-1].done)):
            remark(line)  # before anything is trained
        drop_outdated(atlas)
        if given is not None:
            use_model(atlas, given)
        stages = STAGES if given is None else STAGES[1:]
        for name in stages:
            reports.append(run_stage(atlas, name, config, engine, progress))
    return reports


def run_stage(
    atlas: Workspace,
    name: str,
    config: BuildConfig,
    engine: Engine = here,
    progress: Progress = silent,
) -> Report:
    """Run one stage by name; the caller holds the atlas."""
    how = {"engine": engine, "progress": progress}
    phase(progress, name)
    report: Report = stage_named(name).run(atlas, getattr(config, name), **how)
    if name == "trends" and config.trends.parallel:
        parallel = stage_named("parallel").run(atlas, config.trends, **how)
        report.figures |= {"translated": float(parallel.done), "kept": float(parallel.kept)}
        report.figures |= parallel.figures
    elif name == "trends":
        atlas.drop_stale("parallel")
    drop_outdated(atlas)
    atlas.drop_stale("sensitivity")
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
        phase(progress, "evaluate")
        report = run(atlas, config, boxes, progress=progress)
    evaluation = read_evaluation(atlas)
    assert evaluation is not None
    return report, evaluation


def manifest_of(dataset: Dataset, config: DataConfig) -> Manifest:
    """The manifest of a new atlas for a data set."""
    return Manifest(
        title=printable(config.title or dataset.title or dataset.path.resolve().name),
        source=dataset.origin,
        labels=list(dataset.labels),
        kind="other" if config.kind == "auto" else config.kind,  # auto: collect looks at the labels
        limits=[
            "Typicality says what this model finds typical of a label in this data set; what is "
            "typical of the data set itself (borders, stamps, scanners) is found as well."
        ],
    )
