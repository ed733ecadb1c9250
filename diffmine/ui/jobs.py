"""Live work with the model, one job at a time: generators, so that a job can be cancelled.

torch is imported when the first job starts, never before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock, Thread
from typing import Any, TypeVar

from PIL import Image

from diffmine.config import MineConfig, TranslateConfig, TypicalityConfig
from diffmine.errors import DiffmineError
from diffmine.ui import gpu

# How the events of live work are wired: one slot for all of them.
ONE_AT_A_TIME: dict[str, Any] = {
    "concurrency_id": "gpu",
    "concurrency_limit": 1,
    "api_visibility": "private",
    "trigger_mode": "once",
}
Config = TypeVar("Config", MineConfig, TranslateConfig, TypicalityConfig)
_models: dict[str, Any] = {}
_lock = Lock()


def model(folder: str) -> Any:
    """The model of a folder, loaded once."""
    with _lock:
        if folder not in _models:
            from diffmine.diffusion.model import load_model

            _models[folder] = load_model(Path(folder))
        return _models[folder]


def warm(folders: Sequence[Path]) -> None:
    """Load models before the first job: ZeroGPU copies them from here into each worker."""
    for folder in folders:
        model(str(folder))


def prepare(folder: Path) -> None:
    """Load a model while the visitor still chooses, so that the first job does not wait for it;
    what is wrong with it is told by the job."""

    def load() -> None:
        with suppress(DiffmineError, OSError):
            model(str(folder))

    if not gpu.ON_ZERO and str(folder) not in _models:
        Thread(target=load, daemon=True).start()


def configured(kind: type[Config], known: Any) -> Config:
    """The configuration that an atlas was built with, or the default where it cannot be read."""
    try:
        return kind(**(known or {}))
    except (TypeError, ValueError):
        return kind()


@gpu.gpu(duration=120)
def translation(
    folder: str,
    picture: Image.Image,
    window: tuple[int, int, int],
    targets: list[str],
    config: TranslateConfig,
    image_id: str,
    source: str,
) -> Iterator[Any]:
    """Previews, then the translations of a picture into `targets`."""
    from diffmine.stages.translate import stream

    yield from stream(model(folder), picture, window, targets, config, image_id, source)


@gpu.gpu(duration=60)
def dating_curve(
    folder: str,
    picture: Image.Image,
    window: tuple[int, int, int],
    labels: list[str],
    config: TypicalityConfig,
    image_id: str,
) -> Iterator[list[Any]]:
    """The score of a window under every label, in their order."""
    from diffmine.stages.typicality import window_curve

    yield window_curve(model(folder), picture, window, labels, config, image_id)


@gpu.gpu(duration=120)
def inspection(
    folder: str,
    picture: Image.Image,
    labels: list[str],
    configs: tuple[TypicalityConfig, MineConfig],
    atlas: Path,
    usual: tuple[Any, ...],
) -> Iterator[Any]:
    """A picture under every label as draws add up, then the errors on a sample of the atlas's own
    images as they are made, then both together; `usual` are those errors where they are known.

    The errors come back to be kept by the caller: on ZeroGPU what is kept here is lost.
    """
    from diffmine.familiar import SAMPLE, Comparison, errors, sample, usual_errors
    from diffmine.inspection import inspect
    from diffmine.store.atlas import open_atlas

    one = model(folder)
    yield from inspect(one, picture, labels, *configs)
    if not usual:
        images = open_atlas(atlas)
        names = sample(images.table("images", ["image_id"])["image_id"].to_pylist(), SAMPLE)
        for usual in usual_errors(one, names, images.pictures.picture):
            yield len(usual), len(names)
    yield Comparison(errors(one, [picture])[0], usual)
