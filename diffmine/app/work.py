"""What a person asks of a model: generators, which run where `gpu` says.

No page is imported here: the process in which this runs needs none. torch is imported when the
first is asked, never before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock, Thread
from typing import Any

import numpy as np
from PIL import Image

from diffmine.app import gpu
from diffmine.atlas.records import Preview, Translated
from diffmine.config import ClusterConfig, MineConfig, TranslateConfig
from diffmine.errors import DiffmineError
from diffmine.live.records import Comparison, Errors, Inspection, Sampled
from diffmine.maths.score import Score, Scoring

_models: dict[str, Any] = {}
_prepared: set[Path] = set()
_lock = Lock()


def model(folder: str) -> Any:
    """The model of a folder, loaded once."""
    with _lock:
        if folder not in _models:
            from diffmine.model.load import load_model

            _models[folder] = load_model(Path(folder))
        return _models[folder]


def warm(folders: Sequence[Path]) -> None:
    """Load models before the first job: ZeroGPU copies them from here into each worker."""
    for folder in folders:
        model(str(folder))


@gpu.gpu(duration=60)
def loaded(folder: str) -> Iterator[bool]:
    """Load a model."""
    yield model(folder) is not None


def prepare(folder: Path) -> None:
    """Load a model while the visitor is still choosing, so that the first job does not wait for it;
    what is wrong with it is reported by the job."""
    if gpu.ON_ZERO:
        return
    with _lock:
        if folder in _prepared:
            return
        _prepared.add(folder)

    def load() -> None:
        with suppress(DiffmineError, OSError):
            list(loaded(str(folder)))

    Thread(target=load, daemon=True).start()


@gpu.gpu(duration=120)
def translation(
    folder: str,
    picture: Image.Image,
    window: tuple[int, int, int],
    targets: list[str],
    config: TranslateConfig,
    how: Scoring,
    image_id: str,
    source: str,
) -> Iterator[Preview | Translated]:
    """Previews, then the translations of a picture into `targets`."""
    from diffmine.live.translate import stream

    yield from stream(model(folder), picture, window, targets, config, how, image_id, source)


@gpu.gpu(duration=60)
def dating_curve(
    folder: str,
    picture: Image.Image,
    window: tuple[int, int, int],
    labels: list[str],
    how: Scoring,
    image_id: str,
) -> Iterator[list[Score]]:
    """The score of a window under every label, in their order."""
    from diffmine.live.score import score_window

    yield score_window(model(folder), picture, window, labels, how, image_id)


@gpu.gpu(duration=60)
def example(
    folder: str,
    picture: Image.Image,
    box: tuple[float, float, float, float],
    config: ClusterConfig,
    image_id: str,
    label: str | None,
) -> Iterator[np.ndarray]:
    """The feature of a box of a picture, float32 (d,)."""
    from diffmine.live.example import example_feature

    yield example_feature(model(folder), picture, box, config, image_id, label)


@gpu.gpu(duration=120)
def inspection(
    folder: str,
    picture: Image.Image,
    labels: list[str],
    how: Scoring,
    mining: MineConfig,
    atlas: Path,
    usual: tuple[Errors, ...],
    most: int,
) -> Iterator[Inspection | Sampled | Comparison]:
    """A picture under every label as draws add up, then the errors on up to `most` of the atlas's
    own images as they are made, then both together; `usual` are those errors where they are known.

    The errors are returned for the caller to keep: on ZeroGPU what is kept here is lost.
    """
    from diffmine.atlas.reader import open_atlas
    from diffmine.live.familiar import errors, sample, usual_errors
    from diffmine.live.inspection import inspect

    one = model(folder)
    yield from inspect(one, picture, labels, how, mining)
    if not usual:
        images = open_atlas(atlas)
        names = sample(images.table("images", ["image_id"])["image_id"].to_pylist(), most)
        for usual in usual_errors(one, names, images.pictures.picture):
            yield Sampled(len(usual), len(names))
    yield Comparison(errors(one, [picture])[0], usual)
