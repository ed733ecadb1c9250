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
        clock = _Clock()
        results = work.inspection(
            str(model), image, shelf.labels, how, mining, shelf.atlas.path, known, SAMPLE
        )
        for result in results:
            now = time.monotonic()
            if isinstance(result, Inspection):
                picture = replace(picture, inspection=result)
                job = clock.at(result.draws, result.goal)
                step = texts.DRAW if job.left is None else texts.DRAW_LEFT
                if result.windows:
                    picture, clock = replace(picture, label=result.labels[result.best]), _Clock()
                elif now - told > TELL:
                    told = now
                    yield Step(picture, job, step)
            elif isinstance(result, Comparison):
                self._keep(shelf, result.usual)
                picture = replace(picture, compared=result)
            else:
                job = clock.at(result.done, result.goal)
                step = texts.COMPARING if job.left is None else texts.COMPARING_LEFT
                yield Step(picture, job, step)
        yield Step(picture, over=True)

    def _keep(self, shelf: Shelf, usual: tuple[Errors, ...]) -> None:
        with self._lock:
            self._usual[shelf.version] = usual


class _Clock:
    """The time left at the pace since the first step; the time before it went into loading."""

    def __init__(self) -> None:
        self.first: tuple[float, int] | None = None

    def at(self, done: int, goal: int) -> Job:
        """A job after so many steps; the first gives no time left, as there is no pace yet."""
        now = time.monotonic()
        if self.first is None:
            self.first = (now, done)
            return Job(JobState.RUNNING, done, goal)
        began, first = self.first
        left = (now - began) / max(done - first, 1) * (goal - done)
        return Job(JobState.RUNNING, done, goal, left)
