"""From a folder of labelled pictures to an atlas: collect the images, then the six stages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from diffmine.atlas.manifest import Manifest
from diffmine.atlas.writer import Workspace, create_workspace, open_workspace
from diffmine.config import BuildConfig, DataConfig, EvaluateConfig
from diffmine.data.files import digest_of, printable
from diffmine.data.records import Dataset
from diffmine.data.sources import dataset_of
from diffmine.engine import Engine, Progress, Report, here, silent
from diffmine.errors import UsageError
from diffmine.pipeline.labels import checked
from diffmine.pipeline.plan import Plan, plan_of
from diffmine.stages import STAGES, stage_named
from diffmine.stages.collect.boxes import keep_boxes
from diffmine.stages.collect.compared import Compared
from diffmine.stages.collect.run import run as collect

LEAST_SAME = 0.5
"""Share of an atlas's pictures that a data set must hold to be the same one, changed."""
LOOKED_AT, FEW = 64, 4
"""Pictures whose content is compared to tell; of a few each may have been edited."""

if TYPE_CHECKING:
    from diffmine.atlas.evaluation import Evaluation


def build(
    data: str | Path,
    out: str | Path,
    config: BuildConfig | None = None,
    *,
    model: str | None = None,
    replace_all: bool = False,
    engine: Engine = here,
    progress: Progress = silent,
    announce: Callable[[Plan], None] = lambda plan: None,
) -> list[Report]:
    """Mine labelled pictures into an atlas, continuing where a run stopped.

    Files of the atlas that are lost or broken are made again.

    Args:
        data: Folder that `open_dataset` reads.
        out: Folder of the atlas; it is made when it is not there.
        config: A configuration for each stage; by default that of `BuildConfig`.
        model: Folder or Hub repository that was finetuned with diffmine; then nothing is trained.
        replace_all: Take the data set even if `out` holds another one.
        engine: Where the work runs (`diffmine.engine.engine_of`); results do not depend on it.
        progress: Called after each piece of work; may raise `Cancelled`, finished work is kept.
        announce: Called before the first piece of work with what will be kept, added to or made
            again, why and at what cost; may raise `Cancelled`, and nothing is changed.

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
    config = config or BuildConfig()
    dataset = checked(dataset_of(data, config.data), config, model)
    atlas = create_workspace(out, manifest_of(dataset, config.data))
    config = config.with_race()
    _check_same(atlas, dataset, replace_all)
    with atlas.hold():
        mended = Report("mend", done=len(atlas.mend()) + (not atlas.manifest.intact))
        reports = [mended.close()] if mended.done else []
        dataset = dataset.limited(config.data.limit)
        compared = Compared(atlas, dataset, config.data)
        announce(plan_of(compared, config, model))
        reports += [collect(atlas, dataset, config.data, progress, compared)]
        if model is not None:
            use_model(atlas, model)
        stages = STAGES if model is None else STAGES[1:]
        for name in stages:
            reports.append(run_stage(atlas, name, config, engine, progress))
    return reports


def _check_same(atlas: Workspace, dataset: Dataset, replace_all: bool) -> None:
    """Refuse to put a data set in the place of another: most of the pictures that the atlas holds
    must be in it, unless they are to be replaced."""
    tables = [name for name in ("images", "patches") if atlas.finished(f"{name}.parquet")]
    if replace_all or not tables:
        return
    columns = ["image_id", *(["source_digest"] if tables[0] == "images" else [])]
    rows = atlas.table(tables[0], columns).to_pylist()
    known = {row["image_id"]: row.get("source_digest") for row in rows}
    files = {record.image_id: record.path for record in dataset}
    same = [name for name in known if name in files]
    if len(same) < len(known) * LEAST_SAME or _others(same, known, files):
        raise UsageError(
            f"{atlas.path} holds another data set ({atlas.manifest.title}: of its {len(known)} "
            f"pictures {len(same)} have a namesake in {dataset.path}); choose another --out, or "
            "--replace it."
        )


def _others(
    names: Sequence[str], known: Mapping[str, str | None], files: Mapping[str, Path]
) -> bool:
    """Whether most of some pictures are others than an atlas holds under their names: 000.png is a
    common name."""
    dated = [name for name in sorted(names) if known[name]]
    sample = dated[:: max(1, len(dated) // LOOKED_AT)]
    differ = sum(_digest(files[name]) != known[name] for name in sample)
    return len(sample) > FEW and differ > len(sample) * LEAST_SAME


def _digest(path: Path) -> str:
    try:
        return digest_of(path)
    except OSError:  # it will be refused when it is collected
        return ""


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
        atlas.attach_repository(where)


def manifest_of(dataset: Dataset, config: DataConfig) -> Manifest:
    """The manifest of a new atlas for a data set."""
    return Manifest(
        title=printable(config.title or dataset.path.resolve().name),
        labels=list(dataset.labels),
        kind=config.kind,
        limits=[
            "Typicality says what this model finds typical of a label in this data set; what is "
            "typical of the data set itself (borders, stamps, scanners) is found as well."
        ],
    )
