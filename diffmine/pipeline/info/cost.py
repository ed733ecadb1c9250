"""What a build will take on this machine: seconds by stage, memory and disk.

    seconds = loading + sum over kinds of calls of (calls * seconds of one on this machine)

by a few calls of the model (model/probe.py) on noise of the images' middle size, and by decoding a
dozen of the pictures as they are mined. Calls of larger images count by their area.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median
from typing import TYPE_CHECKING

import psutil

from diffmine.config import BuildConfig, ModelConfig
from diffmine.data.fence.pool import MOST, cores
from diffmine.data.glances import cache_folder
from diffmine.data.image import scaling
from diffmine.data.mined import Mined, read_mined
from diffmine.data.readers.wishes import Wishes
from diffmine.data.records import Dataset
from diffmine.errors import ModelError
from diffmine.model.foreign.checkpoint import Checkpoint
from diffmine.model.foreign.find import find
from diffmine.pipeline.info.look import Looked
from diffmine.pipeline.work import Sizes, Work, translated_patches, work_of
from diffmine.stages.collect.views import pixels_of
from diffmine.waiting import undisturbed, waited

if TYPE_CHECKING:
    from diffmine.model.probe import Rates

STAGES = ("finetune", "typicality", "cluster", "translate", "trends", "parallel")
_SAMPLE = 12
_MOST_BUSY = 50
_MAP, _SUMS, _HALF, _MOMENTS = 4, 8, 2, 16
"""Bytes of a map and of its exact sums for each latent pixel, of a number of a latent, and of what
training holds for each parameter: gradient, running mean, two moments."""
_QUIET = 1.5
"""Up to so much `busy_now` the rates of a machine are its own."""
_LOADED = 700 * 2**20
"""Bytes of a process that has loaded torch and no model yet."""


@dataclass(frozen=True)
class Stage:
    """A stage's share: its seconds."""

    name: str
    seconds: float


@dataclass(frozen=True)
class Costs:
    """Seconds of the stages in their order; bytes of memory, and on the atlas's disk at the end
    and (`working`) beside it while it trains. `device` is what the model runs on, `whole` whether
    all kinds of calls were timed, the seconds are those without other work on the machine, with
    which it takes `busy` times as long. Without `stages`, `why` says why nothing was timed."""

    stages: tuple[Stage, ...] = ()
    memory: int = 0
    disk: int = 0
    working: int = 0
    device: str = ""
    arithmetic: str = ""
    whole: bool = True
    busy: float = 1.0
    why: str = ""

    @property
    def seconds(self) -> float:
        """Of all stages."""
        return sum(stage.seconds for stage in self.stages)


@dataclass(frozen=True)
class Sample:
    """Seconds of taking in a picture, and bytes of it as mined and of its copy for people."""

    seconds: float
    content: float
    view: float


def costs(
    dataset: Dataset,
    looked: Looked,
    config: BuildConfig,
    model: Checkpoint | None = None,
    probe: bool = True,
) -> Costs:
    """What a build of a data set would take; without `probe` only where its rates are known from
    before."""
    shapes = [_mined(one.width, one.height, config.data.image_size) for one in looked.glances]
    if not shapes:
        return Costs(why="there is no picture to mine")
    middle = (int(median(h for h, _ in shapes)), int(median(w for _, w in shapes)))
    rates = rates_of(config, model, middle, probe)
    if isinstance(rates, str):
        return Costs(why=rates)
    sample = sampled(looked, config) if probe else None
    larger = fmean(h * w for h, w in shapes) / (middle[0] * middle[1])
    return reckoned(dataset, config, rates, sample, larger, model is not None)


def reckoned(
    dataset: Dataset,
    config: BuildConfig,
    rates: Rates,
    sample: Sample | None,
    larger: float = 1.0,
    trained: bool = False,
) -> Costs:
    """The same from rates; images have `larger` times the area that the rates are of."""
    sizes = Sizes.of(dataset, config, len(dataset))
    names = [name for name in STAGES if name != "parallel" or config.trends.parallel]
    names = names[1:] if trained else names
    stages = [Stage("collect", sizes.images * sample.seconds)] if sample else []
    stages += [
        Stage(name, seconds_of(work_of(name, config, sizes), rates, larger)) for name in names
    ]
    own = config.finetune
    latent = rates.latent * larger
    latents = sizes.images * own.shifts * latent * _HALF
    state = _MOMENTS * rates.parameters
    training = state + own.batch * rates.saved * larger + latents
    scoring = 2 * rates.weights + config.typicality.batch * latent * 4 * 8
    held = _LOADED + 2 * rates.weights
    return Costs(
        tuple(stages),
        memory=int(held + (scoring if trained else max(training, scoring))),
        disk=int(_disk(config, sizes, rates, sample, larger, trained)),
        working=0 if trained else int(latents + state),
        device=rates.device,
        arithmetic=rates.arithmetic,
        whole=rates.whole,
        busy=busy_now(),
    )


def seconds_of(work: Work, rates: Rates, larger: float) -> float:
    """Seconds of a stage's calls of the model."""
    calls = (
        work.full * rates.row
        + work.partial * rates.feature
        + work.translated * rates.translated
        + work.encoded * rates.encode
        + work.trained * rates.trained
    )
    return rates.load + work.steps * rates.step + larger * calls


def _disk(
    config: BuildConfig,
    sizes: Sizes,
    rates: Rates,
    sample: Sample | None,
    larger: float,
    trained: bool,
) -> float:
    """Bytes of the atlas: images, views, maps and sums, translations, model."""
    picture, view = (sample.content, sample.view) if sample else (0.0, 0.0)
    maps = sizes.images * sizes.labels if config.typicality.labels == "all" else sizes.pairs
    cell = _MAP + _SUMS * config.typicality.sums
    translations = translated_patches(config, sizes) * sizes.labels * picture
    model = 0 if trained else rates.weights
    scored = maps * cell * rates.cells * larger
    return sizes.images * (picture + view) + scored + translations + model


def sampled(looked: Looked, config: BuildConfig) -> Sample | None:
    """Take in a dozen pictures, chosen by the hashes of their names, as collect would."""
    ranked = sorted(
        looked.records, key=lambda r: hashlib.sha256(r.image_id.encode("utf-8", "replace")).digest()
    )
    paths = [record.path for record in ranked[: _SAMPLE + 1]]
    wishes = Wishes(burned_in=config.data.burned_in)
    outcomes: list[Mined] = []
    watch = _Watch()
    with closing(
        read_mined(paths, config.data.image_size, pixels_of(config.data), wishes=wishes)
    ) as read:
        for number, outcome in enumerate(read):
            if number == 0 and len(paths) > 1:
                watch = _Watch()  # the first waits for its child to start
            elif isinstance(outcome, Mined):
                outcomes.append(outcome)
    if not outcomes:
        return None
    at_once = min(cores(), MOST)
    seconds = watch.seconds() / len(outcomes) / at_once
    content = fmean(len(one.content) for one in outcomes)
    return Sample(seconds, content, fmean(len(one.view) for one in outcomes))


class _Watch:
    """Seconds since it was made, without those in which this process and the children that it had
    waited for a processor that had other work."""

    def __init__(self) -> None:
        self._begun = time.monotonic()
        children = psutil.Process().children(recursive=True)
        self._waited = {one: waited(one) for one in (os.getpid(), *(c.pid for c in children))}

    def seconds(self) -> float:
        """So many by now."""
        wall = time.monotonic() - self._begun
        more = sum(max(waited(one) - before, 0.0) for one, before in self._waited.items())
        return undisturbed(wall, more, wall / _MOST_BUSY, 1)


def _mined(width: int, height: int, side: int) -> tuple[int, int]:
    to = scaling(width, height, side)
    return to.high, to.wide


def rates_of(
    config: BuildConfig, model: Checkpoint | None, size: tuple[int, int], probe: bool
) -> Rates | str:
    """The rates of the model that a build would call, or why there are none."""
    from diffmine.model.probe import (
        machine_key,
        measured,
        remember_rates,
        remembered_rates,
    )

    how = (config.finetune, config.typicality, config.cluster)
    try:
        checkpoint = model or find(ModelConfig(model=config.finetune.base), online=False)
    except ModelError as error:
        return str(error).removesuffix(".")
    size = (_whole(size[0]), _whole(size[1]))
    asked = (
        how[0].batch,
        how[0].precision,
        how[0].layers,
        how[1].batch,
        how[2].batch,
        how[2].noises,
    )
    key = machine_key(checkpoint, size, *asked, how[2].up_block, how[2].timestep)
    path = cache_folder() / "rates" / f"{key}.json"
    known = remembered_rates(path)
    if known is None and not probe:
        return "it has not been tried on this machine yet"
    try:
        rates = known or measured(checkpoint, size, *how)
    except ModelError as error:
        return str(error).removesuffix(".")
    if known is None and busy_now() < _QUIET:  # beside other work they are no rates of the machine
        remember_rates(path, rates)
    return rates


def _whole(length: int) -> int:
    """A length that every model of the family takes."""
    return max(64, length // 64 * 64) if length >= 64 else max(16, length // 16 * 16)


def busy_now() -> float:
    """How many times as long work takes now as on this machine without other work, at least."""
    try:
        return max(1.0, os.getloadavg()[0] / cores())
    except (AttributeError, OSError):  # Windows does not tell
        return 1.0


def free_space(folder: Path) -> int | None:
    """Bytes that are free where a folder is, or will be."""
    place = folder.absolute()
    while not place.exists() and place != place.parent:
        place = place.parent
    try:
        return shutil.disk_usage(place).free
    except OSError:
        return None
