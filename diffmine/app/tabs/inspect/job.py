"""The job on a visitor's own picture: what it makes, step by step."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock

from PIL import Image

from diffmine.app import jobs, work
from diffmine.app.jobs import Job, JobState
from diffmine.app.shelf import Shelf
from diffmine.app.tabs.inspect import texts
from diffmine.app.tabs.inspect.own import Own
from diffmine.config import MineConfig
from diffmine.live.records import SAMPLE, Comparison, Errors, Inspection

TELL = 0.4  # seconds between two pictures of what was found so far


@dataclass(frozen=True, eq=False)
class Step:
    """How far a job on a picture has come: what was found so far, where the job stands and the text
    that says so. `over` with the last."""

    picture: Own
    job: Job = jobs.RUNNING
    text: str = ""
    over: bool = False


class Inspections:
    """Makes them. The errors on the atlas's own images are held, which are the same for all."""

    def __init__(self) -> None:
        self._usual: dict[str, tuple[Errors, ...]] = {}
        self._lock = Lock()

    def steps(self, shelf: Shelf, model: Path, picture: Own) -> Iterator[Step]:
        """A picture under every label, then beside the atlas's own images."""
        how, mining = shelf.atlas.scoring(), shelf.atlas.configured(MineConfig)
        image = Image.fromarray(picture.pixels)
        known = self._usual.get(shelf.version, ())
        yield Step(picture)
        told = time.monotonic()
        clock = jobs.Clock()
        results = work.inspection(
            str(model), image, shelf.labels, how, mining, shelf.atlas.path, known, SAMPLE
        )
        for result in results:
            now = time.monotonic()
            if isinstance(result, Inspection):
                picture = replace(picture, inspection=result)
                job = _running(clock, result.draws, result.goal)
                if result.windows:
                    picture, clock = (
                        replace(picture, label=result.labels[result.best]),
                        jobs.Clock(),
                    )
                elif now - told > TELL:
                    told = now
                    yield Step(picture, job, texts.DRAW)
            elif isinstance(result, Comparison):
                self._keep(shelf, result.usual)
                picture = replace(picture, compared=result)
            else:
                job = _running(clock, result.done, result.goal)
                yield Step(picture, job, texts.COMPARING)
        yield Step(picture, over=True)

    def _keep(self, shelf: Shelf, usual: tuple[Errors, ...]) -> None:
        with self._lock:
            self._usual[shelf.version] = usual


def _running(clock: jobs.Clock, done: int, goal: int) -> Job:
    return Job(JobState.RUNNING, done, goal, clock.left(done, goal))
