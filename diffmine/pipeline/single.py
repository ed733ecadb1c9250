"""Parts of a build by themselves: training a model, translating one picture."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from diffmine.atlas.atomic import remove, sweep_beside, write_bytes, writing
from diffmine.atlas.manifest import is_atlas
from diffmine.atlas.pictures import generated_png
from diffmine.atlas.reader import Atlas, open_atlas
from diffmine.atlas.records import Translated, Translation
from diffmine.atlas.writer import create_workspace
from diffmine.config import BuildConfig, DataConfig, FinetuneConfig, TranslateConfig
from diffmine.data.fetched import fetched
from diffmine.data.readers import read_scaled
from diffmine.data.readers.wishes import Wishes
from diffmine.data.sources import dataset_of
from diffmine.engine import Engine, Progress, Report, here, silent
from diffmine.errors import AtlasError, UsageError
from diffmine.pipeline.build import manifest_of, run_stage
from diffmine.pipeline.labels import checked
from diffmine.pipeline.settle import by_base, sized
from diffmine.pipeline.several import fewer, is_first, joined
from diffmine.stages.collect.run import run as collect
from diffmine.words.datasets import lines


def train_model(
    data: str | Path,
    out: str | Path,
    config: DataConfig,
    options: FinetuneConfig,
    engine: Engine = here,
    progress: Progress = silent,
    announce: Callable[[str], None] = lambda line: None,
) -> Report:
    """Finetune on a folder of labelled pictures and leave the model in `out`; `announce` hears what
    to know of the pictures before."""
    if not is_first():
        return joined()
    target = Path(out)
    if target.exists():
        raise UsageError(f"{target} is there already; choose another --out or remove it.")
    whole = BuildConfig(data=config, finetune=options)
    work = target.with_name(f"{target.name}.atlas")
    stored = open_atlas(work).manifest.config if is_atlas(work) else None
    dataset = checked(dataset_of(data, sized(whole, stored=stored), progress), whole)
    dataset = dataset.limited(config.limit)
    number, labels = len(dataset), len(dataset.labels)
    whole, chosen = by_base(whole, number, labels, stored=stored, records=dataset.records)
    config = whole.data
    dataset, _ = fetched(dataset, config, progress)
    for line in (*fewer(), *lines(dataset), *chosen):
        announce(line)
    atlas = create_workspace(work, manifest_of(dataset, config))
    with atlas.hold():
        collect(atlas, dataset, config, progress)
        report = run_stage(atlas, "finetune", whole, engine, progress)
        with writing(target):
            shutil.move(atlas.path / "model", target)
    remove(atlas.path)
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
    from diffmine.live.translate import stream
    from diffmine.model.load import load_model

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
    labels, how = targets or atlas.labels, atlas.scoring(config.draws)
    for step in stream(model, picture, window, labels, config, how, name, source):
        if isinstance(step, Translated):
            for translation in step.translations:
                path = out / f"{plain(translation.target)}.png"
                sweep_beside(path)
                write_bytes(path, generated_png(translation.picture))
            return step.translations
        progress("translate", step.step, step.steps, "steps")
    return []


def _source(atlas: Atlas, patch: str) -> tuple[Image.Image, tuple[int, int, int], str, str | None]:
    """The picture, window, name and label of a patch; of a picture file, which has no label, the
    window is the central square."""
    if Path(patch).is_file():
        data = atlas.manifest.config["data"]
        picture, _ = read_scaled(Path(patch), int(data["image_size"]), wishes=Wishes.of(data))
        side = min(picture.size)
        top, left = (picture.height - side) // 2, (picture.width - side) // 2
        return picture, (top, left, side), Path(patch).name, None
    record = atlas.patch(patch)
    window = (record.row, record.col, record.size)
    return atlas.pictures.picture(record.image_id), window, record.image_id, record.label


def plain(label: str) -> str:
    """A label as a file name."""
    return "".join(c if c.isalnum() or c in "-_" else "_" for c in label)[:80] or "label"
