"""From a folder of labelled pictures to an atlas: collect the images, then the six stages."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from diffmine.config import (
    STAGES,
    BuildConfig,
    DataConfig,
    EvaluateConfig,
    FinetuneConfig,
    TranslateConfig,
    as_dict,
)
from diffmine.data.boxes import NAME as BOXES
from diffmine.data.dataset import Dataset, open_dataset
from diffmine.data.image import as_mined, encode_picture, read_image
from diffmine.engine import Engine, Progress, Report, here, silent
from diffmine.errors import AtlasError, DataError, ImageError, UsageError
from diffmine.evaluation.boxes import keep_boxes, knows_sizes
from diffmine.mining.duplicates import picture_hash
from diffmine.store.atlas import Atlas, create_atlas, open_atlas
from diffmine.store.atomic import whole, write_bytes
from diffmine.store.manifest import Manifest, key_of
from diffmine.store.pictures import ROW_GROUP, picture_schema_metadata
from diffmine.store.schemas import IMAGES

if TYPE_CHECKING:
    from diffmine.evaluation.report import Evaluation
    from diffmine.stages.translate import Translation


def build(
    data: str | Path,
    out: str | Path,
    config: BuildConfig | None = None,
    *,
    model: str | None = None,
    engine: Engine = here,
    progress: Progress = silent,
) -> list[Report]:
    """Mine the labelled pictures in `data` into the atlas `out`, going on where it stopped.

    With `model` (a folder or Hub repository that was finetuned with diffmine) nothing is trained.
    """
    config = config or BuildConfig()
    dataset = open_dataset(data, config.data.label, config.data.group, config.data.labels)
    atlas = create_atlas(out, _manifest(dataset, config.data))
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
    """The race of `typicality.adaptive` is for the patches that mine will look for."""
    if not config.typicality.adaptive:
        return config
    side = config.data.image_size
    smallest = min(config.mine.windows, key=lambda each: each * side if each < 1 else each)
    raced = replace(config.typicality, top=config.mine.per_label, window=smallest)
    return replace(config, typicality=raced)


def run_stage(
    atlas: Atlas,
    name: str,
    config: BuildConfig,
    engine: Engine = here,
    progress: Progress = silent,
) -> Report:
    """Run one stage by name; the caller holds the atlas."""
    stage: Any = import_module(f"diffmine.stages.{name}")
    report: Report = stage.run(atlas, getattr(config, name), engine=engine, progress=progress)
    return report


def run_evaluation(
    path: str | Path, config: EvaluateConfig, progress: Progress = silent
) -> tuple[Report, Evaluation]:
    """Judge an atlas by its boxes; what is found is written to it as evaluation.json as well."""
    from diffmine.evaluation.report import read_evaluation
    from diffmine.stages.evaluate import run

    atlas = open_atlas(path)
    with atlas.hold():
        if config.base:
            from diffmine.before import score_base

            score_base(atlas, config.base, config.against, config.base_images, progress)
        report = run(atlas, config, progress=progress)
    found = read_evaluation(atlas)
    assert found is not None
    return report, found


def use_model(atlas: Atlas, model: str) -> None:
    """Note a model that exists already as that of the atlas."""
    from diffmine.diffusion.model import resolve

    where = resolve(model)
    if Path(where).is_dir():
        atlas.attach_model(Path(where), str(Path(where).resolve()))
    else:
        atlas.manifest.model = {"repo": where}
        atlas.manifest.keys["model"] = key_of(where)
        atlas.save()


# Images


def collect(
    atlas: Atlas, dataset: Dataset, config: DataConfig, progress: Progress = silent
) -> Report:
    """Write images.parquet: every picture as it is mined; refused ones go to refused.csv. Where the
    data set has a boxes.csv, boxes.parquet as well."""
    report = _collect_images(atlas, dataset, config, progress)
    boxes = dataset.path / BOXES
    if boxes.is_file():
        report.figures["boxes"] = float(keep_boxes(atlas, boxes).kept)
    return report.close()


def _collect_images(
    atlas: Atlas, dataset: Dataset, config: DataConfig, progress: Progress
) -> Report:
    report = Report("collect")
    names = [(r.image_id, *(r.labels or (r.label,))) for r in dataset]
    asked = as_dict(config)
    if not config.labels:  # atlases older than this field keep their key
        del asked["labels"]
    key = key_of("images", asked, names)
    there = (atlas.path / "images.parquet").is_file()
    if there and (dataset.path / BOXES).is_file():
        there = knows_sizes(atlas)
    if there and atlas.manifest.keys.get("images") == key:
        report.kept = atlas.table("images", ["image_id"]).num_rows
        return report
    refused = list(dataset.refused)
    found: set[str] = set()
    with whole(atlas.path / "images.parquet") as temporary:
        schema = IMAGES.with_metadata(picture_schema_metadata())
        with pq.ParquetWriter(temporary, schema, compression="zstd") as writer:
            for rows in _groups(_rows(dataset, config, refused, progress)):
                writer.write_table(pa.Table.from_pylist(rows, schema), row_group_size=ROW_GROUP)
                report.done += len(rows)
                found.update(label for row in rows for label in row["labels"])
        if not found:
            raise DataError(f"No picture of {dataset.path} can be read: {refused[0][1]}.")
    atlas.manifest.labels = [label for label in dataset.labels if label in found]
    atlas.manifest.config["data"] = as_dict(config)
    atlas.manifest.keys["images"] = key
    _write_refused(atlas, refused)
    atlas.note("images.parquet")
    report.refused = len(refused)
    return report


def _rows(
    dataset: Dataset, config: DataConfig, refused: list[tuple[str, str]], progress: Progress
) -> Iterator[dict[str, Any]]:
    for number, record in enumerate(dataset, start=1):
        try:
            source = read_image(record.path)
            picture = as_mined(source, config.image_size)
        except ImageError as error:
            refused.append((record.image_id, str(error)))
            continue
        yield {
            "image_id": record.image_id,
            "label": record.label,
            "image": {"bytes": encode_picture(picture), "path": None},
            "width": picture.width,
            "height": picture.height,
            "group": record.group,
            "year": record.year,
            "source_url": record.source_url,
            "licence": record.licence,
            "credit": record.credit,
            "hash": picture_hash(picture),
            "source_width": source.width,
            "source_height": source.height,
            "labels": list(record.labels or (record.label,)),
        }
        progress("collect", number, len(dataset), "images")


def _groups(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    group: list[dict[str, Any]] = []
    for row in rows:
        group.append(row)
        if len(group) == ROW_GROUP:
            yield group
            group = []
    if group:
        yield group


def _write_refused(atlas: Atlas, refused: list[tuple[str, str]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([("image", "reason"), *refused])
    write_bytes(atlas.path / "refused.csv", text.getvalue().encode("utf-8", "surrogateescape"))


def _manifest(dataset: Dataset, config: DataConfig) -> Manifest:
    return Manifest(
        title=config.title or dataset.path.resolve().name,
        labels=list(dataset.labels),
        kind=config.kind,
        limits=[
            "Typicality says what this model finds typical of a label in this data set; what is "
            "typical of the data set itself (borders, stamps, scanners) is found as well."
        ],
    )


# A model alone, one picture alone, the plan


def train_model(
    data: str | Path,
    out: str | Path,
    config: DataConfig,
    options: FinetuneConfig,
    progress: Progress = silent,
) -> Report:
    """Finetune on a folder of labelled pictures and leave the model in `out`."""
    target = Path(out)
    if target.exists():
        raise UsageError(f"{target} is there already; choose another --out or remove it.")
    dataset = open_dataset(data, config.label, config.group, config.labels)
    atlas = create_atlas(target.with_name(f"{target.name}.atlas"), _manifest(dataset, config))
    with atlas.hold():
        collect(atlas, dataset, config, progress)
        report = run_stage(atlas, "finetune", BuildConfig(finetune=options), progress=progress)
        shutil.move(atlas.path / "model", target)
    shutil.rmtree(atlas.path)
    return report


def translate_one(
    path: str | Path,
    patch: str,
    targets: list[str],
    out: Path,
    config: TranslateConfig,
    progress: Progress = silent,
) -> list[Translation]:
    """Translate a patch of an atlas, or a picture file, and write the pictures to `out`."""
    from diffmine.diffusion.model import load_model
    from diffmine.diffusion.sample import generated_png
    from diffmine.stages.translate import Result, stream

    atlas = open_atlas(path)
    unknown = sorted(set(targets) - set(atlas.labels))
    if unknown:
        raise UsageError(
            f"{atlas.path} has no label {unknown[0]!r}; it has {', '.join(atlas.labels)}."
        )
    picture, window, name, source = _source(atlas, patch)
    if atlas.model_path is None:
        raise AtlasError(f"{atlas.path} has no model that could translate.")
    model = load_model(atlas.model_path)
    steps = stream(model, picture, window, targets or atlas.labels, config, name, source)
    for step in steps:
        if isinstance(step, Result):
            for made in step.translations:
                write_bytes(out / f"{_plain(made.target)}.png", generated_png(made.picture))
            return step.translations
        progress("translate", step.step, step.steps, "steps")
    return []


def _source(atlas: Atlas, patch: str) -> tuple[Image.Image, tuple[int, int, int], str, str | None]:
    """The picture, window, name and label of a patch; a picture file is taken whole, and bears no
    label."""
    if Path(patch).is_file():
        picture = as_mined(
            read_image(Path(patch)), int(atlas.manifest.config["data"]["image_size"])
        )
        side = min(picture.size)
        top, left = (picture.height - side) // 2, (picture.width - side) // 2
        return picture, (top, left, side), Path(patch).name, None
    found = atlas.patch(patch)
    window = (found.row, found.col, found.size)
    return atlas.pictures.picture(found.image_id), window, found.image_id, found.label


def _plain(label: str) -> str:
    """A label as a file name."""
    return "".join(c if c.isalnum() or c in "-_" else "_" for c in label)[:80] or "label"


def plan(data: str | Path, config: BuildConfig, trained: bool) -> list[str]:
    """What a build would do, in lines: images, steps and predictions of the UNet."""
    dataset = open_dataset(data, config.data.label, config.data.group, config.data.labels).limited(
        config.data.limit
    )
    images, labels = len(dataset), len(dataset.labels)
    under = labels if config.typicality.labels == "all" else 1
    translated = labels * min(config.translate.per_label, config.cluster.elements)
    rows_each = config.translate.steps * (2 + 2 * labels)
    lines = [
        f"{images} images with {labels} labels: {', '.join(dataset.labels)}",
        f"finetune: {config.finetune.steps} steps of {config.finetune.batch} images",
        f"typicality: {images} x {config.typicality.count} draws x {under + 1} prompts = "
        f"{images * config.typicality.count * (under + 1):,} predictions",
        f"cluster: {images} x {config.cluster.noises} partial predictions",
        f"translate: up to {translated} patches x {rows_each} = "
        f"{translated * rows_each:,} predictions",
        f"trends: {images:,} x {config.cluster.noises} noises = "
        f"{images * config.cluster.noises:,} predictions",
    ]
    if config.trends.parallel:
        most = config.trends.images
        made = min(images, labels * most) if most else images
        rows = rows_each + 2 * labels * (config.trends.scored + config.cluster.noises)
        lines.append(
            f"parallel set: up to {made} images under {labels} labels x {rows} = "
            f"{made * rows:,} predictions"
        )
    return lines[:1] + lines[2:] if trained else lines
