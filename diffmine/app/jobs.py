"""Live work with the model, one job at a time: generators, so that a job can be cancelled.

torch is imported when the first job starts, never before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from threading import Lock, Thread
from typing import Any

from PIL import Image

from diffmine.app import gpu, texts, words
from diffmine.atlas.records import Preview, Translated
from diffmine.config import MineConfig, TranslateConfig
from diffmine.errors import DiffmineError
from diffmine.live.records import Comparison, Errors, Inspection, Sampled
from diffmine.maths.score import Score, Scoring

# How the events of live work are wired: one slot for all of them.
ONE_AT_A_TIME: dict[str, Any] = {
    "concurrency_id": "gpu",
    "concurrency_limit": 1,
    "api_visibility": "private",
    "trigger_mode": "once",
}
_models: dict[str, Any] = {}
_lock = Lock()


class JobState(StrEnum):
    """How a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


OVER = (JobState.DONE, JobState.CANCELLED, JobState.FAILED)


@dataclass(frozen=True)
class Job:
    """One visitor's job: what its line on the screen is made from, and how it ended, for a later
    handler. It has made `done` of `goal` steps and may need `left` seconds more; at its end
    it says how many seconds it `took`, or the `reason` why it failed."""

    state: JobState = JobState.WAITING
    done: int = 0
    goal: int = 0
    left: float | None = None
    took: float = 0.0
    reason: str = ""


RUNNING = Job(JobState.RUNNING)
CANCELLED = Job(JobState.CANCELLED)


def stopped(job: Job) -> Job:
    """A job that was stopped by hand: cancelled, unless it was over already."""
    return job if job.state in OVER else CANCELLED


def ended(job: Job) -> Job:
    """A job whose events have ended: one that still seems to run was cancelled. (Its last step may
    be reported after the stop.)"""
    return CANCELLED if job.state is JobState.RUNNING else job


def failed(error: DiffmineError) -> Job:
    """A job that ended with an error."""
    return Job(JobState.FAILED, reason=str(error))


def line(job: Job, step: str, done: str) -> str:
    """What the screen says of a job: `step` is the text while it runs (with `done`, `goal` and
    `left` to fill in), `done` the text at its end (with `took`)."""
    if job.state is JobState.WAITING:
        return ""
    if job.state is JobState.CANCELLED:
        return texts.CANCELLED
    if job.state is JobState.FAILED:
        return words.markdown(job.reason)
    if job.state is JobState.DONE:
        return done.format(took=words.duration(job.took))
    if not job.goal:
        return texts.STARTING
    left = "" if job.left is None else words.duration(job.left)
    return step.format(done=job.done, goal=job.goal, left=left)


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


def prepare(folder: Path) -> None:
    """Load a model while the visitor is still choosing, so that the first job does not wait for it;
    what is wrong with it is reported by the job."""

    def load() -> None:
        with suppress(DiffmineError, OSError):
            model(str(folder))

    if not gpu.ON_ZERO and str(folder) not in _models:
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


@gpu.gpu(duration=120)
def inspection(
    folder: str,
    picture: Image.Image,
    labels: list[str],
    how: Scoring,
    mining: MineConfig,
    atlas: Path,
    usual: tuple[Errors, ...],
) -> Iterator[Inspection | Sampled | Comparison]:
    """A picture under every label as draws add up, then the errors on a sample of the atlas's own
    images as they are made, then both together; `usual` are those errors where they are known.

    The errors are returned for the caller to keep: on ZeroGPU what is kept here is lost.
    """
    from diffmine.atlas.reader import open_atlas
    from diffmine.live.familiar import SAMPLE, errors, sample, usual_errors
    from diffmine.live.inspection import inspect

    one = model(folder)
    yield from inspect(one, picture, labels, how, mining)
    if not usual:
        images = open_atlas(atlas)
        names = sample(images.table("images", ["image_id"])["image_id"].to_pylist(), SAMPLE)
        for usual in usual_errors(one, names, images.pictures.picture):
            yield Sampled(len(usual), len(names))
    yield Comparison(errors(one, [picture])[0], usual)
