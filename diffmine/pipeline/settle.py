"""Settings that the base decides, filled in before anything is planned, compared or made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from diffmine.atlas.settings import usable
from diffmine.config import (
    SMALL_BASE,
    BuildConfig,
    DataConfig,
    FinetuneConfig,
    ModelConfig,
    is_large,
)
from diffmine.data.image import MULTIPLE
from diffmine.data.records import Record
from diffmine.data.sources import dataset_of
from diffmine.errors import ModelError
from diffmine.model.foreign.checkpoint import Checkpoint
from diffmine.pipeline.detail import side_for
from diffmine.pipeline.labels import checked
from diffmine.words.training import chosen, duration, memory, table

EMBEDDED = "tiny"
"""The name of the base that comes with diffmine."""


def by_base(
    config: BuildConfig,
    images: int,
    labels: int,
    model: Checkpoint | None = None,
    stored: Mapping[str, Any] | None = None,
    records: Sequence[Record] = (),
) -> tuple[BuildConfig, list[str]]:
    """The configuration with what suits its base, or the finished `model`, where nothing was asked
    for; and in words what was chosen so. With the embedded base the size of the images is chosen by
    a few of the `records` and this machine.

    `stored` are the configurations of an atlas that is there. Its size stays while its base does,
    its training does not change with its images, and its maps keep their draws. Raises AtlasError
    where they hold a value that a setting cannot have.
    """
    from diffmine.model.bases import base_of

    base = base_of(config.finetune.base) if model is None else None
    known = usable(stored)
    before = known.get("finetune", {})
    data, finetune, why = sized(config, model, stored), config.finetune, list[str]()
    if model is None:
        weights = base.weights if base else 0
        finetune = finetune.as_before(before).settled(weights, images, labels)
        if finetune.base == EMBEDDED and not config.data.image_size and not before:
            begun = known.get("data", {}).get("image_size")  # stopped before it trained
            if not begun:
                begun, why = side_for(
                    records, lambda side: training_seconds(finetune, side, images)
                )
            data = replace(data, image_size=begun)
    several = any(len(record.labels) > 1 for record in records)
    mean = 0.0 if several else images / max(labels, 1)
    typicality = config.typicality.settled(known.get("typicality", {}), mean, config.mine.per_label)
    settled = replace(config, data=data, finetune=finetune, typicality=typicality)
    name = None if model is None else model.name
    return settled, why + chosen(config, settled, base.weights if base else 0, name)


def sized(
    config: BuildConfig, model: Checkpoint | None = None, stored: Mapping[str, Any] | None = None
) -> DataConfig:
    """How pictures are read, with the size that `by_base` chooses: it needs no picture."""
    from diffmine.model.bases import base_of

    if config.data.image_size:
        return config.data
    base = base_of(config.finetune.base) if model is None else None
    own = base.side if base else model.side // MULTIPLE * MULTIPLE if model else 0
    known = usable(stored)
    same = model is not None or known.get("finetune", {}).get("base") == config.finetune.base
    side = known.get("data", {}).get("image_size") if same else None
    return replace(config.data, image_size=side or own or _usual(model))


def _usual(model: Checkpoint | None) -> int:
    """The short side of images where nothing says it, in pixels."""
    return max(SMALL_BASE.side, model.least if model else 0)


def training_plan(data: str | Path, config: DataConfig, options: FinetuneConfig) -> list[str]:
    """What finetuning on a folder of pictures would be, in lines: size, rate, steps, memory and
    time on this machine. Nothing is loaded or written."""
    whole = BuildConfig(data=config, finetune=options)
    dataset = checked(dataset_of(data, sized(whole)), whole, online=False).limited(config.limit)
    whole, why = by_base(whole, len(dataset), len(dataset.labels), records=dataset.records)
    return why + training_table(whole, len(dataset), len(dataset.labels))


def training_table(config: BuildConfig, images: int, labels: int) -> list[str]:
    """The same of a configuration that is settled."""
    from diffmine.model.bases import base_of
    from diffmine.model.devices import best_device, device_name
    from diffmine.stages.finetune.fit import Place, bytes_of, fitting
    from diffmine.stages.finetune.together import precision_of

    options, base, device = config.finetune, base_of(config.finetune.base), best_device()
    if base is None:
        return []
    side, precision = config.data.image_size // base.factor, precision_of(options)
    place = Place(base, (side, side), device, precision, options.batch)
    parts = fitting(options, place, place.free)
    needed = bytes_of(options, place, parts or options.accumulate or place.rows)
    return table(
        base.name,
        base.weights,
        config.data.image_size,
        images,
        labels,
        options,
        memory(needed, place.free, parts),
        duration(training_seconds(options, config.data.image_size, images), device_name(device)),
    )


def training_seconds(options: FinetuneConfig, side: int, images: int) -> float | None:
    """How long a settled training on so many images of `side` pixels takes on this machine, with
    their encoding: a step of a small base is tried, that of a large one reckoned, roughly and
    without its encoding. None where it cannot be told."""
    from diffmine.model.bases import base_of
    from diffmine.model.devices import best_device
    from diffmine.stages.finetune.fit import Place, operations, rate
    from diffmine.stages.finetune.together import precision_of

    base, device = base_of(options.base), best_device()
    if base is None:
        return None
    if not is_large(base.weights) and (rates := _tried(options, side)):
        return images * options.shifts * rates[0] + options.steps * rates[1]
    latent, precision = side // base.factor, precision_of(options)
    step = operations(options, Place(base, (latent, latent), device, precision, options.batch))
    if step is None:
        return None
    return options.steps * step / rate(str(device), precision)


@lru_cache(maxsize=8)
def _tried(options: FinetuneConfig, side: int) -> tuple[float, float] | None:
    """Seconds of encoding an image and of a step; None for a base that is not on this disk."""
    from diffmine.model.foreign.find import find
    from diffmine.model.probe import training_rates

    try:
        checkpoint = find(ModelConfig(model=options.base), online=False)
        return training_rates(checkpoint, (side, side), options)
    except ModelError:  # loading says what is wrong with it
        return None
